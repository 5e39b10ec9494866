import type { ContractKey, NodeDefinition } from "../../registry/node.ts";
import type { Gate } from "./gate.ts";
import type { Source, StepId } from "./plan.ts";

/** A step before it has a place in a plan: what resolving a goal or reading a graph comes to. */
export interface DraftStep {
  readonly id: StepId;
  readonly node: NodeDefinition;
  readonly inputs: ReadonlyMap<ContractKey, Source>;
  /** Optional inputs that would be nice to have: bound unless that would close a cycle. */
  readonly wishes: ReadonlyMap<ContractKey, Source>;
  readonly after: readonly StepId[];
  readonly when?: Gate;
  readonly parent?: StepId;
  readonly unchecked: readonly ContractKey[];
}
