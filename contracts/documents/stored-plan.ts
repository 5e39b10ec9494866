import { z } from "zod";
import { listOf, mapOf } from "../json/bounded.ts";
import { contractKey, executedName, nodeName, plainText, semver } from "../json/json.ts";

/*
 * A plan as it is stored within a run, in the engine's own names: every member and its limits (see
 * core/plan/stored/stored-plan). Read strictly where a file comes from outside.
 */

/** The most steps of a plan. */
export const MOST_STEPS = 10_000;
/** Ids of the parts of composites are as long as their nesting. */
export const placedStepId = z
  .string()
  .max(2_000)
  .regex(/^[A-Za-z_][A-Za-z0-9_/-]*$/, "a step id is required");

const figure = z.number().min(0);
const milliseconds = z.number().min(0).max(1e12);
/** A wanted key, or `step.key` where a graph names it so. */
const resultName = z.string().min(1).max(4_000);
const label = plainText.max(1_000);

const source = z.strictObject({ step: placedStepId.nullable(), key: contractKey });
const sources = mapOf(source, MOST_STEPS);
/** `|document.text` is given, `extract|document.fields` is a step's output. */
const storedSource = z
  .string()
  .max(2_300)
  .regex(
    /^(?:[A-Za-z_][A-Za-z0-9_/-]*)?\|[A-Za-z_][A-Za-z0-9_.-]*$/,
    "a source such as step|document.text is required",
  );
const storedSources = mapOf(storedSource, MOST_STEPS);

const scalar = z.union([z.string().max(10_000), z.number(), z.boolean(), z.null()]);
const gate: z.ZodType = z.lazy(() =>
  z.union(
    [
      z.strictObject({
        test: z.strictObject({
          value: source,
          path: z.string().max(1_000),
          op: z.enum(["exists", "eq", "ne", "lt", "lte", "gt", "gte", "in", "contains"]),
          than: z.union([scalar, listOf(scalar, 1_000)]),
        }),
      }),
      z.strictObject({ all: listOf(gate, 100) }),
      z.strictObject({ any: listOf(gate, 100) }),
      z.strictObject({ not: gate }),
    ],
    { error: "a condition {test}, {all}, {any} or {not} is required" },
  ),
);

const limit = z.strictObject({
  group: label.nullable(),
  key: contractKey.nullable(),
  allows: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("slots"), max: z.int().min(1).max(10_000) }),
    z.strictObject({ kind: z.literal("rate"), max: z.int().min(1).max(10_000), perMs: milliseconds }),
  ]),
});

/** What a step owes to its node. */
const profile = {
  node: executedName,
  version: semver,
  kind: z.enum(["compute", "effect", "reducer", "orchestrator"]),
  entrypoint: label.min(1),
  outputs: listOf(contractKey, MOST_STEPS),
  wait: z
    .strictObject({
      kind: z.enum(["sleep", "event", "approval"]),
      ms: z.number().nullable(),
      event: z.string().max(20_000).nullable(),
      timeoutMs: z.number(),
      checked: z.literal(true).optional(),
    })
    .optional(),
  cost: figure,
  timeoutMs: milliseconds,
  retry: z.strictObject({
    maxRetries: z.int().min(0).max(1_000),
    backoff: z.enum(["fixed", "exponential"]),
    baseMs: milliseconds,
    maxMs: milliseconds,
  }),
  cacheTtlMs: milliseconds.nullable(),
  limits: listOf(limit, 100).optional(),
  pool: z.strictObject({ name: label.min(1), queueTimeoutMs: milliseconds }).optional(),
};

const own = {
  id: placedStepId,
  when: gate.optional(),
  parent: placedStepId.optional(),
  unchecked: listOf(contractKey, MOST_STEPS).optional(),
};

/** A step of a plan, whole. */
export const planStep = z.strictObject({
  ...profile,
  ...own,
  inputs: sources,
  after: listOf(placedStepId, MOST_STEPS),
  segment: label,
});

const candidates = listOf(
  z.strictObject({
    node: executedName,
    version: semver,
    verdict: z.enum(["chosen", "fallback", "rejected"]),
    reasons: listOf(z.string().max(20_000), 1_000),
  }),
  100_000,
);

const names = listOf(plainText.max(1_000), 10_000);
const filter = z.strictObject({ allow: names.nullable(), deny: names });
const policy = z
  .strictObject({
    minTrust: z.number(),
    minConfidence: z.number(),
    allowUnproven: z.boolean(),
    maxCost: z.number().nullable(),
    maxDepth: z.int(),
    maxSteps: z.int(),
    lifecycles: listOf(z.enum(["draft", "review", "active", "deprecated", "archived"]), 5),
    namespaces: filter,
    tags: filter,
    groups: filter,
    pins: mapOf(plainText.max(1_000), 10_000),
    prefer: z.strictObject({ trust: figure, cost: figure, latency: figure }),
    mode: z.enum(["sequential", "parallel", "batch"]),
    maxParallelism: z.int().min(1).nullable(),
    deadlineMs: milliseconds.nullable(),
    inline: z.enum(["auto", "never"]),
    fusion: z.enum(["auto", "none"]),
    cheap: z.strictObject({ cost: figure, timeoutMs: milliseconds }),
    segment: z.strictObject({ maxSteps: z.int(), timeoutMs: milliseconds, maxBytes: z.int() }),
    priority: z.int().min(-10).max(10),
    order: z.enum(["plan", "critical", "cheap", "trusted"]),
    noCache: z.boolean(),
    onFailure: z.enum(["continue", "stop"]),
    maxReplans: z.int().min(0).max(1_000),
    effort: z.int().min(0),
    allowGiven: listOf(contractKey, 1_000),
    partial: z.boolean(),
  })
  .partial();

/** A plan within a run, in the form this release writes. */
export const storedPlan = z.strictObject({
  form: z.literal(2),
  hash: z.string().regex(/^[0-9a-f]{64}$/, "a SHA-256 in lower case hexadecimal is required"),
  want: listOf(resultName, MOST_STEPS),
  given: listOf(contractKey, MOST_STEPS),
  nodes: listOf(z.strictObject(profile), MOST_STEPS),
  steps: listOf(
    z.strictObject({
      ...own,
      node: z.int().min(0).max(MOST_STEPS),
      inputs: storedSources,
      after: listOf(placedStepId, MOST_STEPS).optional(),
      segment: label.optional(),
    }),
    MOST_STEPS,
  ),
  segments: listOf(
    z.strictObject({
      id: label,
      steps: listOf(placedStepId, MOST_STEPS),
      inline: z.boolean(),
      rank: z.int().min(0).max(MOST_STEPS).optional(),
    }),
    MOST_STEPS,
  ),
  boundaries: listOf(
    z.strictObject({
      id: placedStepId,
      node: nodeName,
      version: semver,
      parent: placedStepId.nullable(),
      steps: listOf(placedStepId, MOST_STEPS),
      inputs: sources,
      outputs: sources,
      cacheTtlMs: milliseconds.nullable(),
    }),
    MOST_STEPS,
  ).optional(),
  results: storedSources,
  cost: figure,
  optimum: z.strictObject({ bound: figure, proved: z.boolean(), firstCost: figure }).optional(),
  depth: z.int().min(0).max(MOST_STEPS),
  why: z.union(
    [
      z.strictObject({
        choices: listOf(z.strictObject({ key: contractKey, source: z.enum(["given", "node"]), candidates }), 100_000),
      }),
      z.strictObject({ named: mapOf(candidates, MOST_STEPS) }),
    ],
    { error: "{choices} or {named} is required" },
  ),
  guards: listOf(z.string().max(20_000), 1_000),
  policy: z.strictObject({ set: policy, without: listOf(z.string().max(100), 100).optional() }),
  origin: z.enum(["goal", "graph"]).optional(),
  strict: z.literal(true).optional(),
});
