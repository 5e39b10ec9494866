import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteReader, encodeSigned, encodeUnsigned } from "../../../src/infra/sandbox/meter/leb128.ts";
import { meterWasm } from "../../../src/infra/sandbox/meter/meter-wasm.ts";
import { CHASE_PRICE } from "../../../src/infra/sandbox/meter/price.ts";
import { assemble, start, wasm } from "./assemble.ts";
import { countExactly } from "./count-exactly.ts";
import { programs } from "./programs.ts";

/** do { n -= 1 } while (n): a turn is a subtraction, a jump and the turn itself. */
const WORK = [0x03, 0x40, 0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b, 0x20, 0];
/** memory.copy(0, 0, n) */
const COPY = [0x41, 0, 0x41, 0, 0x20, 0, 0xfc, 10, 0, 0, 0x20, 0];
/** n === 0 ? 0 : recurse(n - 1) */
const RECURSE = [0x20, 0, 0x45, 0x04, 0x40, 0x41, 0, 0x0f, 0x0b, 0x20, 0, 0x41, 1, 0x6b, 0x10, 0];
/** do { at = memory[at] } while (at) */
const CHASE = [0x03, 0x40, 0x20, 0, 0x28, 2, 0, 0x22, 0, 0x0d, 0, 0x0b, 0x20, 0];
/** do { at = memory[n]; n -= 4 } while (n): loads as many, but from places it knows beforehand. */
const SCAN = [0x03, 0x40, 0x20, 0, 0x28, 2, 0, 0x21, 1, 0x20, 0, 0x41, 4, 0x6b, 0x22, 0, 0x0d, 0, 0x0b, 0x20, 1];
const SIZE = [0x3f, 0];

const metered = (code: readonly number[]) => start(meterWasm(assemble([{ name: "run", code }])));
const used = (module: ReturnType<typeof start>, argument: number): number => {
  module.fuel.value = 1_000_000_000n;
  module.call("run", argument);
  return Number(1_000_000_000n - module.fuel.value);
};

describe("the meter", () => {
  it("takes for every turn of a loop what is in it, and traps before a turn that is not paid for", () => {
    const module = metered(WORK);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 2, max: 20_000 }), (turns, tank) => {
        module.fuel.value = BigInt(tank);
        if (3 * turns + 2 <= tank) {
          expect(module.call("run", turns)).toBe(0);
          expect(module.fuel.value).toBe(BigInt(tank - 3 * turns - 2));
        } else {
          expect(() => module.call("run", turns)).toThrow(wasm.RuntimeError);
          expect(module.fuel.value).toBeLessThan(0n);
          expect(module.fuel.value).toBeGreaterThanOrEqual(-3n);
        }
      }),
    );
  });

  it("takes of a switch what its arms cost each, not what all of them do", () => {
    const work = [0x20, 0, 0x41, 3, 0x6d, 0x1a];
    const arm = (count: number): number[] => [...Array<number[]>(count).fill(work).flat(), 0x20, 0, 0x0f];
    // switch (n) { case 0: 2 divisions; default: 1 division }
    const module = metered([
      ...[0x02, 0x40, 0x02, 0x40, 0x20, 0, 0x0e, 1, 0, 1, 0x0b],
      ...[...arm(2), 0x0b, ...arm(1)],
    ]);
    expect(used(module, 0) - used(module, 1)).toBe(12);
  });

  it("takes a unit for two bytes copied, before they are", () => {
    const module = metered(COPY);
    expect(used(module, 60_000) - used(module, 0)).toBe(30_000);
    module.fuel.value = 20_000n;
    expect(() => module.call("run", 60_000)).toThrow(wasm.RuntimeError);
  });

  it("takes for a walk from pointer to pointer what waiting for memory costs, from the second step on", () => {
    const chase = metered(CHASE);
    const words = new Uint32Array(chase.memory);
    for (let at = 1; at <= 100; at++) words[at] = 4 * (at - 1);
    expect(used(chase, 4 * 1)).toBeGreaterThan(0);
    expect(used(chase, 4 * 1)).toBeLessThan(10);
    expect(used(chase, 4 * 100) - used(chase, 4 * 99)).toBeGreaterThanOrEqual(CHASE_PRICE);
    const scan = metered(SCAN);
    expect(used(scan, 4 * 100) - used(scan, 4 * 99)).toBeLessThan(10);
  });

  it("takes a frame of the stack for every call that is open, and gives it back", () => {
    const module = metered(RECURSE);
    const depthWith = (bytes: number): number => {
      let depth = 0;
      for (;;) {
        module.stack.value = bytes;
        try {
          module.call("run", depth + 1);
        } catch {
          return depth;
        }
        expect(module.stack.value).toBe(bytes);
        depth++;
      }
    };
    const [some, more] = [depthWith(10_000), depthWith(20_000)];
    expect(some).toBeGreaterThan(10);
    expect(Math.abs(more - 2 * some)).toBeLessThanOrEqual(1);
  });

  it("says that the heap is as large as its host said, whatever the memory is", () => {
    const module = metered(SIZE);
    module.heap.value = 77;
    expect(module.call("run", 0)).toBe(77);
  });

  it("does not limit whoever does not set the fuel", () => {
    const module = metered(WORK);
    module.call("run", 10_000);
    expect(module.fuel.value).toBe(2n ** 63n - 1n - 30_002n);
  });

  it("takes for any program at least what each of its executed instructions costs, and changes nothing it gives", () => {
    fc.assert(
      fc.property(programs, fc.integer({ min: 0, max: 255 }), (functions, argument) => {
        const binary = assemble(functions);
        const [plain, real] = [start(countExactly(binary)), start(meterWasm(binary))];
        real.fuel.value = 0x7fff_ffffn;
        const before = real.stack.value;
        expect(real.call("first", argument)).toBe(plain.call("first", argument));
        const [exact, taken] = [-Number(plain.fuel.value), 0x7fff_ffff - Number(real.fuel.value)];
        expect(taken).toBeGreaterThanOrEqual(exact);
        // What was taken for paths that were not: never out of proportion, except where pointers may be chased.
        expect(taken).toBeLessThanOrEqual(40 * exact + 400 + CHASE_PRICE * exact);
        expect(real.stack.value).toBe(before);
      }),
    );
  });

  it("refuses a binary it does not fully understand", () => {
    const binary = (code: readonly number[]) => assemble([{ name: "run", code }]);
    const simd = [0xfd, 0x0c, ...Array<number>(16).fill(0), 0x1a];
    expect(() => meterWasm(binary(simd))).toThrow(/0xfd/);
    expect(() => meterWasm(binary([0xfc, 99]))).toThrow(/0xfc 99/);
    expect(() => meterWasm(binary([0x44]))).toThrow(/too early/);
    // A heap may grow through its host alone.
    expect(() => meterWasm(binary([0x41, 1, 0x40, 0]))).toThrow(/0x40/);
    expect(() => meterWasm(binary(WORK).subarray(0, -3))).toThrow(/too early/);
    expect(() => meterWasm(binary(WORK).subarray(0, 8))).toThrow(/no section/);
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

  it("writes signed constants as a module reads them", () => {
    fc.assert(
      fc.property(fc.integer(), (value) => {
        expect(start(assemble([{ name: "run", code: [0x41, ...encodeSigned(value)] }])).call("run", 0)).toBe(value);
      }),
    );
  });
});
