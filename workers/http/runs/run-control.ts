import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import {
  approvalRequest,
  cancelRequest,
  eventRequest,
  eventTaken,
  runSteered,
} from "../../../contracts/api/run-control.ts";
import type { ControlEvent } from "../../../src/spi/run-coordinator.ts";
import type { AppContext, ServicesOf } from "../request/context.ts";
import { correlationHeader, idempotencyHeader, keyOf } from "../request/headers.ts";
import { jsonBody, optionalJsonBody, readBody } from "../request/json-body.ts";
import { onRun } from "./on-run.ts";
import { problemResponse } from "../answer/problem.ts";
import { ANY_PROBLEM, BODY_PROBLEM, newApi, pathParam, problems, SECURED, serve, type Api } from "../route.ts";
import { runParams } from "./runs.ts";
import { callOf } from "../request/call.ts";

const tags = ["runs"];
const headers = z.object(correlationHeader);
const steered = {
  description: "How the run stands now.",
  content: { "application/json": { schema: runSteered } },
};
const withBody = (schema: z.ZodType, required: boolean) => ({
  headers,
  params: runParams,
  body: { required, content: { "application/json": { schema } } },
});

const cancel = createRoute({
  method: "post",
  path: "/v1/runs/{id}/cancel",
  operationId: "cancelRun",
  tags,
  summary: "Cancel a run",
  description:
    "Ends the run now. Steps that have not ended are cancelled; what an executor under way still answers changes nothing.",
  ...SECURED,
  request: withBody(cancelRequest, false),
  responses: {
    200: steered,
    ...problems(...ANY_PROBLEM, ...BODY_PROBLEM, "INVALID_PARAMETER", "INVALID_STATE", "RUN_NOT_FOUND"),
  },
});

const pause = createRoute({
  method: "post",
  path: "/v1/runs/{id}/pause",
  operationId: "pauseRun",
  tags,
  summary: "Pause a run",
  description: "Nothing new is dispatched. What is under way may end, and what waits goes on waiting.",
  ...SECURED,
  request: { headers, params: runParams },
  responses: { 200: steered, ...problems(...ANY_PROBLEM, "INVALID_STATE", "RUN_NOT_FOUND") },
});

const resume = createRoute({
  method: "post",
  path: "/v1/runs/{id}/resume",
  operationId: "resumeRun",
  tags,
  summary: "Resume a run",
  description: "Lets a paused run go on.",
  ...SECURED,
  request: { headers, params: runParams },
  responses: { 200: steered, ...problems(...ANY_PROBLEM, "INVALID_STATE", "RUN_NOT_FOUND") },
});

const signal = createRoute({
  method: "post",
  path: "/v1/runs/{id}/events",
  operationId: "sendRunEvent",
  tags,
  summary: "Send a run an event",
  description:
    "Every step that waits for an event of this name goes on with the payload. While none waits the event is kept for " +
    "the first that will; `heard_by` says whether any does or can. Sent twice, it has happened twice, unless both came with the same idempotency key: then the " +
    "second is answered as the first was. A run remembers the last hundred keys.",
  ...SECURED,
  request: { ...withBody(eventRequest, true), headers: headers.extend(idempotencyHeader) },
  responses: {
    200: {
      description: "How the run stands now, and who hears the event.",
      content: { "application/json": { schema: eventTaken } },
    },
    ...problems(
      ...ANY_PROBLEM,
      ...BODY_PROBLEM,
      "INVALID_PARAMETER",
      "INVALID_STATE",
      "IDEMPOTENCY_CONFLICT",
      "RUN_NOT_FOUND",
    ),
  },
});

const approve = createRoute({
  method: "post",
  path: "/v1/runs/{id}/approvals/{step}",
  operationId: "approveRunStep",
  tags,
  summary: "Approve or reject a step",
  description: "A person's word on a step that waits for it. Only the first one counts.",
  ...SECURED,
  request: {
    ...withBody(approvalRequest, true),
    params: runParams.extend({ step: z.string().meta({ description: "The step's id.", examples: ["sign_off"] }) }),
  },
  responses: {
    200: steered,
    ...problems(...ANY_PROBLEM, ...BODY_PROBLEM, "INVALID_PARAMETER", "INVALID_STATE", "RUN_NOT_FOUND"),
  },
});

/** Steering a run under way: `/v1/runs/:id/{cancel,pause,resume,events,approvals/:step}`. */
export function runControlRoutes(services: ServicesOf): Api {
  const api = newApi();
  const steer = (c: AppContext, event: ControlEvent): Promise<Response> =>
    onRun(c, (id) => services(c).control.control(callOf(c), id, event));

  serve(api, cancel, optionalJsonBody, async (c) => {
    const body = readBody(c, cancelRequest);
    if (!body.ok) return problemResponse(c, body.error);
    return steer(c, { type: "cancel", reason: body.value.reason ?? "the run was cancelled" });
  });
  serve(api, pause, [], (c) => steer(c, { type: "pause" }));
  serve(api, resume, [], (c) => steer(c, { type: "resume" }));
  serve(api, signal, jsonBody, async (c) => {
    const body = readBody(c, eventRequest);
    if (!body.ok) return problemResponse(c, body.error);
    const key = keyOf(c);
    if (!key.ok) return problemResponse(c, key.error);
    const { name, payload = null } = body.value;
    return onRun(c, (id) => services(c).control.signal(callOf(c), id, name, payload, key.value));
  });
  serve(api, approve, jsonBody, async (c) => {
    const body = readBody(c, approvalRequest);
    if (!body.ok) return problemResponse(c, body.error);
    const { approved, by, comment } = body.value;
    const word = { ...(by === undefined ? {} : { by }), ...(comment === undefined ? {} : { comment }) };
    return steer(c, { type: "approve", step: pathParam(c, "step"), approved, word });
  });
  return api;
}
