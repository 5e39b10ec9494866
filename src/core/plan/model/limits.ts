import type { Fault } from "../../errors.ts";
import type { RegistrySnapshot } from "../../registry/snapshot.ts";
import { expectedMs } from "../assemble/expected.ts";
import { figure } from "./figure.ts";
import type { Plan } from "./plan.ts";
import { planFault, type PlanProblem } from "./problem.ts";

/** The guards a plan must keep within, by their names on the wire. The deadline is judged by expectation, so it never refuses. */
export type Guard = "max_steps" | "max_depth" | "max_cost" | "deadline_ms";

/** A guard that a plan breaks: what is allowed, and what the plan has. */
export interface Violation {
  readonly guard: Guard;
  readonly limit: number;
  readonly actual: number;
}

/** Every guard of its policy that the plan breaks. */
export function violations(plan: Plan, snapshot: RegistrySnapshot): readonly Violation[] {
  const { maxSteps, maxDepth, maxCost, deadlineMs } = plan.policy;
  const judged: readonly (readonly [Guard, number | null, number])[] = [
    ["max_steps", maxSteps, plan.steps.length],
    ["max_depth", maxDepth, plan.depth],
    ["max_cost", maxCost, plan.cost],
    ["deadline_ms", deadlineMs, deadlineMs === null ? 0 : expectedMs(plan, snapshot)],
  ];
  return judged.flatMap(([guard, limit, actual]) =>
    limit !== null && actual > limit ? [{ guard, limit, actual }] : [],
  );
}

/** The guards that refuse. */
type HardGuard = Exclude<Guard, "deadline_ms">;

const SAYS: Record<HardGuard, { readonly problem: PlanProblem; readonly unit: string }> = {
  max_steps: { problem: "max_steps", unit: "steps" },
  max_depth: { problem: "max_depth", unit: "steps in its longest chain" },
  max_cost: { problem: "max_cost", unit: "cost units" },
};

export const isHard = (violation: Violation): violation is Violation & { readonly guard: HardGuard } =>
  violation.guard !== "deadline_ms";

/**
 * The refusal that names the guard. `proved` says whether no plan at all is within it, or merely none was found; left out
 * where there was nothing to choose.
 */
export function limitFault(
  { guard, limit, actual }: Violation & { readonly guard: HardGuard },
  proved?: boolean,
): Fault {
  const { problem, unit } = SAYS[guard];
  const raise = `raise policy.${guard} to ${figure(Math.ceil(actual))}, or want less`;
  const known = proved === true ? "no plan is within it: " : "";
  const unknown = proved === false ? "; a larger policy.effort may find a plan within it" : "";
  return planFault(problem, `the plan has ${figure(actual)} ${unit}, ${guard} allows ${figure(limit)}`, {
    place: `policy.${guard}`,
    hint: `${known}${raise}${unknown}`,
    details: { guard, limit, actual, ...(proved === undefined ? {} : { proved }) },
  });
}

/** What a plan says of a deadline it is expected to miss. */
export const lateness = ({ limit, actual }: Violation): string =>
  `deadline_ms ${figure(limit)} is less than the ${figure(actual)} ms the steps are expected to take`;
