import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import {
  quarantinedRun,
  quarantineEnded,
  quarantineEndRequest,
  quarantineList,
  quarantineQuery,
  quarantineRaw,
  quarantineRetried,
} from "../../../contracts/api/quarantine.ts";
import { pageRequest, pageSize } from "../answer/listing.ts";
import { problemResponse } from "../answer/problem.ts";
import { callOf } from "../request/call.ts";
import type { ServicesOf } from "../request/context.ts";
import { correlationHeader } from "../request/headers.ts";
import { optionalJsonBody, readBody } from "../request/json-body.ts";
import { readQuery } from "../request/query.ts";
import { ANY_PROBLEM, BODY_PROBLEM, newApi, problems, SECURED, serve, type Api } from "../route.ts";
import { onRun } from "../runs/on-run.ts";
import { runParams } from "../runs/runs.ts";

const tags = ["quarantine"];
const headers = z.object(correlationHeader);
const json = (description: string, schema: z.ZodType) => ({ description, content: { "application/json": { schema } } });
const listQuery = quarantineQuery.extend({ limit: pageSize });

const list = createRoute({
  method: "get",
  path: "/v1/quarantine",
  operationId: "listQuarantine",
  tags,
  summary: "List the runs in quarantine",
  description:
    "Runs that cannot be read, decided on or stored, those set aside last first, a page at a time. The list may lag a " +
    "second behind.",
  ...SECURED,
  request: { headers, query: listQuery },
  responses: {
    200: json("A page of runs in quarantine.", quarantineList),
    ...problems(...ANY_PROBLEM, "INVALID_PARAMETER"),
  },
});

const show = createRoute({
  method: "get",
  path: "/v1/quarantine/{id}",
  operationId: "showQuarantined",
  tags,
  summary: "Show a run in quarantine",
  description: "Why it was set aside, and what its record still tells.",
  ...SECURED,
  request: { headers, params: runParams },
  responses: { 200: json("The run.", quarantinedRun), ...problems(...ANY_PROBLEM, "RUN_NOT_FOUND") },
});

const raw = createRoute({
  method: "get",
  path: "/v1/quarantine/{id}/raw",
  operationId: "exportQuarantined",
  tags,
  summary: "Export what is stored of a run in quarantine",
  description: "Every part of it as it is stored, whether or not it can be read.",
  ...SECURED,
  request: { headers, params: runParams },
  responses: { 200: json("The parts.", quarantineRaw), ...problems(...ANY_PROBLEM, "RUN_NOT_FOUND") },
});

const retry = createRoute({
  method: "post",
  path: "/v1/quarantine/{id}/retry",
  operationId: "retryQuarantined",
  tags,
  summary: "Try a run in quarantine again",
  description: "Lets it go on if it can be read, decided on and stored by now; else it stays, and the answer says why.",
  ...SECURED,
  request: { headers, params: runParams },
  responses: { 200: json("What came of it.", quarantineRetried), ...problems(...ANY_PROBLEM, "RUN_NOT_FOUND") },
});

const end = createRoute({
  method: "post",
  path: "/v1/quarantine/{id}/end",
  operationId: "endQuarantined",
  tags,
  summary: "End a run in quarantine as failed",
  description:
    "Gives the run up: it ends with what can be read of it, or with nothing, and leaves for the archive like any other. " +
    "What follows its failure follows. What is stored of it is gone then: export it first if it may be needed.",
  ...SECURED,
  request: {
    headers,
    params: runParams,
    body: { required: false, content: { "application/json": { schema: quarantineEndRequest } } },
  },
  responses: {
    200: json("How it ended.", quarantineEnded),
    ...problems(...ANY_PROBLEM, ...BODY_PROBLEM, "INVALID_PARAMETER", "RUN_NOT_FOUND"),
  },
});

/** `/v1/quarantine`. */
export function quarantineRoutes(services: ServicesOf): Api {
  const api = newApi();
  serve(api, list, [], async (c) => {
    const asked = readQuery(c, listQuery);
    if (!asked.ok) return problemResponse(c, asked.error);
    const page = pageRequest(asked.value.limit, asked.value.cursor, "query cursor");
    if (!page.ok) return problemResponse(c, page.error);
    return c.json(await services(c).quarantine.list(callOf(c), page.value));
  });
  serve(api, show, [], (c) => onRun(c, (id) => services(c).quarantine.get(callOf(c), id)));
  serve(api, raw, [], (c) => onRun(c, (id) => services(c).quarantine.raw(callOf(c), id)));
  serve(api, retry, [], (c) => onRun(c, (id) => services(c).quarantine.retry(callOf(c), id)));
  serve(api, end, optionalJsonBody, async (c) => {
    const body = readBody(c, quarantineEndRequest);
    if (!body.ok) return problemResponse(c, body.error);
    const { reason = "it was ended by hand" } = body.value;
    return onRun(c, (id) => services(c).quarantine.end(callOf(c), id, reason));
  });
  return api;
}
