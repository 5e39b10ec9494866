import { keysOf } from "../../../contracts/json/narrow.ts";
import type { ErrorCode } from "../../../src/core/errors.ts";
import { PROBLEM_CODE, type PlanProblem } from "../../../src/core/plan/model/problem.ts";

/** What can only go wrong with plans that exist already, and with documents of another project. */
const ELSEWHERE: ReadonlySet<PlanProblem> = new Set([
  "nothing_to_replan",
  "invalid_mutation",
  "unreadable",
  "not_a_plan",
]);

/** The codes a goal, a graph or a node can be refused with when it is planned. */
export const PLAN_PROBLEMS: readonly ErrorCode[] = keysOf(PROBLEM_CODE).flatMap((problem) =>
  ELSEWHERE.has(problem) ? [] : [PROBLEM_CODE[problem]],
);
