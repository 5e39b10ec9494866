import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { answeredEnvelope, sentEnvelope } from "../../../contracts/api/sent-envelope.ts";
import { envelopeToWire, type Envelope } from "../../../contracts/documents/envelope.ts";
import { acceptEnvelope, respond } from "../../../src/core/envelope/envelope.ts";
import { fault, type Fault } from "../../../src/core/errors.ts";
import { err, ok, type Result } from "../../../src/core/result.ts";
import type { Clock, Ids } from "../../../src/spi/clock.ts";
import type { AppContext, ServicesOf } from "../request/context.ts";
import { CORRELATION_HEADER, isCorrelationId } from "../request/correlation.ts";
import {
  correlationHeader,
  IDEMPOTENCY_HEADER,
  idempotencyHeader,
  idempotencyKeyOf,
  isIdempotencyKey,
  preferHeader,
  registryVersionHeader,
  registryVersionOf,
} from "../request/headers.ts";
import { jsonBody } from "../request/json-body.ts";
import { PLAN_PROBLEMS } from "../plans/plan-problems.ts";
import { preferredWait } from "./preferences.ts";
import { problemResponse } from "../answer/problem.ts";
import { ANY_PROBLEM, BODY_PROBLEM, newApi, problems, SECURED, serve, type Api } from "../route.ts";
import { callOf } from "../request/call.ts";

const appliedHeader = {
  "preference-applied": z
    .string()
    .optional()
    .meta({ description: "How long the answer was held, where it was asked for." }),
};

const sendEnvelope = createRoute({
  method: "post",
  path: "/v1/envelopes",
  operationId: "sendEnvelope",
  tags: ["envelopes"],
  summary: "Send an envelope",
  description:
    "Plans and runs what the envelope asks for. A run that ends in time is answered with 200 and its outcome, any " +
    "other with 202 and where to look. What is refused has left no trace.",
  ...SECURED,
  request: {
    headers: z.object({ ...correlationHeader, ...idempotencyHeader, ...preferHeader, ...registryVersionHeader }),
    body: { required: true, content: { "application/json": { schema: sentEnvelope } } },
  },
  responses: {
    200: {
      description: "The run has ended; `success` says how.",
      headers: z.object(appliedHeader),
      content: { "application/json": { schema: answeredEnvelope } },
    },
    202: {
      description: "The run goes on; `success` is null.",
      headers: z.object({ location: z.string().meta({ description: "The run's page." }), ...appliedHeader }),
      content: { "application/json": { schema: answeredEnvelope } },
    },
    ...problems(
      ...ANY_PROBLEM,
      ...BODY_PROBLEM,
      "INVALID_OPERATION",
      "REGISTRY_VERSION_AHEAD",
      "HANDLER_NOT_FOUND",
      "IDEMPOTENCY_CONFLICT",
      "RUN_DELETED",
      ...PLAN_PROBLEMS,
      "INPUT_STATE_INVALID",
      "CONTRACT_VALIDATION_ERROR",
    ),
  },
});

/** `POST /v1/envelopes`: the way in. */
export function envelopeRoutes(services: ServicesOf, ids: Ids, clock: Clock): Api {
  const api = newApi();
  serve(api, sendEnvelope, jsonBody, async (c) => {
    const received = receive(c, ids, clock);
    if (!received.ok) return problemResponse(c, received.error);
    const envelope = received.value;
    const version = registryVersionOf(c);
    if (!version.ok) return problemResponse(c, version.error);
    const wait = preferredWait(c.req.header("prefer"));
    const outcome = await services(c).envelopes.accept(callOf(c), envelope, {
      waitMs: (wait ?? 0) * 1000,
      registryVersion: version.value,
    });
    if (!outcome.ok) return problemResponse(c, outcome.error);
    const { status, runId, success, fault: failure, payload } = outcome.value;
    const reply = respond(envelope, {
      success,
      payload,
      fault: failure,
      envelopeId: ids.uuid(),
      now: clock.now(),
    });
    return c.json(envelopeToWire(reply), status, {
      ...(wait === null ? {} : { "preference-applied": `wait=${wait}` }),
      ...(status === 202 ? { location: `/v1/runs/${runId}` } : {}),
    });
  });
  return api;
}

/** Reads the envelope and everything its headers say about it. Refusals too are correlated by the envelope's own id. */
function receive(c: AppContext, ids: Ids, clock: Clock): Result<Envelope, Fault> {
  const disagreement = adoptCorrelation(c);
  if (disagreement) return err(disagreement);
  const key = idempotencyKeyOf(c.req.header(IDEMPOTENCY_HEADER));
  if (key !== null && !isIdempotencyKey(key)) {
    return err(
      fault("ENVELOPE_VALIDATION_ERROR", "the idempotency key must have 1 to 255 characters", {
        place: `header ${IDEMPOTENCY_HEADER}`,
      }),
    );
  }
  const accepted = acceptEnvelope(c.get("body"), {
    correlationId: c.get("correlationId"),
    envelopeId: ids.uuid(),
    now: clock.now(),
    idempotencyKey: key,
  });
  return accepted.ok ? ok(accepted.value) : accepted;
}

/** Takes over a well-formed correlation id of the body. Header and body may both name one only if it is the same. */
function adoptCorrelation(c: AppContext): Fault | null {
  const body: unknown = c.get("body");
  const claimed = typeof body === "object" && body !== null && "correlation_id" in body ? body.correlation_id : null;
  if (!isCorrelationId(claimed)) return null;
  if (c.get("correlationGiven") && c.get("correlationId").toLowerCase() !== claimed.toLowerCase()) {
    return fault("ENVELOPE_VALIDATION_ERROR", "the correlation ids of header and envelope differ", {
      place: "$.correlation_id",
      hint: `send it in one place, or the same in ${CORRELATION_HEADER} and in the envelope`,
    });
  }
  c.set("correlationId", claimed);
  return null;
}
