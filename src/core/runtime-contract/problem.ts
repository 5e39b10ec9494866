import type { JsonObject } from "../../../contracts/json/json.ts";

/** Something wrong with a runtime contract: where, what, why, and what to do. */
export interface ContractProblem {
  readonly file: string;
  /** 1-based; null where the place is nowhere in the file. */
  readonly line: number | null;
  /** A JSON path. */
  readonly place: string;
  readonly error: string;
  readonly hint: string;
  readonly action: string;
}

/** `contracts/runtime.yaml:7: runtime.handlers[0].type: …` and what to do, in two lines. */
export const problemText = ({ file, line, error, hint, action }: ContractProblem): string =>
  `${file}${line === null ? "" : `:${line}`}: ${error}\n    ${hint}; ${action}`;

export const problemJson = (problem: ContractProblem): JsonObject => ({ ...problem });
