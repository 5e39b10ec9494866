import type { NodeLimit } from "../../limit/limit.ts";
import type { ContractKey, NodeKind, RetryPolicy } from "../../registry/node.ts";
import type { Gate } from "./gate.ts";
import type { Policy } from "./policy.ts";
import type { Source, StepId } from "./source.ts";
import type { WaitSpec } from "./wait.ts";

export type { Source, StepId } from "./source.ts";

export type SegmentId = string;

/** One node call of a plan. Carries everything the reducer needs, so a running plan never asks the registry. */
export interface PlanStep {
  readonly id: StepId;
  readonly node: string;
  readonly version: string;
  readonly kind: NodeKind;
  /** The entrypoint's type: `builtin`, `function`, `http` … Names the handler. */
  readonly entrypoint: string;
  /** Input key → where its value comes from. Optional inputs nobody produces are left out. */
  readonly inputs: Readonly<Record<ContractKey, Source>>;
  readonly outputs: readonly ContractKey[];
  /** Steps that must end before this one for another reason than a value. */
  readonly after: readonly StepId[];
  /** The step runs only when this holds; otherwise it is skipped and its dependents with it. */
  readonly when?: Gate;
  /** What the step waits for instead of executing anything: present exactly when its entrypoint is `wait`. */
  readonly wait?: WaitSpec;
  /** The composite this step is a part of: the boundary's id, which prefixes the step's own. */
  readonly parent?: StepId;
  /** Inputs whose fit could not be decided from the schemas alone: they are checked when the value is there. */
  readonly unchecked?: readonly ContractKey[];
  readonly segment: SegmentId;
  /** Declared cost, in abstract units. */
  readonly cost: number;
  readonly timeoutMs: number;
  readonly retry: RetryPolicy;
  /** Result caching by signature; null when not declared or not allowed. */
  readonly cacheTtlMs: number | null;
  /** Limits across runs that an attempt must pass; absent when there are none. */
  readonly limits?: readonly NodeLimit[];
  /** Where an attempt waits for a runner, and for how long: present exactly on steps that runners execute. */
  readonly pool?: StepPool;
}

/** The queue of runners that executes a step. */
export interface StepPool {
  readonly name: string;
  /** An attempt that no runner takes in this time fails, in milliseconds. */
  readonly queueTimeoutMs: number;
}

/** The unit of dispatch: steps executed together in one invocation. */
export interface Segment {
  readonly id: SegmentId;
  /** In a topological order. */
  readonly steps: readonly StepId[];
  /** True when the gateway may execute it before the run exists: pure, cheap and fed by given values only. */
  readonly inline: boolean;
  /** Its place in the policy's order, from 0; absent where that is the plan's own. */
  readonly rank?: number;
}

/** A composite node that was unfolded into its parts: the boundary for result caching, trust and failure. */
export interface Boundary {
  /** Prefix of its parts' ids: `report` holds `report/extract`, `report/check` … */
  readonly id: StepId;
  readonly node: string;
  readonly version: string;
  /** The enclosing composite, for nested ones. */
  readonly parent: StepId | null;
  /** Ids of all steps inside, nested ones too, in plan order. */
  readonly steps: readonly StepId[];
  readonly inputs: Readonly<Record<ContractKey, Source>>;
  /** The composite's output key → the part that produces it. */
  readonly outputs: Readonly<Record<ContractKey, Source>>;
  readonly cacheTtlMs: number | null;
}

export type EdgeKind = "value" | "signal" | "gate";

/** Why one step waits for another. A pair of steps may be joined by several edges. */
export interface Edge {
  readonly from: StepId;
  readonly to: StepId;
  /** `value`: an output is an input; `signal`: the first must have ended; `gate`: an output decides whether the second runs. */
  readonly kind: EdgeKind;
  /** The contract key that travels; null for signals. */
  readonly key: ContractKey | null;
}

export type Verdict = "chosen" | "fallback" | "rejected";

/** Why a candidate was or was not used for a key. */
export interface Candidate {
  readonly node: string;
  readonly version: string;
  readonly verdict: Verdict;
  /** For a person: `trust 0.41 < 0.6`, `lifecycle draft is not allowed`, `costs 3.2, chosen costs 1.1`. */
  readonly reasons: readonly string[];
}

export interface KeyChoice {
  readonly key: ContractKey;
  /** `given` when the goal brings the value itself. */
  readonly source: "given" | "node";
  readonly candidates: readonly Candidate[];
}

/** What is known of the least cost of a goal, within the policy's guards. In cost units. */
export interface PlanOptimum {
  /** No plan costs less. */
  readonly bound: number;
  /** The plan costs no more than the bound. */
  readonly proved: boolean;
  /** What the cheapest derivations of the keys, each found by itself, come to as a plan. */
  readonly firstCost: number;
}

/** By what share of its cost a plan may be dearer than the least, 0 to 1. */
export const gapOf = (bound: number, cost: number): number => (cost > bound ? 1 - bound / cost : 0);

/** The resolved DAG. Content-addressed: equal plans have equal hashes. */
export interface Plan {
  /** SHA-256 of the canonical JSON of steps, segments, results and the policy's execution part. */
  readonly hash: string;
  readonly want: readonly ContractKey[];
  /** Names of the given values; the values themselves belong to the run. */
  readonly given: readonly ContractKey[];
  /** In a topological order. */
  readonly steps: readonly PlanStep[];
  readonly segments: readonly Segment[];
  /** Composites among the steps, outermost first; absent when there are none. */
  readonly boundaries?: readonly Boundary[];
  /** Where each wanted key comes from. */
  readonly results: Readonly<Record<ContractKey, Source>>;
  /**
   * Planned cost: the sum over steps, a composite counting as one, of declared cost and latency, weighted by policy,
   * divided by trust.
   */
  readonly cost: number;
  /** How the cost stands to the least there is; absent where nothing was chosen, and in plans of earlier releases. */
  readonly optimum?: PlanOptimum;
  readonly depth: number;
  readonly why: readonly KeyChoice[];
  /** Limits that shaped the plan without refusing it. */
  readonly guards: readonly string[];
  readonly policy: Policy;
  /** Whether the planner chose the nodes (also when absent) or the graph's author did. */
  readonly origin?: "goal" | "graph";
  /** True for a graph whose author named what is wanted: without it the run is no success. A goal's is always so. */
  readonly strict?: true;
}

export interface Goal {
  readonly want: readonly ContractKey[];
  readonly given: readonly ContractKey[];
  /** Of the given keys those that steps of the run have made already. */
  readonly made?: ReadonlySet<ContractKey>;
  readonly policy: Policy;
}
