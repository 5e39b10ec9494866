import type { ProblemCode, Severity } from "../metadata/problem.ts";
import { PROBLEM_CODES } from "../metadata/problem.ts";
import type { PathStep } from "./json-path.ts";
import { jsonPath } from "./json-path.ts";

/** One finding in a state contract. */
export interface ContractProblem {
  readonly code: ProblemCode;
  readonly severity: Severity;
  /** JSON path into the contract, or `line N` for a syntax error. */
  readonly place: string;
  readonly message: string;
  readonly hint: string;
}

/** Builds a finding at a path; severity comes from the table of codes. */
export function contractProblem(
  code: ProblemCode,
  place: readonly PathStep[] | string,
  message: string,
  hint: string,
): ContractProblem {
  return {
    code,
    severity: PROBLEM_CODES[code][1],
    place: typeof place === "string" ? place : jsonPath(place),
    message,
    hint,
  };
}
