import { z } from "zod";
import { contractKey, jsonObject } from "../json/json.ts";

/** COMPUTE_GENERIC, compute and Compute are one kind. */
const kind = z
  .string()
  .transform((text) => text.toLowerCase().replace(/_generic$/, ""))
  .pipe(z.enum(["compute", "effect", "reducer", "orchestrator"]));

const mode = z
  .string()
  .transform((text) => text.toLowerCase())
  .pipe(z.enum(["sequential", "parallel", "batch"]));

/** `workflow_coordination` in an orchestrator's contract or a workflow file of the earlier project. */
export const foreignWorkflow = z.looseObject({
  workflow_coordination: z.looseObject({
    workflow_definition: z.looseObject({
      workflow_metadata: z
        .looseObject({
          workflow_name: z.string().min(1).optional(),
          execution_mode: mode.optional(),
          timeout_ms: z.number().positive().optional(),
        })
        .optional(),
      execution_graph: z.looseObject({
        nodes: z
          .array(
            z.looseObject({
              node_id: z.string().min(1),
              node_type: kind,
              description: z.string().optional(),
              depends_on: z.array(z.string()).nullish(),
              step_config: jsonObject.nullish(),
            }),
          )
          .min(1),
      }),
      coordination_rules: z
        .looseObject({
          execution_mode: mode.optional(),
          parallel_execution_allowed: z.boolean().optional(),
          max_parallel_branches: z.int().min(1).optional(),
          failure_recovery_strategy: z.string().optional(),
          max_retries: z.int().min(0).optional(),
          timeout_ms: z.number().positive().optional(),
        })
        .nullish(),
    }),
  }),
});

export type ForeignWorkflow = z.infer<typeof foreignWorkflow>;

/** A minimal orchestrator: steps that name their nodes. */
export const foreignOrchestrator = z.looseObject({
  type: z.literal("orchestrator"),
  name: z.string().min(1),
  steps: z
    .array(
      z.looseObject({ name: z.string().min(1), node: z.string().min(1), depends_on: z.array(z.string()).nullish() }),
    )
    .min(1),
});

const capabilityStep = z.looseObject({
  step_key: z.string().min(1),
  name: z.string().optional(),
  step_type: z.string().optional(),
  description: z.string().optional(),
  depends_on: z.array(z.string()).nullish(),
  required_capabilities: z.array(contractKey).nullish(),
  produces_capabilities: z.array(contractKey).nullish(),
  tags: z.array(z.string()).nullish(),
  estimated_duration_seconds: z.number().min(0).optional(),
  verification: z.looseObject({ timeout_seconds: z.number().positive().optional() }).nullish(),
});

/** Steps that need and produce capabilities. */
export const capabilityGraph = z.looseObject({ title: z.string().min(1), steps: z.array(capabilityStep).min(1) });

export type CapabilityStep = z.infer<typeof capabilityStep>;

/** Capabilities to be reached, and how long that may take. */
export const capabilityPolicy = z.looseObject({
  policy_name: z.string().min(1),
  description: z.string().optional(),
  target_capabilities: z.array(contractKey).min(1),
  max_estimated_minutes: z.number().positive().nullish(),
});
