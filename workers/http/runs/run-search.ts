import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { runPage, runSearchQuery } from "../../../contracts/api/run-search.ts";
import type { RunQuery } from "../../../src/core/search/run-query.ts";
import type { ServicesOf } from "../request/context.ts";
import { correlationHeader } from "../request/headers.ts";
import { pageRequest, pageSize } from "../answer/listing.ts";
import { problemResponse } from "../answer/problem.ts";
import { readQuery } from "../request/query.ts";
import { ANY_PROBLEM, newApi, problems, SECURED, serve, type Api } from "../route.ts";
import { callOf } from "../request/call.ts";

const query = runSearchQuery.extend({ limit: pageSize });

const list = createRoute({
  method: "get",
  path: "/v1/runs",
  operationId: "listRuns",
  tags: ["runs"],
  summary: "Search runs",
  description:
    "The runs for which every given condition holds, newest first, a page at a time. A run that does not end at once " +
    "appears within moments of its start, any run within moments of its end; its own page is never behind.",
  ...SECURED,
  request: { headers: z.object(correlationHeader), query },
  responses: {
    200: { description: "A page of runs.", content: { "application/json": { schema: runPage } } },
    ...problems(...ANY_PROBLEM, "INVALID_PARAMETER"),
  },
});

/** `GET /v1/runs`. */
export function runSearchRoutes(services: ServicesOf): Api {
  const api = newApi();
  serve(api, list, [], async (c) => {
    const asked = readQuery(c, query);
    if (!asked.ok) return problemResponse(c, asked.error);
    const page = pageRequest(asked.value.limit, asked.value.cursor, "query cursor");
    if (!page.ok) return problemResponse(c, page.error);
    const { items, next } = await services(c).search.search(callOf(c), queryOf(asked.value), page.value);
    return c.json({ runs: items, next });
  });
  return api;
}

const queryOf = (asked: z.output<typeof runSearchQuery>): RunQuery => ({
  status: asked.status ?? null,
  node: asked.node ?? null,
  tag: asked.tag ?? null,
  operation: asked.operation ?? null,
  correlationId: asked.correlation_id ?? null,
  from: asked.from ?? null,
  to: asked.to ?? null,
  text: asked.text ?? null,
});
