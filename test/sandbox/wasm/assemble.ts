import { encodeUnsigned } from "../../../src/infra/sandbox/meter/leb128.ts";

interface WasmApi {
  readonly Module: new (bytes: Uint8Array) => unknown;
  readonly Instance: new (module: unknown, imports: unknown) => { readonly exports: Readonly<Record<string, unknown>> };
  readonly Memory: new (limits: object) => { readonly buffer: ArrayBuffer };
  readonly RuntimeError: new () => Error;
}
export const wasm = (globalThis as unknown as { readonly WebAssembly: WasmApi }).WebAssembly;

const text = (name: string): number[] => [name.length, ...Array.from(name, (letter) => letter.charCodeAt(0))];
const section = (id: number, items: readonly (readonly number[])[]): number[] => {
  const body = [...encodeUnsigned(items.length), ...items.flat()];
  return [id, ...encodeUnsigned(body.length), ...body];
};

/** A function of one i32; it has the parameter, `LOCALS` more, and gives an i32. */
export interface TestFunction {
  readonly name: string;
  /** Instructions without the last `end`; they leave an i32. */
  readonly code: readonly number[];
}

export const LOCALS = 4;

/** A module that imports a memory and a global, has a global of its own, and exports its functions. */
export function assemble(functions: readonly TestFunction[]): Uint8Array {
  const bodies = functions.map(({ code }) => {
    const body = [1, LOCALS, 0x7f, ...code, 0x0b];
    return [...encodeUnsigned(body.length), ...body];
  });
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [[0x60, 1, 0x7f, 1, 0x7f]]),
    ...section(2, [
      [...text("e"), ...text("m"), 2, 1, 1, 2],
      [...text("e"), ...text("g"), 3, 0x7f, 0],
    ]),
    ...section(
      3,
      functions.map(() => [0]),
    ),
    ...section(6, [[0x7f, 1, 0x41, 7, 0x0b]]),
    ...section(
      7,
      functions.map(({ name }, index) => [...text(name), 0, index]),
    ),
    ...section(10, bodies),
  ]);
}

/** What a test uses of a metered module. */
export interface Metered {
  readonly fuel: { value: bigint };
  readonly stack: { value: number };
  readonly heap: { value: number };
  readonly memory: ArrayBuffer;
  call(name: string, argument: number): number;
}

export function start(bytes: Uint8Array): Metered {
  const memory = new wasm.Memory({ initial: 1, maximum: 2 });
  const { exports } = new wasm.Instance(new wasm.Module(bytes), { e: { m: memory, g: 0 } });
  return {
    ...(exports as unknown as Omit<Metered, "call" | "memory">),
    memory: memory.buffer,
    call: (name, argument) => (exports[name] as (argument: number) => number)(argument),
  };
}
