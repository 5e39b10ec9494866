import type { JsonValue } from "../../contracts/json/json.ts";
import type { Result } from "../core/result.ts";
import type { Fault } from "../core/errors.ts";

/** What one evaluation may use. */
export interface SandboxBudget {
  /**
   * Whole milliseconds of CPU by a price list: what is executed is counted, since the platform's clock stands still
   * during work. Everything is in it: start-up, jobs, native work, carrying the result out.
   */
  readonly maxCpuMs: number;
  readonly maxMemoryBytes: number;
}

/** A budget of one call, and who is told what the call has used of it. */
export interface SandboxCall extends Partial<SandboxBudget> {
  /** Asked right before the code is run, with nothing in between; when it says no, nothing is run: SERVICE_UNAVAILABLE. */
  readonly mayBegin?: () => boolean;
  /** Called once, before the call's outcome is there: with all of `maxCpuMs` when it was stopped. */
  readonly onSpent?: (cpuMs: number) => void;
}

/**
 * Runs a JavaScript function nobody trusts: no network, no clock, no randomness, so the same input gives the same
 * output. `code` is the text of a module whose default export is the function: `export default function (input) { … }`,
 * or `async`. Adapters may raise a memory budget to the least they can start with.
 * Refusals: SANDBOX_ERROR (throws, does not parse, never settles), SANDBOX_BUDGET (works too long), SANDBOX_MEMORY, and
 * OUTPUT_STATE_INVALID for a result that JSON cannot carry as it is or that is too large. None is worth another try.
 */
export interface Sandbox {
  run(code: string, input: JsonValue, call?: SandboxCall): Promise<Result<JsonValue, Fault>>;
}
