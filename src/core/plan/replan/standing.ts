import { nodeRef, type ContractKey } from "../../registry/node.ts";
import type { RegistrySnapshot } from "../../registry/snapshot.ts";
import type { Available } from "../search/eligible.ts";
import type { Plan, PlanStep, StepId } from "../model/plan.ts";

/** How a running plan stands. */
export interface Standing {
  readonly plan: Plan;
  /** The steps of the plan that are dead. */
  readonly failed: readonly PlanStep[];
  /** Succeeded step → the output keys it gave. */
  readonly succeeded: ReadonlyMap<StepId, readonly ContractKey[]>;
  readonly snapshot: RegistrySnapshot;
  /** Nodes that died are not used again. */
  readonly available: Available;
  /** Steps of the run's earlier plans that this one has not. Their ids are never given again. */
  readonly left: readonly PlanStep[];
}

/** `name@version` of a step's node. */
export const refOf = (step: PlanStep): string => nodeRef({ name: step.node, version: step.version });
