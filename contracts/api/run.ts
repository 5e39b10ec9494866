import { z } from "zod";
import { anyJson, anyObject, anyObjectOrNull } from "../json/any-json.ts";
import type { Wire } from "../json/wire.ts";
import { CHAIN_LISTS, type Chains } from "../documents/chain.ts";
import { planView } from "./plan-request.ts";
import { runSignal } from "./signals.ts";
import { runStatus, stepStatus, via } from "./status.ts";

const moment = (what: string) => z.string().meta({ description: `${what} ISO 8601 in UTC.` });
const count = (what: string) => z.int().min(0).meta({ description: what });

/** Why a run, a step or an attempt failed. */
export const runError = z
  .object({
    code: z.string(),
    message: z.string(),
    place: z.string().optional(),
    hint: z.string().optional(),
    details: anyJson("More about it, by code.").optional(),
  })
  .meta({ id: "RunError", title: "Run error", description: "Why a run, a step or an attempt failed." });

/** Where a cached result comes from. */
export const cacheHit = z.object({
  signature: z.string(),
  run_id: z.string(),
  made_at: moment("When it was made."),
  boundary: z.string().nullable().meta({ description: "The composite that was answered as a whole." }),
});

const attempt = z.object({
  epoch: z.int(),
  via,
  dispatched_at: moment("When it began."),
  finished_at: moment("When it ended.").nullable(),
  duration_ms: z.number().nullable(),
  error: runError.nullable(),
});

/** Where a value of a run can be read. */
export const valueLink = z
  .object({
    key: z.string(),
    href: z.string().meta({ description: "A path of this gateway." }),
    bytes: z.int().optional().meta({ description: "The size of its JSON, of values over 64 KB." }),
    sha256: z.string().optional().meta({ description: "The SHA-256 of that JSON." }),
  })
  .meta({ id: "ValueLink", title: "Value link", description: "Where a value of a run can be read." });

/** A step of a run as it stands. */
export const stepView = z
  .object({
    id: z.string(),
    node: z.string(),
    version: z.string(),
    status: stepStatus,
    segment: z.string(),
    attempts: z.array(attempt),
    retry_at: moment("Not before this moment.").nullable(),
    limited_by: z.string().nullable().meta({ description: "The limit whose turn it waits for." }),
    waiting: z
      .object({
        kind: z.enum(["sleep", "event", "approval"]),
        event: z.string().nullable(),
        until: moment("The end of the wait at the latest."),
        prompt: z.string().nullable(),
      })
      .nullable(),
    input_hash: z.string().nullable(),
    output_hash: z.string().nullable(),
    values: z.array(valueLink).meta({ description: "What the step gave." }),
    set: z
      .array(z.string())
      .optional()
      .meta({ description: "Contract keys whose values a rerun was told, in the place of what the step gave." }),
    cache: cacheHit
      .optional()
      .meta({ description: "Where a cached result comes from: the run that made it, and under which signature." }),
    error: runError.nullable(),
  })
  .meta({ id: "Step", title: "Step", description: "A step of a run as it stands." });

/** The short form of a run: what became of it. */
export const runSummary = z
  .object({
    run_id: z.string().meta({ description: "`r<ring>_<26 characters>`." }),
    status: runStatus,
    operation: z.string(),
    correlation_id: z.string(),
    want: z.array(z.string()).meta({ description: "Contract keys that were asked for." }),
    plan_hash: z.string(),
    created_at: moment("When it was begun."),
    finished_at: moment("When it ended.").nullable(),
    duration_ms: z.number().nullable(),
    steps: count("How many steps the plan has."),
    replans: count("How often the plan was changed because a step died."),
    queued_steps: count("How many steps went through the queue."),
    outputs: anyObject("The wanted values that are there, by contract key."),
    error: runError.nullable(),
  })
  .meta({ id: "RunSummary", title: "Run summary", description: "What became of a run." });

/** A run's page: everything a client may see of it, its plan included. */
export const runView = runSummary
  .extend({
    envelope_id: z.string(),
    source_node: z.string(),
    idempotency_key: z.string().nullable(),
    tags: z.array(z.string()),
    deadline_at: moment("When it is ended at the latest.").nullable(),
    lineage: z
      .object({
        kind: z.enum(["rerun", "chain"]),
        run_id: z.string(),
        from: z.string().nullable().meta({ description: "The step that was executed anew; null for all." }),
        depth: z.int().meta({ description: "How many runs led here." }),
      })
      .nullable()
      .meta({ description: "The run this one follows." }),
    trigger: z
      .object({ trigger_id: z.string(), group: z.string(), node: z.string().nullable(), part: z.int() })
      .nullable()
      .meta({ description: "The bus message the run answers." }),
    chains: z
      .custom<Chains>((value) => typeof value === "object" && value !== null, "an object is required")
      .nullable()
      .meta({
        type: ["object", "null"],
        additionalProperties: true,
        description: "What is sent when the run has ended: the lists of its envelope.",
      }),
    chained: z
      .array(
        z.object({
          on: z.enum(CHAIN_LISTS),
          index: z.int(),
          run_id: z.string().nullable(),
          error: z.object({ code: z.string(), message: z.string() }).nullable(),
          at: moment("When it was sent."),
        }),
      )
      .meta({ description: "What was sent." }),
    given: z.array(valueLink).meta({ description: "What the run was given." }),
    steps: z.array(stepView).meta({ description: "In the plan's order." }),
    replaced: z
      .array(stepView.extend({ replan: z.int(), replaced_at: moment("When it left the plan.") }))
      .meta({ description: "Steps that were tried and left the plan with a change; those that failed caused it." }),
    replanning: z
      .object({ failed: z.array(z.string()), phase: z.enum(["draining", "asking"]), tries: z.int() })
      .nullable()
      .meta({ description: "Steps have died, and another plan is being looked for." }),
    plan: planView,
  })
  .meta({ id: "Run", title: "Run", description: "One execution of a plan, as it stands." });

const nodeResult = z.object({
  node_id: z.string().meta({ description: "`name@version`." }),
  step: z.string(),
  success: z.boolean(),
  execution_time_ms: z.number(),
  status: z.enum(["success", "failure", "skipped", "error"]),
  input_hash: z.string(),
  output_hash: z.string(),
  errors: z.array(z.string()).meta({ description: "Of every attempt that failed." }),
  warnings: z.array(z.string()),
  metadata: z.object({
    segment: z.string(),
    attempts: z.int(),
    cached: z.boolean(),
    cache: cacheHit.optional(),
    replaced: z.boolean().optional().meta({ description: "The step left the plan." }),
    replan: z.int().optional(),
  }),
  input_state: anyObject("What it was given."),
  output_state: anyObjectOrNull("What it gave; null when it gave nothing."),
  error: runError.nullable(),
  trust: z.object({ x: z.number(), weight: z.number() }).nullable().meta({ description: "What it says of the node." }),
  trace: z.array(runSignal),
});

/** The execution_result of a finished run, in the JSON shape of the ONEX schema, extended by open fields. */
export const executionResult = z
  .object({
    batch_id: z.string().meta({ description: "The run's id." }),
    status: z.enum(["success", "partial", "failure"]),
    started_at: z.string(),
    completed_at: z.string(),
    trust_delta: z.number(),
    results: z.array(nodeResult).meta({ description: "One entry a node that was reached." }),
    run_status: runStatus,
    outputs: anyObject("The wanted values, by contract key."),
    error: runError.nullable(),
    correlation_id: z.string(),
  })
  .meta({
    id: "ExecutionResult",
    title: "Execution result",
    description: "What a finished run came to, node by node.",
  });

export type RunError = Wire<z.output<typeof runError>>;
export type StepView = Wire<z.output<typeof stepView>>;
export type RunSummaryView = Wire<z.output<typeof runSummary>>;
export type RunView = Wire<z.output<typeof runView>>;
export type ExecutionResult = Wire<z.output<typeof executionResult>>;
