import type { JsonValue } from "../../../contracts/json/json.ts";
import { stateFault } from "../../core/contract/state-fault.ts";
import { RuntimeHostError } from "../../core/errors.ts";
import type { NodeDefinition } from "../../core/registry/node.ts";
import { budgetFor, MAX_VALIDATION_WORK } from "../../core/schema/validate/validate.ts";
import type { Timer } from "../../spi/timer.ts";
import type { CpuAllowance } from "./cpu-allowance.ts";

/** Steps of validation that a millisecond of CPU pays for: fewer than it does on any machine that was measured. */
const STEPS_IN_MS = 20_000;
/** Bytes of values that a millisecond pays for: they are read, brought into order and hashed. */
const BYTES_IN_MS = 25_000;

/** What steps of validation cost. */
export const validationMs = (steps: number): number => steps / STEPS_IN_MS;
/** What it costs to take in values of so many bytes. */
export const intakeMs = (bytes: number): number => bytes / BYTES_IN_MS;
/** What judging a step's input and output may cost together. */
export const JUDGING_MS = 2 * validationMs(MAX_VALIDATION_WORK);

export interface JudgePorts {
  readonly timer: Timer;
  readonly cpu?: CpuAllowance;
}

/** Throws what keeps a state from satisfying a node's contract, when it is this invocation's turn to find out. */
export async function judgeState(
  schema: NodeDefinition["inputState"],
  state: JsonValue,
  code: "INPUT_STATE_INVALID" | "OUTPUT_STATE_INVALID",
  what: string,
  { timer, cpu }: JudgePorts,
): Promise<void> {
  while (cpu?.isTired) await cpu.turn(timer);
  const side = code === "INPUT_STATE_INVALID" ? "input_state" : "output_state";
  const hint = `compare it with ${side} in the node's contract.yaml`;
  const work = budgetFor(schema, state);
  const problem = stateFault(schema, state, { what: `${what} does not satisfy its contract`, code, hint, work });
  cpu?.spend(validationMs(work.used));
  if (problem !== null) throw new RuntimeHostError(problem);
}
