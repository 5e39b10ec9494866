import { isObject } from "../../../contracts/json/narrow.ts";
import {
  ENVELOPE_VERSION,
  type Envelope,
  type EnvelopeError,
  type EnvelopeMetadata,
} from "../../../contracts/documents/envelope.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { readChains } from "../chain/read-chains.ts";
import { fault, type Fault } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import { handlerOperation } from "../operation/handler-operations.ts";
import { readDraft } from "./read-draft.ts";
import { refusal } from "./refusal.ts";

export type { Envelope, EnvelopeError, EnvelopeMetadata };

/** Who answers when a request named no target. */
const HOST = "onex";

/** What the host assigns to an envelope that lacks it. Instants in milliseconds since the epoch. */
export interface Assignment {
  readonly correlationId: string;
  readonly envelopeId: string;
  readonly now: number;
  /** A key that came beside the envelope (the Idempotency-Key header); must agree with the envelope's own. */
  readonly idempotencyKey?: string | null;
}

/**
 * Reads a request's envelope from parsed JSON. Missing ids and timestamp are assigned; a malformed one is refused with
 * ENVELOPE_VALIDATION_ERROR like every other wrong field, never replaced. `json` is not changed and not copied: the
 * payload is the caller's own object.
 */
export function acceptEnvelope(json: unknown, assign: Assignment): Result<Envelope, Fault> {
  const read = readDraft(json);
  if (!read.ok) return err(refusal("the envelope", read.error));
  const { lists, ...draft } = read.value;
  const chains = readChains(lists ?? {});
  if (!chains.ok) return err(refusal("the envelope", chains.error));
  const keyed = withKey(draft.metadata, assign.idempotencyKey ?? null);
  if (!keyed.ok) return keyed;
  return ok(
    Object.freeze({
      ...draft,
      envelopeId: draft.envelopeId ?? assign.envelopeId,
      correlationId: draft.correlationId ?? assign.correlationId,
      timestamp: draft.timestamp ?? iso(assign.now),
      metadata: Object.freeze(keyed.value),
      ...(chains.value === null ? {} : { chains: chains.value }),
    }),
  );
}

function withKey(metadata: EnvelopeMetadata, key: string | null): Result<EnvelopeMetadata, Fault> {
  if (key === null || metadata.idempotencyKey === key) return ok(metadata);
  if (metadata.idempotencyKey === null) return ok({ ...metadata, idempotencyKey: key });
  return err(
    fault("ENVELOPE_VALIDATION_ERROR", "the Idempotency-Key header and the envelope's idempotency key differ", {
      place: "$.metadata.idempotency_key",
      hint: "send the key in one place, or the same key in both",
    }),
  );
}

/** What a response says. */
export interface Reply {
  /** Null while the work goes on. */
  readonly success: boolean | null;
  readonly payload: JsonObject;
  readonly fault?: Fault | null;
  readonly envelopeId: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * The response to a request: a new id, the same correlation id, caused by the request, source and target swapped. The
 * metadata goes back without its headers, which may hold what the sender keeps to itself.
 */
export function respond(request: Envelope, reply: Reply): Envelope {
  const problem = reply.fault ?? null;
  return Object.freeze({
    envelopeId: reply.envelopeId,
    correlationId: request.correlationId,
    causationId: request.envelopeId,
    envelopeVersion: ENVELOPE_VERSION,
    sourceNode: request.targetNode ?? HOST,
    targetNode: request.sourceNode,
    operation: `${request.operation}_RESPONSE`,
    handlerType: handlerTypeOf(request),
    payload: reply.payload,
    metadata: Object.freeze({ ...request.metadata, headers: {} }),
    timestamp: iso(reply.now),
    isResponse: true,
    success: reply.success,
    error: problem && errorOf(request, problem),
  });
}

/** The response that says why a request failed. Carries no stack trace. */
export const errorEnvelope = (
  request: Envelope,
  problem: Fault,
  stamp: { readonly envelopeId: string; readonly now: number },
): Envelope => respond(request, { success: false, payload: {}, fault: problem, ...stamp });

function errorOf(request: Envelope, problem: Fault): EnvelopeError {
  const { available_handlers: handlers, ...details } = detailsOf(problem);
  return {
    code: problem.code,
    message: problem.message,
    handlerType: handlerTypeOf(request),
    operation: request.operation,
    ...(Object.keys(details).length === 0 ? {} : { details }),
    ...(Array.isArray(handlers) ? { availableHandlers: handlers.filter((type) => typeof type === "string") } : {}),
  };
}

/** Whom a request named, or who serves its operation. */
const handlerTypeOf = ({ handlerType, operation }: Envelope): string | null =>
  handlerType ?? handlerOperation(operation)?.handler ?? null;

/** Place and hint join the details, so an envelope says as much as a problem document. */
const detailsOf = ({ details, place, hint }: Fault): JsonObject => ({
  ...(details === undefined ? {} : isObject(details) ? details : { value: details }),
  ...(place === undefined ? {} : { place }),
  ...(hint === undefined ? {} : { hint }),
});

const iso = (at: number): string => new Date(at).toISOString();
