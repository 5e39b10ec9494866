import { z } from "zod";
import { nodeFileName } from "./node-files.ts";
import { listOf, mapOf } from "../json/bounded.ts";
import { contractKey, jsonValue, nodeName, plainText, semver, uuid } from "../json/json.ts";
import { LONGEST_TAG, MOST_TAGS } from "./envelope.ts";
import { CHAIN_LISTS, chainLinkWire, MOST_LINKS } from "./chain.ts";
import { MOST_STEPS, placedStepId, planStep, storedPlan } from "./stored-plan.ts";

/*
 * A run as it is stored and exported, in the engine's own names: every member and its limits. Read strictly where a file
 * comes from outside (POST /v1/runs/import); what was stored here is never held to it.
 */

/** The most steps that left with earlier plans, the most attempts of a step, and the most values of one map. */
const MOST_REPLACED = 100_000;
const MOST_ATTEMPTS = 10_000;
const MOST_VALUES = 100_000;

/** Moments from 1970 to 2100, in milliseconds. */
const moment = z.int().min(0).max(4_102_444_800_000);
const count = z.int().min(0).max(1_000_000_000);
/** Numbers a run's signals, from 1. */
const seq = z.int().min(1).max(1_000_000_000);
const duration = z.number().min(0).max(1e12);
const bytes = z.number().min(0).max(1e12);
const text = plainText.max(1_000);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "a SHA-256 in lower case hexadecimal is required");
/** A step that was answered with its composite has no state of its own to hash. */
const stateHash = z.union([sha256, z.literal("")], { error: "a SHA-256 in lower case hexadecimal is required" });
const runId = z.string().regex(/^r[0-9a-f]{2}_[0-9A-HJKMNP-TV-Z]{26}$/, "a run id is required");

/** A value itself, or where it is: among the `values` of the file, by its SHA-256. */
const storedValue = z.union(
  [
    z.strictObject({ v: jsonValue }),
    z.strictObject({
      ref: z.strictObject({ key: z.string().max(1_000), sha256, bytes: z.int().min(1).max(100_000_000) }),
    }),
  ],
  { error: "{v: value} or {ref: {key, sha256, bytes}} is required" },
);
const storedValues = mapOf(storedValue, MOST_VALUES);
const jsonObject = mapOf(z.unknown(), 1_000_000);

const fault = z.strictObject({
  code: z.string().regex(/^[A-Z][A-Z0-9_]{0,99}$/, "an error code is required"),
  message: z.string().max(20_000),
  place: z.string().max(20_000).optional(),
  hint: z.string().max(20_000).optional(),
  retryable: z.boolean().optional(),
  blameless: z.literal(true).optional(),
  details: jsonValue.optional(),
});

const outcome = z.discriminatedUnion("ok", [
  z.strictObject({
    ok: z.literal(true),
    outputs: storedValues,
    inputHash: stateHash,
    outputHash: stateHash,
    inputBytes: bytes,
    startedAt: moment,
    durationMs: duration,
    cached: z.boolean(),
    signature: sha256.optional(),
    hit: z.strictObject({ signature: sha256, runId, madeAt: moment, boundary: placedStepId.optional() }).optional(),
    events: listOf(jsonObject, 100_000).optional(),
    set: listOf(text, 10_000).optional(),
  }),
  z.strictObject({
    ok: z.literal(false),
    fault,
    inputHash: stateHash.nullable(),
    inputBytes: bytes,
    startedAt: moment,
    durationMs: duration,
  }),
]);

const attempt = z.strictObject({
  epoch: count,
  dispatchedAt: moment,
  dispatchSeq: seq,
  via: z.enum(["inline", "queue", "wait", "cache"]),
  finishedAt: moment.nullable(),
  resultSeq: seq.nullable(),
  durationMs: duration.nullable(),
  fault: fault.nullable(),
  released: z.literal(true).optional(),
  progress: z
    .strictObject({
      fraction: z.number().min(0).max(1).nullable(),
      message: z.string().max(1_000).nullable(),
      at: moment,
      seq,
    })
    .optional(),
  log: listOf(
    z.strictObject({ stream: z.enum(["stdout", "stderr"]), text: z.string().max(2_000), skipped: count.optional() }),
    20_000,
  ).optional(),
});

/** A step of a run that has ended. */
const stepState = z.strictObject({
  id: placedStepId,
  status: z.enum(["succeeded", "cached", "failed", "skipped", "cancelled"]),
  passedOver: z.literal(true).optional(),
  waiting: z
    .strictObject({
      kind: z.enum(["sleep", "event", "approval"]),
      event: z.string().max(20_000).nullable(),
      until: z.number(),
      prompt: z.string().nullable(),
    })
    .optional(),
  arrived: storedValue.optional(),
  limitedBy: z.string().max(1_000).optional(),
  attempts: listOf(attempt, MOST_ATTEMPTS),
  retryAt: moment.nullable(),
  outcome: outcome.nullable(),
});

const segmentState = z.strictObject({
  id: text,
  epoch: count,
  expiries: count,
  lease: z
    .strictObject({ token: text, epoch: count, expiresAt: moment, steps: listOf(placedStepId, MOST_STEPS) })
    .nullable(),
  called: text.optional(),
  dueAt: moment.nullable(),
  steps: listOf(stepState, MOST_STEPS),
});

const chains = z.strictObject(
  Object.fromEntries(CHAIN_LISTS.map((list) => [list, listOf(chainLinkWire, MOST_LINKS).optional()])),
);

const depth = z.int().min(1).max(1_000_000);

/** Why the run existed where it ran; left out when a client asked for it. */
const origin = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("rerun"), runId, from: placedStepId.nullable(), depth }),
  z.strictObject({ kind: z.literal("chain"), runId, depth }),
  z.strictObject({
    kind: z.literal("trigger"),
    id: text,
    group: text,
    idempotentKey: text,
    node: text.nullable(),
    part: count,
  }),
]);

const header = z.strictObject({
  id: runId,
  tenant: text.min(1),
  operation: z.string().min(1).max(20_000),
  correlationId: uuid,
  envelopeId: uuid,
  sourceNode: text.min(1),
  idempotencyKey: plainText.min(1).max(2_000).nullable(),
  requestHash: stateHash,
  tags: listOf(plainText.max(LONGEST_TAG), MOST_TAGS),
  status: z.enum(["succeeded", "partial", "failed", "cancelled"], { error: "the run must have ended" }),
  createdAt: moment,
  finishedAt: moment,
  deadlineAt: moment.nullable(),
  completedSeq: seq,
  mailbox: listOf(z.strictObject({ name: plainText.max(200), payload: storedValue }), 100).optional(),
  heard: listOf(z.strictObject({ key: text, request: text }), 100).optional(),
  replanning: z
    .strictObject({
      failed: listOf(placedStepId, MOST_STEPS),
      question: z.strictObject({ token: text, until: moment, tries: count }).nullable(),
    })
    .optional(),
  replans: count.optional(),
  chains: chains.optional(),
  principal: text.min(1).optional(),
  trace: text.optional(),
  origin: origin.optional(),
  fault: fault.nullable(),
});

const replacedStep = z.strictObject({
  step: planStep,
  state: stepState,
  within: listOf(z.strictObject({ id: placedStepId, node: nodeName, version: semver }), 1_000).optional(),
  replan: z.int().min(1).max(1_000),
  at: moment,
  seq,
});

/** The record of a run that has ended, in the form this release writes. */
export const endedRunRecord = z.strictObject({
  v: z.int(),
  planChars: z.int().min(0).optional().describe("The length of the plan's text: where the rest begins."),
  plan: storedPlan,
  header,
  given: mapOf(storedValue, MOST_VALUES, contractKey),
  replaced: listOf(replacedStep, MOST_REPLACED).optional(),
  segments: listOf(segmentState, MOST_STEPS),
});

const nodeTexts = z.strictObject({
  metadata: z.string(),
  contract: z.string(),
  code: z.string().optional(),
  files: z.record(nodeFileName, z.string()).optional(),
});

/** An exported run: its record and its large values, sealed. */
export const runSnapshotFile = z.strictObject({
  format: z.literal("onex-run/1"),
  run_id: runId,
  record: jsonObject,
  events: listOf(z.looseObject({ seq, type: text }), 1_000_000),
  values: mapOf(z.string(), 10_000, sha256),
  /** The texts of the nodes the run names, when it was exported with them. */
  nodes: listOf(nodeTexts, 500).optional(),
  sha256,
});
