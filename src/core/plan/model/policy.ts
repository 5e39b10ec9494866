import type { Lifecycle } from "../../registry/node.ts";

/** What a caller allows a plan to do. Every field has a default (contracts/documents/policy.ts); this is the complete form. */
export interface Policy {
  /** Nodes whose confident score is below this are rejected. 0 to 1. */
  readonly minTrust: number;
  /** Confidence from which a score counts as known, 0 to 1. */
  readonly minConfidence: number;
  /** False rejects nodes whose confidence is below `minConfidence`. */
  readonly allowUnproven: boolean;
  readonly maxCost: number | null;
  /** Longest chain of steps. */
  readonly maxDepth: number;
  readonly maxSteps: number;
  /** Lifecycles a planned node may be in. */
  readonly lifecycles: readonly Lifecycle[];
  readonly namespaces: Filter;
  readonly tags: Filter;
  readonly groups: Filter;
  /** Node name → semver range. */
  readonly pins: Readonly<Record<string, string>>;
  /** Weights of trust, cost and latency in the choice between variants. */
  readonly prefer: { readonly trust: number; readonly cost: number; readonly latency: number };
  readonly mode: "sequential" | "parallel" | "batch";
  readonly maxParallelism: number | null;
  /** The whole run must end within this many milliseconds. */
  readonly deadlineMs: number | null;
  /** `never` sends every segment through the queue, even pure ones. */
  readonly inline: "auto" | "never";
  /** `none` makes every step a segment of its own. */
  readonly fusion: "auto" | "none";
  /** A step may be fused and run inline only under these declared figures. */
  readonly cheap: { readonly cost: number; readonly timeoutMs: number };
  /** Budget of one segment. */
  readonly segment: { readonly maxSteps: number; readonly timeoutMs: number; readonly maxBytes: number };
  /** Higher goes first where work items wait for a limit: −10 to 10. Absent in plans made before there were limits: 0. */
  readonly priority?: number;
  /**
   * Which ready segments go first where the run has limited room: in the plan's order (also when absent), on the longest
   * remaining path of costs, at the lowest cost, or with the highest trust.
   */
  readonly order?: "plan" | "critical" | "cheap" | "trusted";
  /** True takes no result from the cache and leaves none there: no step of the plan has a time to live. */
  readonly noCache: boolean;
  /** What happens to independent branches when a step is dead. */
  readonly onFailure: "continue" | "stop";
  /** How often a run may go on with another plan after a step has died, 0 to 10. */
  readonly maxReplans: number;
  /** Steps of work that planning may spend to make the first plan cheaper and to prove that none is; absent: the usual. */
  readonly effort?: number;
  /** Guarded keys whose value may be given; none when absent. */
  readonly allowGiven?: readonly string[];
  /** True where a run that has some of its wanted keys, and not all, ends as partial. */
  readonly partial?: boolean;
}

export interface Filter {
  /** Null allows everything. */
  readonly allow: readonly string[] | null;
  readonly deny: readonly string[];
}

export const DEFAULT_POLICY: Policy = {
  minTrust: 0.3,
  minConfidence: 0.5,
  allowUnproven: true,
  maxCost: null,
  maxDepth: 50,
  maxSteps: 10_000,
  lifecycles: ["active"],
  namespaces: { allow: null, deny: [] },
  tags: { allow: null, deny: [] },
  groups: { allow: null, deny: [] },
  pins: {},
  prefer: { trust: 1, cost: 1, latency: 1 },
  mode: "parallel",
  maxParallelism: null,
  deadlineMs: null,
  inline: "auto",
  fusion: "auto",
  cheap: { cost: 1, timeoutMs: 1_000 },
  segment: { maxSteps: 64, timeoutMs: 10_000, maxBytes: 1_048_576 },
  priority: 0,
  order: "plan",
  noCache: false,
  onFailure: "continue",
  maxReplans: 2,
};
