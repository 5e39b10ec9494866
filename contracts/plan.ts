import { z } from "zod";
import { contractKey, jsonValue, semver } from "./json.ts";
import { stepId } from "./graph.ts";
import { policyWire } from "./policy.ts";

const source = z
  .object({ step: z.string().nullable().describe("The step whose output it is; null for a given value."), key: contractKey })
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
});

/** A plan as it travels. */
export const planWire = z
  .object({
    hash: z.string().regex(/^[0-9a-f]{64}$/).describe("Equal plans have equal hashes."),
    want: z.array(z.string()),
    given: z.array(contractKey),
    steps: z.array(planStepWire).describe("In a topological order."),
    segments: z.array(z.object({ id: z.string(), steps: z.array(stepId), inline: z.boolean() })),
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
    policy: policyWire,
  })
  .describe("The resolved DAG of a goal or graph, with the reasons for every choice.");

export type PlanWire = z.infer<typeof planWire>;
