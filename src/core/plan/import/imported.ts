import type { NodeDefinition } from "../../registry/node.ts";
import type { Graph } from "../model/graph.ts";
import type { Goal } from "../model/plan.ts";
import type { Policy } from "../model/policy.ts";

/** Which kind of document a plan was read from. */
export type PlanDialect = "workflow_coordination" | "orchestrator_steps" | "capability_graph" | "capability_policy";

/** A graph read from a foreign document, with stand-ins for the nodes it names: they do nothing but have the right shape. */
export interface ImportedGraph {
  readonly kind: "graph";
  readonly dialect: PlanDialect;
  readonly name: string;
  readonly graph: Graph;
  readonly nodes: readonly NodeDefinition[];
  readonly policy: Policy;
  /** What the document says and the plan does not. */
  readonly notes: readonly string[];
}

/** A goal read from a foreign document: to be planned over the nodes of a capability graph, or of a registry. */
export interface ImportedGoal {
  readonly kind: "goal";
  readonly dialect: PlanDialect;
  readonly name: string;
  readonly goal: Goal;
  readonly notes: readonly string[];
}

export type Imported = ImportedGraph | ImportedGoal;
