import { z } from "zod";
import { graphSource, graphStepWire, readStep, stepId } from "./graph.ts";
import { contractKey, jsonValue, nodeName, semver } from "../json/json.ts";
import type { Wire } from "../json/wire.ts";
import { limitWire } from "./limit.ts";
import { policyWire } from "./policy.ts";

const source = z
  .object({
    step: z.string().nullable().describe("The step whose output it is; null for a given value."),
    key: contractKey,
  })
  .describe("Where a value comes from.");

/** One step of a plan as it travels. */
export const planStepWire = z.object({
  id: stepId,
  node: z.string(),
  version: semver,
  kind: z.enum(["compute", "effect", "reducer", "orchestrator"]),
  entrypoint: z.string(),
  inputs: z.record(z.string(), source),
  outputs: z.array(contractKey),
  after: z.array(stepId),
  when: jsonValue.optional().describe("The condition under which the step runs."),
  wait: z
    .object({
      kind: z.enum(["sleep", "event", "approval"]),
      ms: z.number().nullable(),
      event: z.string().nullable(),
      timeout_ms: z.number(),
      checked: z
        .literal(true)
        .optional()
        .describe("What comes is checked against the node's contract before the step ends."),
    })
    .optional()
    .describe("What the step waits for instead of executing anything."),
  parent: z.string().optional().describe("The composite this step is a part of."),
  unchecked: z.array(contractKey).optional().describe("Inputs whose fit is only checked when the value is there."),
  segment: z.string(),
  cost: z.number(),
  timeout_ms: z.number(),
  retry: z.object({
    max_retries: z.number(),
    backoff: z.enum(["fixed", "exponential"]),
    base_ms: z.number(),
    max_ms: z.number(),
  }),
  cache_ttl_ms: z.number().nullable(),
  limits: z.array(limitWire).optional().describe("Limits across runs that the step must pass."),
  pool: z
    .object({ name: z.string(), queue_timeout_ms: z.number() })
    .optional()
    .describe("Where an attempt waits for a runner, and for how long."),
});

/** A plan as it travels. */
export const planWire = z
  .object({
    hash: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .describe("Equal plans have equal hashes."),
    want: z.array(z.string()),
    given: z.array(contractKey),
    steps: z.array(planStepWire).describe("In a topological order."),
    segments: z.array(
      z.object({
        id: z.string(),
        steps: z.array(stepId),
        inline: z.boolean(),
        rank: z.int().optional().describe("Which goes first where the run has limited room; the lowest does."),
      }),
    ),
    boundaries: z
      .array(
        z.object({
          id: z.string(),
          node: z.string(),
          version: semver,
          parent: z.string().nullable(),
          steps: z.array(stepId),
          inputs: z.record(z.string(), source),
          outputs: z.record(z.string(), source),
          cache_ttl_ms: z.number().nullable(),
        }),
      )
      .describe("Composites that were unfolded."),
    edges: z.array(
      z.object({ from: stepId, to: stepId, kind: z.enum(["value", "signal", "gate"]), key: z.string().nullable() }),
    ),
    results: z.record(z.string(), source).describe("Where each wanted key comes from."),
    cost: z.number(),
    optimum: z
      .object({
        lower_bound: z.number().describe("No plan within the guards costs less."),
        gap: z.number().describe("By what share of its cost the plan may be dearer than the least, 0 to 1."),
        proved: z.boolean().describe("No plan costs less than this one."),
        first_cost: z.number().describe("What the cheapest derivations of the keys, each by itself, come to."),
      })
      .optional()
      .describe("What is known of the least cost; left out where nothing was chosen."),
    depth: z.number(),
    why: z.array(
      z.object({
        key: z.string(),
        source: z.enum(["given", "node"]),
        candidates: z.array(
          z.object({
            node: z.string(),
            version: semver,
            verdict: z.enum(["chosen", "fallback", "rejected"]),
            reasons: z.array(z.string()),
          }),
        ),
      }),
    ),
    guards: z.array(z.string()).describe("Limits that shaped the plan."),
    origin: z.enum(["goal", "graph"]).describe("Whether the planner chose the nodes or the graph's author did."),
    strict: z
      .literal(true)
      .optional()
      .describe("A graph whose author named what is wanted: a run without it is no success. Always so for a goal."),
    policy: policyWire,
  })
  .describe("The resolved DAG of a goal or graph, with the reasons for every choice.");

export type PlanWire = Wire<z.infer<typeof planWire>>;

const mutationSource = z.union([graphSource, z.null()]);

/** One change to a plan as it travels. */
export const mutationWire = z
  .discriminatedUnion("op", [
    z.strictObject({
      op: z.literal("replace"),
      step: stepId,
      node: nodeName.optional(),
      version: z.string().max(100).optional(),
    }),
    z.strictObject({ op: z.literal("insert"), step: graphStepWire }),
    z.strictObject({ op: z.literal("remove"), step: stepId }),
    z.strictObject({ op: z.literal("rewire"), step: stepId, input: contractKey, from: mutationSource }),
    z.strictObject({ op: z.literal("result"), name: z.string().min(1).max(400), from: mutationSource }),
    z.strictObject({ op: z.literal("after"), step: stepId, after: z.array(stepId).max(10_000) }),
  ])
  .describe("A change to a plan: replace, insert, remove, rewire, result or after.");

export type MutationInput = z.input<typeof mutationWire>;

/** The change with the planner's names. */
export const mutation = mutationWire.transform((wire) => {
  if (wire.op === "insert") return { op: wire.op, step: readStep(wire.step) };
  if (wire.op !== "replace") return wire;
  const { op, step, node, version } = wire;
  return { op, step, ...(node ? { node } : {}), ...(version ? { version } : {}) };
});
