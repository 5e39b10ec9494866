import type { JsonValue } from "../../contracts/json/json.ts";
import type { Result } from "../core/result.ts";
import type { Fault } from "../core/errors.ts";

/** What one evaluation may use. Interrupts, not milliseconds: the platform's clock stands still during CPU work. */
export interface SandboxBudget {
  readonly maxInterrupts: number;
  readonly maxMemoryBytes: number;
}

/**
 * Runs a JavaScript function nobody trusts: no network, no clock, no randomness, so the same input gives the same
 * output. `code` is the text of a module whose default export is the function: `export default function (input) { … }`,
 * or `async`. Adapters may raise a memory budget to the least they can start with.
 * Refusals: SANDBOX_ERROR (throws, does not parse, returns no JSON), OUTPUT_STATE_INVALID (returns numbers that are none, or
 * data nested too deep), SANDBOX_BUDGET (loops), SANDBOX_MEMORY.
 */
export interface Sandbox {
  run(code: string, input: JsonValue, budget?: Partial<SandboxBudget>): Promise<Result<JsonValue, Fault>>;
}
