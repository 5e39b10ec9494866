import { asWire } from "../../../contracts/json/wire.ts";
import { createRoute } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { z } from "zod";
import { workItemAnswer, workItemHeartbeat, workItemTaken, workItemWanted } from "../../../contracts/api/pools.ts";
import { problemResponse } from "../answer/problem.ts";
import { callOf } from "../request/call.ts";
import type { AppEnv, ServicesOf } from "../request/context.ts";
import { tokenOrSignature } from "../request/signed.ts";
import { correlationHeader } from "../request/headers.ts";
import { jsonBodyWithin, readBody } from "../request/json-body.ts";
import {
  ANY_PROBLEM,
  BODY_PROBLEM,
  newApi,
  pathParam,
  problems,
  SECURED,
  SECURED_OR_SIGNED,
  serve,
  type Api,
} from "../route.ts";

const tags = ["pools"];
const headers = z.object(correlationHeader);
const params = z.object({ token: z.string().meta({ description: "The work item's token.", examples: ["w1.5b5d"] }) });
const ITEM_PROBLEM = ["WORK_ITEM_NOT_FOUND", "WORK_ITEM_OVER"] as const;

/** The largest answer, its log included: 10 MiB. */
const ANSWER_BYTES = 10 * 1_048_576;

const answer = createRoute({
  method: "post",
  path: "/v1/work-items/{token}",
  operationId: "answerWorkItem",
  tags,
  summary: "Answer a work item",
  description:
    "For runners, and for remote nodes, whose signature stands for the token: `webhook-id` is the work item's token. The first answer under a token counts: a second one, one that comes too late and one " +
    "to an item that went to another are refused, and change nothing.",
  ...SECURED_OR_SIGNED,
  request: { headers, params, body: { required: true, content: { "application/json": { schema: workItemAnswer } } } },
  responses: {
    200: { description: "The run goes on with it.", content: { "application/json": { schema: workItemTaken } } },
    ...problems(...ANY_PROBLEM, ...BODY_PROBLEM, ...ITEM_PROBLEM, "REQUEST_REJECTED", "NODE_NOT_FOUND"),
  },
});

const beat = createRoute({
  method: "post",
  path: "/v1/work-items/{token}/heartbeat",
  operationId: "beatWorkItem",
  tags,
  summary: "Say how far a work item has come",
  description:
    "For remote nodes. A node that says so has its time limit anew, up to a day. The answer says whether anybody still " +
    "waits for the item.",
  ...SECURED_OR_SIGNED,
  request: {
    headers,
    params,
    body: { required: true, content: { "application/json": { schema: workItemHeartbeat } } },
  },
  responses: {
    200: { description: "Whether to go on.", content: { "application/json": { schema: workItemWanted } } },
    ...problems(...ANY_PROBLEM, ...BODY_PROBLEM, "WORK_ITEM_NOT_FOUND", "REQUEST_REJECTED"),
  },
});

const code = createRoute({
  method: "get",
  path: "/v1/work-items/{token}/code",
  operationId: "readWorkItemCode",
  tags,
  summary: "Read the code of a work item's node",
  description: "For runners. Its SHA-256 is the item's `code_sha256`.",
  ...SECURED,
  request: { headers, params },
  responses: {
    200: { description: "The code.", content: { "text/plain": { schema: z.string() } } },
    ...problems(...ANY_PROBLEM, ...ITEM_PROBLEM, "NODE_NOT_FOUND", "VALUE_UNAVAILABLE"),
  },
});

/** The bytes first, then whose they are, then what they say. */
function provenBody(proven: MiddlewareHandler<AppEnv>, maxBytes?: number): readonly MiddlewareHandler<AppEnv>[] {
  const [bytes, ...rest] = jsonBodyWithin(maxBytes === undefined ? {} : { maxBytes });
  return bytes === undefined ? [proven, ...rest] : [bytes, proven, ...rest];
}

/** `/v1/work-items`. */
export function workItemRoutes(services: ServicesOf): Api {
  const api = newApi();
  const proven = tokenOrSignature(services, (c) => pathParam(c, "token"));
  serve(api, answer, provenBody(proven, ANSWER_BYTES), async (c) => {
    const body = readBody(c, workItemAnswer);
    if (!body.ok) return problemResponse(c, body.error);
    const taken = await services(c).workItems.answer(callOf(c), pathParam(c, "token"), asWire(body.value));
    return taken.ok ? c.json(taken.value) : problemResponse(c, taken.error);
  });
  serve(api, beat, provenBody(proven), async (c) => {
    const body = readBody(c, workItemHeartbeat);
    if (!body.ok) return problemResponse(c, body.error);
    const wanted = await services(c).workItems.heartbeat(callOf(c), pathParam(c, "token"), asWire(body.value));
    return wanted.ok ? c.json(wanted.value) : problemResponse(c, wanted.error);
  });
  serve(api, code, [], async (c) => {
    const text = await services(c).workItems.code(callOf(c), pathParam(c, "token"));
    return text.ok ? c.text(text.value) : problemResponse(c, text.error);
  });
  return api;
}
