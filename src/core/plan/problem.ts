import type { JsonObject } from "../../../contracts/json.ts";
import { fault, type ErrorCode, type Fault } from "../errors.ts";

/**
 * Everything that can be wrong with a request for a plan, with the error code it is answered with. The problem's name
 * travels in `details.problem`, so a program can tell two problems of one code apart.
 */
export const PROBLEM_CODE = {
  cycle: "PLAN_CYCLE",
  self_dependency: "PLAN_CYCLE",
  self_containing_composite: "PLAN_CYCLE",
  unreachable: "PLAN_UNREACHABLE",
  max_steps: "PLAN_LIMIT",
  max_depth: "PLAN_LIMIT",
  max_cost: "PLAN_LIMIT",
  max_bindings: "PLAN_LIMIT",
  policy_conflict: "PLAN_POLICY_CONFLICT",
  nothing_wanted: "PLAN_INVALID",
  duplicate_step: "PLAN_INVALID",
  dangling_edge: "PLAN_INVALID",
  unknown_input: "PLAN_INVALID",
  unknown_output: "PLAN_INVALID",
  unbound_input: "PLAN_INVALID",
  ambiguous_input: "PLAN_INVALID",
  incompatible_input: "PLAN_INVALID",
  ambiguous_result: "PLAN_INVALID",
  invalid_pin: "PLAN_INVALID",
  invalid_version_range: "PLAN_INVALID",
  invalid_gate: "PLAN_INVALID",
  invalid_composite: "PLAN_INVALID",
  node_not_allowed: "PLAN_INVALID",
  unknown_node: "NODE_NOT_FOUND",
  unknown_version: "NODE_NOT_FOUND",
  nothing_to_replan: "PLAN_INVALID",
  invalid_mutation: "PLAN_INVALID",
  unreadable: "PLAN_INVALID",
  not_a_plan: "PLAN_INVALID",
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

const isObject = (value: Fault["details"]): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
