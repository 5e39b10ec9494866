import { z } from "zod";
import { cliWire, pythonWire, sandboxWire } from "../documents/runner-blocks.ts";
import { anyJson, anyObject } from "../json/any-json.ts";
import { plainText } from "../json/json.ts";
import type { Wire } from "../json/wire.ts";

/*
 * What runners and remote nodes say to the gateway, and what it answers. Times are durations: nobody's clock is compared
 * with anybody else's.
 */

/** The version of what runners speak. A gateway takes those from the oldest to the newest it knows. */
export const RUNNER_PROTOCOL = 1;

const name = plainText.min(1).max(100);
const token = z.string().min(1).max(20_000).meta({ description: "A work item's token." });
const milliseconds = z.number().min(0).max(1e9);

const runnerId = {
  protocol: z.int().min(0).max(1_000_000).meta({ description: "The version of what the runner speaks." }),
  node_id: name.meta({ description: "The runner's name: the last process to come has it." }),
  instance: name.meta({ description: "A random name of the process's own." }),
};

/** `POST /v1/pools/{pool}/lease`. */
export const leaseRequest = z
  .strictObject({
    ...runnerId,
    version: name.meta({ description: "The runner's release." }),
    kinds: z.array(name).min(1).max(20).meta({ description: "The entrypoint types it can execute." }),
    concurrency: z.int().min(1).max(10_000).meta({ description: "How many processes it runs at once." }),
    running: z.int().min(0).max(10_000).meta({ description: "How many it runs now." }),
    most: z.int().min(1).max(100).meta({ description: "How many items it can take." }),
    wait_ms: z.int().min(0).max(25_000).meta({ description: "How long to wait for the first." }),
  })
  .meta({
    id: "LeaseRequest",
    title: "Lease request",
    description: "A runner asks for work.",
    examples: [
      {
        protocol: 1,
        node_id: "host-a",
        instance: "6f2c0f64",
        version: "0.1.0",
        kinds: ["python"],
        concurrency: 4,
        running: 0,
        most: 4,
        wait_ms: 20_000,
      },
    ],
  });

/** One attempt at a step, with everything a runner needs for it. Secrets are named, never there. */
export const workItem = z
  .object({
    token,
    run_id: z.string(),
    step: z.string(),
    attempt: z.int(),
    correlation_id: z.string(),
    idempotency_key: z.string().meta({ description: "The same for every attempt of the step." }),
    node: z.string(),
    version: z.string(),
    entrypoint: z.object({ type: z.string(), target: z.string() }),
    input: anyObject("The input state, by contract key."),
    config: anyObject("The contract's config."),
    outputs: z.array(z.string()).meta({ description: "The contract keys it yields." }),
    timeout_ms: milliseconds.meta({ description: "The attempt may take this long." }),
    code_sha256: z
      .string()
      .nullable()
      .meta({ description: "The SHA-256 of the node's code, which `GET …/code` gives; null for a node without." }),
    sandbox: sandboxWire,
    cli: cliWire.optional(),
    python: pythonWire.optional(),
  })
  .meta({ id: "WorkItem", title: "Work item", description: "One attempt at a step." });

export const leased = z.object({ items: z.array(workItem) }).meta({
  id: "Leased",
  title: "Leased items",
  description: "The runner's until it answers, gives them back, or is not heard of for fifteen seconds.",
  examples: [{ items: [] }],
});

/** A line that a node's process wrote. */
export const logLine = z.strictObject({
  stream: z.enum(["stdout", "stderr"]),
  text: z.string().max(2_000),
  skipped: z.int().min(0).optional().meta({ description: "Lines left out before this one." }),
});
const logLines = z.array(logLine).max(20_000);

const progress = z.strictObject({
  fraction: z.number().min(0).max(1).nullable().default(null),
  message: z.string().max(1_000).nullable().default(null),
});

/** `POST /v1/pools/{pool}/heartbeat`. */
export const heartbeatRequest = z
  .strictObject({
    ...runnerId,
    items: z
      .array(z.strictObject({ token, progress: progress.optional(), log: logLines.optional() }))
      .max(10_000)
      .meta({ description: "What it has, how far each has come, and what each wrote since." }),
    give_back: z.array(token).max(10_000).default([]).meta({ description: "What it will not end." }),
    leaving: z.boolean().default(false).meta({ description: "It asks for no more work." }),
  })
  .meta({
    id: "HeartbeatRequest",
    title: "Heartbeat",
    description: "A runner says what it has.",
    examples: [{ protocol: 1, node_id: "host-a", instance: "6f2c0f64", items: [] }],
  });

export const heartbeat = z
  .object({
    lost: z
      .array(z.string())
      .meta({ description: "Items nobody waits for any more: their processes are to be ended." }),
    replaced: z.boolean().meta({ description: "Another process has taken the node id: this one gets no more work." }),
  })
  .meta({
    id: "HeartbeatAnswer",
    title: "Heartbeat answer",
    description: "What of it is still wanted.",
    examples: [{ lost: [], replaced: false }],
  });

/** Codes that somebody outside may answer with: what went wrong with the node, and nothing of ours. */
export const ANSWER_CODES = [
  "HANDLER_EXECUTION_ERROR",
  "TIMEOUT_ERROR",
  "SANDBOX_ERROR",
  "SANDBOX_BUDGET",
  "SANDBOX_MEMORY",
  "OUTPUT_STATE_INVALID",
  "INVALID_PARAMETER",
  "INVALID_CONFIGURATION",
  "CONNECTION_ERROR",
  "SERVICE_UNAVAILABLE",
  "RATE_LIMIT_ERROR",
  "SECRET_RESOLUTION_ERROR",
  "AUTHENTICATION_ERROR",
  "REQUEST_REJECTED",
] as const;

/** What came of an attempt: the output state, or why there is none. */
export const workItemOutcome = z.discriminatedUnion("ok", [
  z.strictObject({
    ok: z.literal(true),
    output: anyObject("The output state, by contract key."),
    events: z.array(anyObject("What an effect reports.")).max(10_000).optional(),
  }),
  z.strictObject({
    ok: z.literal(false),
    error: z.strictObject({
      code: z.enum(ANSWER_CODES),
      message: z.string().max(20_000),
      hint: z.string().max(20_000).optional(),
      retryable: z.boolean().optional().meta({ description: "Whether another attempt may help; the code's default." }),
      retry_after_s: z.number().min(0).max(86_400).optional(),
      blameless: z.literal(true).optional().meta({ description: "It says nothing about the node." }),
      details: anyJson("More about it.").optional(),
    }),
  }),
]);

/** `POST /v1/work-items/{token}`. */
export const workItemAnswer = z
  .strictObject({
    run_id: z.string().meta({ description: "The run the item belongs to: one run's answer is no other's." }),
    outcome: workItemOutcome,
    duration_ms: milliseconds.default(0).meta({ description: "How long the attempt took." }),
    log: logLines.optional().meta({ description: "What its process wrote, clipped." }),
  })
  .meta({
    id: "WorkItemAnswer",
    title: "Work item answer",
    description: "What came of an attempt.",
    examples: [
      {
        run_id: "r00_01J00000000000000000000000",
        outcome: { ok: true, output: { "document.stats": { words: 2 } } },
        duration_ms: 12,
      },
    ],
  });

export const workItemTaken = z.object({ accepted: z.literal(true) }).meta({
  id: "WorkItemTaken",
  title: "Answer taken",
  description: "The run goes on with it.",
  examples: [{ accepted: true }],
});

/** `POST /v1/work-items/{token}/heartbeat`: what a remote node may say while it works. */
export const workItemHeartbeat = z.strictObject({ run_id: z.string(), progress: progress.optional() }).meta({
  id: "WorkItemHeartbeat",
  title: "Work item heartbeat",
  description: "How far it has come.",
  examples: [{ run_id: "r00_01J00000000000000000000000", progress: { fraction: 0.5, message: "half" } }],
});

export const workItemWanted = z
  .object({
    wanted: z.boolean().meta({ description: "False when nobody waits for the answer any more." }),
    reason: z.string().nullable(),
  })
  .meta({
    id: "WorkItemWanted",
    title: "Still wanted",
    description: "Whether to go on.",
    examples: [{ wanted: true, reason: null }],
  });

export const poolView = z.object({
  name: z.string(),
  waiting: z.int().meta({ description: "Items that wait for a runner." }),
  leased: z.int().meta({ description: "Items that runners have." }),
  oldest_ms: z.number().nullable().meta({ description: "How long the oldest has waited." }),
  runners: z.array(
    z.object({
      node_id: z.string(),
      version: z.string(),
      kinds: z.array(z.string()),
      concurrency: z.int(),
      running: z.int(),
      heard_ms: z.number().meta({ description: "How long ago it was heard of." }),
    }),
  ),
});

/** `GET /v1/pools`. */
export const poolList = z.object({ pools: z.array(poolView) }).meta({
  id: "PoolList",
  title: "Pools",
  description: "The pools that nodes ask for: what waits in them, and who serves them.",
  examples: [{ pools: [{ name: "python", waiting: 0, leased: 0, oldest_ms: null, runners: [] }] }],
});

/** `GET /v1/runs/{id}/logs`. */
export const runLogs = z
  .object({
    run_id: z.string(),
    finished: z.boolean().meta({ description: "The run has ended: nothing follows." }),
    logs: z.array(
      z.object({
        step: z.string(),
        node: z.string(),
        version: z.string(),
        attempt: z.int(),
        live: z.boolean().meta({ description: "The process runs: more may follow." }),
        lines: z.array(logLine),
      }),
    ),
  })
  .meta({
    id: "RunLogs",
    title: "Logs of a run",
    description: "What the processes of its steps wrote, clipped.",
    examples: [{ run_id: "r00_01J00000000000000000000000", finished: true, logs: [] }],
  });

export type LeaseRequestWire = Wire<z.input<typeof leaseRequest>>;
export type WorkItemWire = Wire<z.output<typeof workItem>>;
export type Leased = Wire<z.output<typeof leased>>;
export type HeartbeatRequestWire = Wire<z.input<typeof heartbeatRequest>>;
export type HeartbeatAnswer = Wire<z.output<typeof heartbeat>>;
export type WorkItemAnswer = Wire<z.output<typeof workItemAnswer>>;
export type WorkItemAnswerInput = Wire<z.input<typeof workItemAnswer>>;
export type WorkItemHeartbeat = Wire<z.output<typeof workItemHeartbeat>>;
export type WorkItemWanted = Wire<z.output<typeof workItemWanted>>;
export type PoolList = Wire<z.output<typeof poolList>>;
export type PoolViewWire = Wire<z.output<typeof poolView>>;
export type RunLogs = Wire<z.output<typeof runLogs>>;
