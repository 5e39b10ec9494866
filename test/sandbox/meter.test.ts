import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteReader, encodeUnsigned } from "../../src/infra/sandbox/meter/leb128.ts";
import { meterWasm } from "../../src/infra/sandbox/meter/meter-wasm.ts";

interface Instance {
  readonly exports: {
    readonly fuel: { value: bigint };
    readonly work: (n: number) => void;
    readonly copy: (bytes: number) => void;
  };
}
interface WasmApi {
  readonly Module: new (bytes: Uint8Array) => unknown;
  readonly Instance: new (module: unknown, imports: unknown) => Instance;
  readonly RuntimeError: new () => Error;
}
const wasm = (globalThis as unknown as { readonly WebAssembly: WasmApi }).WebAssembly;

const text = (name: string) => [name.length, ...Array.from(name, (letter) => letter.charCodeAt(0))];
const vector = (items: readonly (readonly number[])[]) => [items.length, ...items.flat()];
const section = (id: number, items: readonly (readonly number[])[]) => {
  const body = vector(items);
  return [id, body.length, ...body];
};
const code = (...instructions: number[]) => {
  const body = [0x00, ...instructions, 0x0b];
  return [body.length, ...body];
};

/** loop { n -= 1; br_if n } */
const WORK = [0x03, 0x40, 0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b];
/** memory.copy(0, 0, n) */
const COPY = [0x41, 0, 0x41, 0, 0x20, 0, 0xfc, 10, 0, 0];

/** A module that imports a memory and a global, has one of its own, and exports two functions of an i32. */
const module = (work: readonly number[] = WORK) =>
  Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [[0x60, 1, 0x7f, 0]]),
    ...section(2, [
      [...text("e"), ...text("m"), 2, 1, 1, 2],
      [...text("e"), ...text("g"), 3, 0x7f, 0],
    ]),
    ...section(3, [[0], [0]]),
    ...section(6, [[0x7f, 1, 0x41, 7, 0x0b]]),
    ...section(7, [
      [...text("work"), 0, 0],
      [...text("copy"), 0, 1],
    ]),
    ...section(10, [code(...work), code(...COPY)]),
  ]);

const memory = () =>
  new (wasm as unknown as { readonly Memory: new (limits: object) => unknown }).Memory({ initial: 1, maximum: 2 });
const start = (bytes: Uint8Array) => new wasm.Instance(new wasm.Module(bytes), { e: { m: memory(), g: 0 } }).exports;

describe("the meter", () => {
  it("takes one unit of fuel a turn of a loop, and traps when there is none", () => {
    const { fuel, work } = start(meterWasm(module()));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 0, max: 5_000 }), (turns, tank) => {
        fuel.value = BigInt(tank);
        if (turns <= tank) {
          work(turns);
          expect(fuel.value).toBe(BigInt(tank - turns));
        } else {
          expect(() => work(turns)).toThrow(wasm.RuntimeError);
          expect(fuel.value).toBe(-1n);
        }
      }),
    );
  });

  it("takes one unit for 32 bytes copied", () => {
    const { fuel, copy } = start(meterWasm(module()));
    fuel.value = 3_000n;
    copy(64_000);
    expect(fuel.value).toBe(1_000n);
    expect(() => copy(64_000)).toThrow(wasm.RuntimeError);
  });

  it("does not limit whoever does not set the fuel", () => {
    const { fuel, work } = start(meterWasm(module()));
    work(10_000);
    expect(fuel.value).toBe(2n ** 63n - 1n - 10_000n);
  });

  it("refuses a binary it does not fully understand", () => {
    const simd = [0xfd, 0x0c, ...Array<number>(16).fill(0), 0x1a];
    expect(() => meterWasm(module(simd))).toThrow(/0xfd/);
    expect(() => meterWasm(module([0xfc, 99]))).toThrow(/0xfc 99/);
    expect(() => meterWasm(module([0x44]))).toThrow(/too early/);
    expect(() => meterWasm(module().subarray(0, -3))).toThrow(/too early/);
    expect(() => meterWasm(module().subarray(0, 8))).toThrow(/no section/);
  });
});

describe("LEB128", () => {
  it("reads what it wrote, and skips as many bytes", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const bytes = Uint8Array.from([...encodeUnsigned(value), 0xff]);
        const reader = new ByteReader(bytes);
        expect(reader.unsigned()).toBe(value);
        expect(reader.offset).toBe(bytes.length - 1);
        const skipping = new ByteReader(bytes);
        skipping.skipLeb();
        expect(skipping.offset).toBe(bytes.length - 1);
      }),
    );
  });
});
