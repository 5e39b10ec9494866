import type { ContractKey } from "../../registry/node.ts";
import type { Gate } from "./gate.ts";
import type { Boundary, Source, StepId } from "./plan.ts";

/**
 * How a graph names a value: resolved, or as text. Text is `step.output_key` when it begins with the id of a step and a
 * dot, otherwise the name of a given key. A text that could be both is refused.
 */
export type GraphSource = Source | string;

/** One node call of an explicit graph. */
export interface GraphStep {
  readonly id: StepId;
  /** Name of a registered node. */
  readonly node: string;
  /** Semantic version range; absent takes the newest allowed version. */
  readonly version?: string;
  /** Steps that must have ended first although no value of theirs is used. */
  readonly after?: readonly StepId[];
  /** Input key → value. Inputs left out are bound by name where that is unambiguous. */
  readonly inputs?: Readonly<Record<ContractKey, GraphSource>>;
  readonly when?: Gate<GraphSource>;
  /** True where the author has bound every optional input there is to bind: the others stay unbound. */
  readonly exact?: boolean;
  /** For graphs made from plans: the composite the step is a part of, one of the graph's boundaries. */
  readonly parent?: StepId;
}

/** A DAG written out by its author: which nodes, in which order, with which values. */
export interface Graph {
  readonly steps: readonly GraphStep[];
  /** Names of the values that come with the request. */
  readonly given: readonly ContractKey[];
  /** Wanted results: `step.output_key` or a key only one step ends with. Absent: every output no other step consumes. */
  readonly want?: readonly string[];
  /** Results under names of their own, instead of `want`. */
  readonly results?: Readonly<Record<string, GraphSource>>;
  /** True for graphs made from plans whose results are wanted by name. */
  readonly strict?: boolean;
  /** For graphs made from plans: composites that were unfolded into steps of this graph. */
  readonly boundaries?: readonly Boundary[];
}
