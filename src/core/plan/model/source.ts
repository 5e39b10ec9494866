import type { ContractKey } from "../../registry/node.ts";

export type StepId = string;

/** Where a value comes from: the goal's given values (`step: null`) or another step's output. */
export interface Source {
  readonly step: StepId | null;
  readonly key: ContractKey;
}
