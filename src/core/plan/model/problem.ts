import { isObject } from "../../../../contracts/json/narrow.ts";
import type { JsonObject } from "../../../../contracts/json/json.ts";
import { fault, type ErrorCode, type Fault } from "../../errors.ts";

/**
 * Everything that can be wrong with a request for a plan, each with an error code of its own. The problem's name travels
 * in `details.problem`.
 */
export const PROBLEM_CODE = {
  cycle: "PLAN_CYCLE",
  self_dependency: "PLAN_SELF_DEPENDENCY",
  self_containing_composite: "PLAN_COMPOSITE_CYCLE",
  unreachable: "PLAN_UNREACHABLE",
  max_steps: "PLAN_TOO_MANY_STEPS",
  max_depth: "PLAN_TOO_DEEP",
  max_cost: "PLAN_TOO_COSTLY",
  max_bindings: "PLAN_TOO_AMBIGUOUS",
  policy_conflict: "PLAN_POLICY_CONFLICT",
  nothing_wanted: "PLAN_NOTHING_WANTED",
  duplicate_step: "PLAN_DUPLICATE_STEP",
  dangling_edge: "PLAN_DANGLING_EDGE",
  unknown_input: "PLAN_UNKNOWN_INPUT",
  unknown_output: "PLAN_UNKNOWN_OUTPUT",
  unbound_input: "PLAN_UNBOUND_INPUT",
  ambiguous_input: "PLAN_AMBIGUOUS_INPUT",
  incompatible_input: "PLAN_INCOMPATIBLE_SCHEMA",
  ambiguous_result: "PLAN_AMBIGUOUS_RESULT",
  invalid_pin: "PLAN_INVALID_PIN",
  invalid_version_range: "PLAN_INVALID_VERSION_RANGE",
  invalid_gate: "PLAN_INVALID_GATE",
  gate_unknown_output: "PLAN_GATE_UNKNOWN_OUTPUT",
  gate_later_output: "PLAN_GATE_LATER_OUTPUT",
  invalid_composite: "PLAN_INVALID_COMPOSITE",
  guarded_key: "PLAN_GUARDED_KEY",
  node_not_allowed: "PLAN_NODE_NOT_ALLOWED",
  unknown_node: "NODE_NOT_FOUND",
  unserved_node: "HANDLER_NOT_FOUND",
  unknown_version: "PLAN_VERSION_UNSATISFIED",
  nothing_to_replan: "PLAN_NOTHING_TO_REPLAN",
  invalid_mutation: "PLAN_INVALID_MUTATION",
  unreadable: "PLAN_UNREADABLE",
  not_a_plan: "PLAN_NOT_A_PLAN",
} as const satisfies Record<string, ErrorCode>;

export type PlanProblem = keyof typeof PROBLEM_CODE;

/** A refusal to plan: the code follows from the problem. `place` is a path into the request, such as `steps[3].inputs`. */
export function planFault(
  problem: PlanProblem,
  message: string,
  extra: { readonly place?: string; readonly hint?: string; readonly details?: JsonObject } = {},
): Fault {
  return fault(PROBLEM_CODE[problem], message, { ...extra, details: { problem, ...extra.details } });
}

/** One fault for a list of them: the first, with all of them in `details.problems` when there is more than one. */
export function gatherFaults(faults: readonly [Fault, ...Fault[]]): Fault {
  const [first] = faults;
  if (faults.length === 1) return first;
  const problems = faults.slice(0, 100).map(({ code, message, place, hint, details }) => ({
    code,
    message,
    ...(place === undefined ? {} : { place }),
    ...(hint === undefined ? {} : { hint }),
    ...(isObject(details) && typeof details.problem === "string" ? { problem: details.problem } : {}),
  }));
  return { ...first, details: { ...(isObject(first.details) ? first.details : {}), problems } };
}
