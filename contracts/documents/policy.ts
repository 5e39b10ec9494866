import { z } from "zod";
import { contractKey, plainText } from "../json/json.ts";

/** A list of what is allowed (null: everything) and what is denied whatever is allowed. */
const filter = z.strictObject({
  allow: z.array(plainText.max(200)).max(1_000).nullable().default(null),
  deny: z.array(plainText.max(200)).max(1_000).default([]),
});

/** The most plans a run may go on with, after its first. */
export const MOST_REPLANS = 10;

/** The most steps of work that planning may be asked to spend. */
export const MOST_EFFORT = 1_000_000;
/** What planning may spend unless the policy says otherwise. */
export const USUAL_EFFORT = 200_000;

const weight = z.number().min(0).max(100);
const milliseconds = z.int().min(1).max(86_400_000);

/** A planning policy as it travels. Every field may be left out; unknown fields are refused, so a slip of the pen is noticed. */
export const policyWire = z
  .strictObject({
    min_trust: z
      .number()
      .min(0)
      .max(1)
      .default(0.3)
      .describe("Nodes with a confident trust score below this are rejected."),
    min_confidence: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe("Confidence from which a trust score counts as known."),
    allow_unproven: z.boolean().default(true).describe("False rejects nodes whose confidence is below min_confidence."),
    max_cost: z.number().positive().nullable().default(null).describe("Greatest planned cost; null for no limit."),
    max_depth: z.int().min(1).max(10_000).default(50).describe("Longest chain of steps."),
    max_steps: z.int().min(1).max(10_000).default(10_000).describe("Most steps in a plan."),
    lifecycles: z
      .array(z.enum(["draft", "review", "active", "deprecated", "archived"]))
      .min(1)
      .default(["active"])
      .describe("Lifecycles a planned node may be in."),
    namespaces: filter.prefault({}).describe("Dotted prefixes: onex.nodes covers onex.nodes.report."),
    tags: filter.prefault({}).describe("A node needs one allowed tag and no denied one."),
    groups: filter.prefault({}).describe("Groups a node may belong to."),
    pins: z.record(plainText.max(100), plainText.max(100)).default({}).describe("Node name to semantic version range."),
    prefer: z
      .strictObject({ trust: weight.default(1), cost: weight.default(1), latency: weight.default(1) })
      .prefault({})
      .describe("Weights in the choice between variants."),
    mode: z.enum(["sequential", "parallel", "batch"]).default("parallel").describe("How ready steps are dispatched."),
    max_parallelism: z.int().min(1).max(10_000).nullable().default(null).describe("Most segments in flight at once."),
    deadline_ms: milliseconds.nullable().default(null).describe("The whole run must end within this time."),
    inline: z.enum(["auto", "never"]).default("auto").describe("never sends even pure segments through the queue."),
    fusion: z.enum(["auto", "none"]).default("auto").describe("none makes every step a segment of its own."),
    cheap: z
      .strictObject({ cost: z.number().min(0).default(1), timeout_ms: milliseconds.default(1_000) })
      .prefault({})
      .describe("Steps within these declared figures may share a segment."),
    segment: z
      .strictObject({
        max_steps: z.int().min(1).max(1_000).default(64),
        timeout_ms: milliseconds.default(10_000),
        max_bytes: z.int().min(1_024).max(16_777_216).default(1_048_576),
      })
      .prefault({})
      .describe("Budget of one segment."),
    priority: z
      .int()
      .min(-10)
      .max(10)
      .default(0)
      .describe("Higher goes first where work items of several runs wait for a limit."),
    order: z
      .enum(["plan", "critical", "cheap", "trusted"])
      .default("plan")
      .describe("Which ready segments go first where the run has limited room."),
    allow_given: z
      .array(contractKey)
      .max(1_000)
      .default([])
      .describe("Guarded keys whose value may be given, although only named nodes may produce it."),
    partial: z
      .boolean()
      .default(false)
      .describe("True ends a run that has some of its wanted keys, and not all, as partial rather than as failed."),
    no_cache: z.boolean().default(false).describe("True takes no result from the cache and leaves none there."),
    on_failure: z
      .enum(["continue", "stop"])
      .default("continue")
      .describe("Whether independent branches go on when a step is dead."),
    max_replans: z
      .int()
      .min(0)
      .max(MOST_REPLANS)
      .default(2)
      .describe("How often the run may go on with another plan when a step has died; 0 for never."),
    effort: z
      .int()
      .min(0)
      .max(MOST_EFFORT)
      .default(USUAL_EFFORT)
      .describe("Steps of work that may be spent to make the plan cheaper and to prove that none is; 0 for none."),
  })
  .describe("What a caller allows a plan to do.");

export type PolicyWire = z.infer<typeof policyWire>;

/** The policy with the names the planner uses. */
export const policy = policyWire.transform((wire) => ({
  minTrust: wire.min_trust,
  minConfidence: wire.min_confidence,
  allowUnproven: wire.allow_unproven,
  maxCost: wire.max_cost,
  maxDepth: wire.max_depth,
  maxSteps: wire.max_steps,
  lifecycles: wire.lifecycles,
  namespaces: wire.namespaces,
  tags: wire.tags,
  groups: wire.groups,
  pins: wire.pins,
  prefer: wire.prefer,
  mode: wire.mode,
  maxParallelism: wire.max_parallelism,
  deadlineMs: wire.deadline_ms,
  inline: wire.inline,
  fusion: wire.fusion,
  cheap: { cost: wire.cheap.cost, timeoutMs: wire.cheap.timeout_ms },
  segment: {
    maxSteps: wire.segment.max_steps,
    timeoutMs: wire.segment.timeout_ms,
    maxBytes: wire.segment.max_bytes,
  },
  priority: wire.priority,
  order: wire.order,
  noCache: wire.no_cache,
  onFailure: wire.on_failure,
  maxReplans: wire.max_replans,
  // Left out where it is the usual: so are plans stored, those of releases that had no such field too.
  ...(wire.effort === USUAL_EFFORT ? {} : { effort: wire.effort }),
  ...said(wire),
}));

/** What most policies do not say is left out: a policy that leaves it out means what it meant before there was such a field. */
function said({ allow_given: allowGiven, partial }: PolicyWire) {
  return {
    ...(allowGiven.length === 0 ? {} : { allowGiven }),
    ...(partial ? { partial } : {}),
  };
}

/** What a caller may write: every field optional. */
export type PolicyInput = z.input<typeof policyWire>;
