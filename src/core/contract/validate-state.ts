import type { JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import type { Budget } from "../schema/budget.ts";
import type { StateProblem } from "../schema/validate/run.ts";
import { validate } from "../schema/validate/validate.ts";

export type { StateProblem } from "../schema/validate/run.ts";

/**
 * The first of what keeps a state from satisfying its schema; empty when it does. `place` is what the paths start from.
 * Total and bounded: a schema that cannot be applied, and one that takes too much work, are findings themselves. Who
 * has to tell these from a state that is wrong asks `validate`.
 */
export function validateState(
  schema: JsonSchema,
  state: JsonValue,
  place = "$",
  work?: Budget,
): readonly StateProblem[] {
  const verdict = validate(schema, state, place, work);
  if (verdict.kind === "valid") return [];
  return verdict.kind === "invalid" ? verdict.problems : [verdict.problem];
}
