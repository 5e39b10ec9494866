import { z } from "zod";
import { anyObject } from "../json/any-json.ts";

/** How a run stands. The last three are final. */
export const runStatus = z.enum(["queued", "running", "waiting", "paused", "succeeded", "failed", "cancelled"]);

/** Why a run, a step or an attempt failed. */
const runError = z.looseObject({
  code: z.string(),
  message: z.string(),
  place: z.string().optional(),
  hint: z.string().optional(),
});

const stepView = z.looseObject({
  id: z.string(),
  node: z.string(),
  version: z.string(),
  status: z.enum(["pending", "ready", "leased", "waiting", "succeeded", "cached", "failed", "skipped", "cancelled"]),
  cache: z
    .object({
      signature: z.string(),
      run_id: z.string(),
      made_at: z.string(),
      boundary: z.string().nullable().meta({ description: "The composite that was answered as a whole." }),
    })
    .optional()
    .meta({ description: "Where a cached result comes from: the run that made it, and under which signature." }),
});

const RUN_EXAMPLE = {
  run_id: "r00_01J00000000000000000000000",
  status: "running",
  operation: "goal.run",
  correlation_id: "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b",
  want: ["metadata.report"],
  created_at: "2026-01-01T00:00:00.000Z",
  finished_at: null,
  outputs: {},
  error: null,
  steps: [{ id: "metadata_report", node: "metadata_report", version: "1.0.0", status: "leased" }],
};

/** A run's page: what is known of it now. Open: more fields follow what the engine records. */
export const runView = z
  .looseObject({
    run_id: z.string().meta({ description: "`r<ring>_<26 characters>`." }),
    status: runStatus,
    operation: z.string(),
    correlation_id: z.string(),
    want: z.array(z.string()).meta({ description: "Contract keys that were asked for." }),
    created_at: z.string(),
    finished_at: z.string().nullable(),
    outputs: anyObject("The wanted values that are there, by contract key."),
    error: runError.nullable(),
    steps: z.array(stepView),
    replans: z.int().min(0).optional().meta({ description: "How often the plan was changed because a step died." }),
    replaced: z
      .array(stepView)
      .optional()
      .meta({ description: "Steps that were tried and left the plan with a change; those that failed caused it." }),
  })
  .meta({ id: "Run", title: "Run", description: "One execution of a plan, as it stands.", examples: [RUN_EXAMPLE] });

const nodeResult = z.looseObject({
  node_id: z.string().meta({ description: "`name@version`." }),
  success: z.boolean(),
  execution_time_ms: z.number(),
  status: z.enum(["success", "failure", "skipped", "error"]),
});

/** The execution_result of a finished run, in the JSON shape of the ONEX schema, extended by open fields. */
export const executionResult = z
  .looseObject({
    batch_id: z.string().meta({ description: "The run's id." }),
    status: z.enum(["success", "partial", "failure"]),
    started_at: z.string(),
    completed_at: z.string(),
    trust_delta: z.number().optional(),
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
    examples: [
      {
        batch_id: "r00_01J00000000000000000000000",
        status: "success",
        started_at: "2026-01-01T00:00:00.000Z",
        completed_at: "2026-01-01T00:00:00.012Z",
        trust_delta: 0.5,
        results: [{ node_id: "metadata_extract@1.0.0", success: true, execution_time_ms: 3, status: "success" }],
        run_status: "succeeded",
        outputs: { "metadata.report": { valid: true } },
        error: null,
        correlation_id: "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b",
      },
    ],
  });

/** What the payload of every answer to an accepted envelope holds; the rest depends on the operation. */
export const acceptedPayload = z.looseObject({ run_id: z.string() });

/** A signal of a run. `seq` orders the signals of one run, from 1. */
export const runSignal = z
  .looseObject({
    seq: z.int().meta({ description: "Numbers the run's signals, rising from 1." }),
    type: z.string().meta({ description: "`signal.node.dispatch`, `signal.node.result`, `signal.graph.completed` …" }),
  })
  .meta({ id: "Signal", title: "Signal", description: "Something that happened in a run." });

/** A page of a run's signals. */
export const runEvents = z
  .object({
    run_id: z.string(),
    events: z.array(runSignal),
    finished: z.boolean().meta({ description: "True when the run has ended: no signal will follow the ones shown." }),
    next: z.int().meta({ description: "Ask with `after` set to this for what comes next." }),
  })
  .meta({
    id: "RunEvents",
    title: "Run events",
    description: "The signals of a run after a number.",
    examples: [
      {
        run_id: "r00_01J00000000000000000000000",
        events: [{ seq: 1, type: "signal.node.dispatch" }],
        finished: false,
        next: 1,
      },
    ],
  });

export type RunStatus = z.output<typeof runStatus>;
export type RunView = z.output<typeof runView>;
export type ExecutionResult = z.output<typeof executionResult>;
export type RunSignal = z.output<typeof runSignal>;
export type RunEvents = z.output<typeof runEvents>;
