import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { busTrigger, busTriggerSent } from "../../../contracts/messages/bus-trigger.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { membersAt } from "../../../contracts/json/members.ts";
import { triggerGroupList, triggerPage, triggerSent } from "../../../contracts/api/triggers-api.ts";
import { refusal, unknownMembers } from "../../../src/core/envelope/refusal.ts";
import { fault } from "../../../src/core/errors.ts";
import { quoted } from "../../../src/core/text/clip.ts";
import type { ServicesOf } from "../request/context.ts";
import { correlationHeader } from "../request/headers.ts";
import { jsonBody } from "../request/json-body.ts";
import { problemResponse } from "../answer/problem.ts";
import { ANY_PROBLEM, BODY_PROBLEM, newApi, pathParam, problems, SECURED, serve, type Api } from "../route.ts";
import { callOf } from "../request/call.ts";

const tags = ["triggers"];
/** What a message may hold that is sent over HTTP. On the queue itself it may hold what newer senders write. */
const MEMBERS = membersAt(busTrigger, []);
const headers = z.object(correlationHeader);

const send = createRoute({
  method: "post",
  path: "/v1/triggers",
  operationId: "sendTrigger",
  tags,
  summary: "Send a trigger",
  description:
    "Puts a bus message on the triggers queue, for those without a queue of their own. A message that can never be " +
    "taken is refused here; who takes it, and what comes of it, shows its page.",
  ...SECURED,
  request: { headers, body: { required: true, content: { "application/json": { schema: busTriggerSent } } } },
  responses: {
    202: {
      description: "It is on the queue.",
      headers: z.object({ location: z.string().meta({ description: "The trigger's page." }) }),
      content: { "application/json": { schema: triggerSent } },
    },
    ...problems(
      ...ANY_PROBLEM,
      ...BODY_PROBLEM,
      "INVALID_PARAMETER",
      "TRIGGER_NOT_TAKEN",
      "CHAIN_INVALID_REFERENCE",
      "CHAIN_TOO_DEEP",
      "EVENT_BUS_ERROR",
    ),
  },
});

const list = createRoute({
  method: "get",
  path: "/v1/triggers",
  operationId: "listTriggerGroups",
  tags,
  summary: "List trigger groups",
  description: "Every group, with the nodes a message to it could reach and those it would reach.",
  ...SECURED,
  request: { headers },
  responses: {
    200: { description: "The groups.", content: { "application/json": { schema: triggerGroupList } } },
    ...problems(...ANY_PROBLEM),
  },
});

const show = createRoute({
  method: "get",
  path: "/v1/triggers/{id}",
  operationId: "showTrigger",
  tags,
  summary: "Show a trigger",
  description: "A bus message with the runs it started and their results.",
  ...SECURED,
  request: { headers, params: z.object({ id: z.string().meta({ description: "The trigger's id." }) }) },
  responses: {
    200: { description: "The trigger.", content: { "application/json": { schema: triggerPage } } },
    ...problems(...ANY_PROBLEM, "TRIGGER_NOT_FOUND"),
  },
});

/** `/v1/triggers`. */
export function triggerRoutes(services: ServicesOf): Api {
  const api = newApi();
  serve(api, send, jsonBody, async (c) => {
    const body: unknown = c.get("body");
    if (typeof body !== "object" || body === null || Array.isArray(body)) {
      return problemResponse(c, fault("INVALID_PARAMETER", "a bus trigger is a JSON object", { place: "$" }));
    }
    const strange = unknownMembers(
      "INVALID_PARAMETER",
      [],
      Object.keys(body).filter((member) => !MEMBERS.includes(member)),
      MEMBERS,
    );
    if (strange.length > 0) return problemResponse(c, refusal("the message", strange));
    const sent = await services(c).triggers.send(callOf(c), body as JsonObject);
    if (!sent.ok) return problemResponse(c, sent.error);
    const { trigger_id: id } = triggerSent.parse(sent.value);
    return c.json(sent.value, 202, { location: `/v1/triggers/${encodeURIComponent(id)}` });
  });
  serve(api, list, [], async (c) => c.json({ groups: await services(c).triggers.groups(callOf(c)) }));
  serve(api, show, [], async (c) => {
    const id = pathParam(c, "id");
    const page = await services(c).triggers.get(callOf(c), id);
    if (page) return c.json(page);
    const hint = "it has not arrived, or was sent too long ago";
    return problemResponse(c, fault("TRIGGER_NOT_FOUND", `there is no trigger ${quoted(id)}`, { hint }));
  });
  return api;
}
