import type { Fault } from "../../../../src/core/errors.ts";
import type { Candidate, Plan } from "../../../../src/core/plan/model/plan.ts";
import { planGoal } from "../../../../src/core/plan/search/plan-goal.ts";
import type { Policy } from "../../../../src/core/plan/model/policy.ts";
import type { RegistrySnapshot } from "../../../../src/core/registry/snapshot.ts";
import { policy } from "./nodes.ts";
import { ALL_SERVED } from "../../../support/served.ts";

/** The plan of a goal that can be reached. */
export function planned(
  want: readonly string[],
  given: readonly string[],
  snapshot: RegistrySnapshot,
  rules: Partial<Policy> = {},
): Plan {
  const result = planGoal({ want, given, policy: policy(rules) }, snapshot, ALL_SERVED);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

/** The refusal of a goal that cannot. */
export function refused(
  want: readonly string[],
  given: readonly string[],
  snapshot: RegistrySnapshot,
  rules: Partial<Policy> = {},
): Fault {
  const result = planGoal({ want, given, policy: policy(rules) }, snapshot, ALL_SERVED);
  if (result.ok) throw new Error(`planned ${result.value.steps.map((step) => step.id).join(", ")}`);
  return result.error;
}

export const nodesOf = (plan: Plan): readonly string[] => plan.steps.map((step) => step.node);
/** Who could have yielded a key of the plan, and what spoke for or against it. */
export const candidates = (plan: Plan, key: string): readonly Candidate[] =>
  plan.why.find((choice) => choice.key === key)?.candidates ?? [];
