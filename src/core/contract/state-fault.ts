import type { JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import { fault, type Fault } from "../errors.ts";
import { validate } from "../schema/validate/validate.ts";
import type { Budget } from "../schema/budget.ts";

/** Whose state is judged, and what to say when it is wrong. */
export interface StateSubject {
  /** Begins the message: `the output of text_stats@1.0.0 does not satisfy its contract`. */
  readonly what: string;
  readonly code: "INPUT_STATE_INVALID" | "OUTPUT_STATE_INVALID";
  readonly hint: string;
  /** What paths begin with; `$` if not given. */
  readonly place?: string;
  /** What may be spent; what the schema and the state allow if not given. */
  readonly work?: Budget;
}

const UNUSABLE_HINT =
  "the contract was registered with an older release; register a version of the node that onex validate accepts";

/**
 * What is wrong with a state, or null. A contract that nothing can be judged by is CONTRACT_VALIDATION_ERROR: it says
 * nothing about what the node did. A state that takes too much work to judge is VALIDATION_BUDGET: of an input that
 * says nothing about the node that would have got it, of an output it does.
 */
export function stateFault(schema: JsonSchema, state: JsonValue, subject: StateSubject): Fault | null {
  const verdict = validate(schema, state, subject.place, subject.work);
  if (verdict.kind === "valid") return null;
  if (verdict.kind === "spent") {
    const { place, message } = verdict.problem;
    return fault("VALIDATION_BUDGET", `${subject.what}: ${place} ${message}`, {
      place,
      hint: "send less at once, or write the contract with fewer alternatives and repetitions; docs/nodes.md names the limits",
      ...(subject.code === "INPUT_STATE_INVALID" ? { blameless: true } : {}),
    });
  }
  if (verdict.kind === "unusable") {
    const { place, message } = verdict.problem;
    return fault("CONTRACT_VALIDATION_ERROR", `${subject.what}: ${place} ${message}`, {
      place,
      hint: UNUSABLE_HINT,
      retryable: false,
    });
  }
  const [first] = verdict.problems;
  const said = first === undefined ? "" : `: ${first.place} ${first.message}`;
  return fault(subject.code, `${subject.what}${said}`, {
    ...(first === undefined ? {} : { place: first.place }),
    hint: subject.hint,
    details: verdict.problems.map(({ place, message }) => ({ place, message })),
  });
}
