import { z } from "zod";
import { workItemOutcome } from "../api/pools.ts";
import { anyObject } from "../json/any-json.ts";
import type { Wire } from "../json/wire.ts";
import { secretName } from "./call.ts";

/*
 * A node that is elsewhere: what its contract says, what is posted to it, and what it answers. The request is signed as a
 * webhook (Standard Webhooks 1.0.0): headers webhook-id, webhook-timestamp and webhook-signature.
 */

/** The `remote` block of a contract. */
export const remoteBlock = z
  .strictObject({ secret_ref: secretName })
  .describe("How requests to a node that is elsewhere are signed: the name of the secret both sides know.");

/** The version of what is posted. */
export const REMOTE_PROTOCOL = 1;

/** What is posted to a remote node: one attempt of one step. */
export const remoteCall = z
  .strictObject({
    protocol: z.literal(REMOTE_PROTOCOL),
    token: z.string().min(1).max(20_000).describe("The work item: `POST /v1/work-items/{token}` answers it later."),
    run_id: z.string().min(1).max(200),
    step_id: z.string().min(1).max(10_000),
    attempt: z.int().min(1),
    node: z.string().min(1).max(200),
    node_version: z.string().min(1).max(50),
    input: anyObject("The input state, by contract key."),
    correlation_id: z.string().min(1).max(200),
    idempotency_key: z.string().min(1).max(20_000).describe("The same for every attempt of the step."),
    timeout_ms: z.int().min(1).describe("An answer after this long changes nothing."),
  })
  .describe("An attempt, as a remote node gets it.");

/** What a remote node answers at once; 202 with any body promises an answer later. */
export const remoteAnswer = z.strictObject({ outcome: workItemOutcome });

/** What a method of a bound Worker answers. */
export const remoteServiceAnswer = z.union([
  remoteAnswer,
  z.strictObject({ accepted: z.literal(true) }).describe("The answer comes later."),
]);

export type RemoteBlock = z.infer<typeof remoteBlock>;
export type RemoteCall = Wire<z.infer<typeof remoteCall>>;
export type RemoteAnswer = Wire<z.infer<typeof remoteAnswer>>;
