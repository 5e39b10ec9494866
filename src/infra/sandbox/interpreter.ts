import type { FuelGauge } from "./tank.ts";
import type { WasmInstance } from "./module.ts";

/** An address in the interpreter's memory: of a value, of a text, of anything. */
export type Pointer = number;

/** A global of the interpreter that the host sets. */
interface Setting {
  value: number;
}

/** What the metered interpreter offers, by the names of QUICKJS_LABELS and METER_EXPORTS. */
export interface InterpreterExports {
  readonly fuel: FuelGauge;
  readonly stack: Setting;
  readonly heap: Setting;
  initialize(): void;
  malloc(bytes: number): Pointer;
  new_runtime(): Pointer;
  set_max_stack_size(runtime: Pointer, bytes: number): void;
  new_context(runtime: Pointer, intrinsics: number): Pointer;
  get_undefined(): Pointer;
  new_string(context: Pointer, text: Pointer): Pointer;
  get_string(context: Pointer, value: Pointer): Pointer;
  evaluate(context: Pointer, code: Pointer, bytes: number, file: Pointer, detect: number, flags: number): Pointer;
  get_element(context: Pointer, list: Pointer, index: number): Pointer;
  call(context: Pointer, fn: Pointer, self: Pointer, count: number, args: Pointer): Pointer;
  /** What was thrown, or 0 when the value is none that stands for something thrown. */
  resolve_exception(context: Pointer, value: Pointer): Pointer;
  /** Runs so many jobs, or all that there are and come when below 0. */
  execute_pending_jobs(runtime: Pointer, count: number, lastContext: Pointer): Pointer;
  promise_state(context: Pointer, value: Pointer): number;
  promise_result(context: Pointer, value: Pointer): Pointer;
}

/** As the interpreter counts them; a value that is no promise has a state below 0. */
export const PROMISE = { pending: 0, fulfilled: 1, rejected: 2 } as const;

/** How code is taken. */
export const EVALUATE = { script: 0, module: 1 } as const;

const GLOBALS = ["fuel", "stack", "heap"] as const;
const FUNCTIONS = [
  "initialize",
  "malloc",
  "new_runtime",
  "set_max_stack_size",
  "new_context",
  "get_undefined",
  "new_string",
  "get_string",
  "evaluate",
  "get_element",
  "call",
  "resolve_exception",
  "execute_pending_jobs",
  "promise_state",
  "promise_result",
] as const;

/** An instance's exports. Throws a TypeError when the binary is not the metered interpreter. */
export function interpreterExports({ exports }: WasmInstance): InterpreterExports {
  const missing = [
    ...GLOBALS.filter((name) => typeof exports[name] !== "object"),
    ...FUNCTIONS.filter((name) => typeof exports[name] !== "function"),
  ];
  if (missing.length > 0) throw new TypeError(`the interpreter's binary exports no ${missing.join(", ")}`);
  return exports as typeof exports & InterpreterExports;
}
