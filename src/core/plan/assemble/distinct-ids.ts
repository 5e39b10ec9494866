import type { Fault } from "../../errors.ts";
import type { Boundary, StepId } from "../model/plan.ts";
import { planFault } from "../model/problem.ts";

interface Named {
  readonly steps: readonly { readonly id: StepId }[];
  readonly boundaries: readonly Pick<Boundary, "id">[];
}

/**
 * PLAN_DUPLICATE_STEP when two steps or composites of an unfolded plan have one id, which a run could not tell apart; null
 * otherwise. A part's id is `composite/part`, and an author may write the same.
 */
export function repeatedId({ steps, boundaries }: Named): Fault | null {
  if (boundaries.length === 0) return null;
  const seen = new Set<StepId>();
  for (const { id } of [...steps, ...boundaries]) {
    if (seen.has(id)) {
      const end = id.lastIndexOf("/");
      const hint = `rename it: parts of the composite '${id.slice(0, end)}' have ids that begin with '${id.slice(0, end + 1)}'`;
      return planFault("duplicate_step", `two steps have the id ${id}`, { place: "steps", hint });
    }
    seen.add(id);
  }
  return null;
}
