import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { cacheCleared, cacheClearQuery, cacheStats } from "../../../contracts/api/cache.ts";
import type { ServicesOf } from "../request/context.ts";
import { correlationHeader } from "../request/headers.ts";
import { problemResponse } from "../answer/problem.ts";
import { readQuery } from "../request/query.ts";
import { ANY_PROBLEM, newApi, problems, SECURED, serve, type Api } from "../route.ts";
import { callOf } from "../request/call.ts";

const tags = ["cache"];
const headers = z.object(correlationHeader);

const stats = createRoute({
  method: "get",
  path: "/v1/cache",
  operationId: "cacheStats",
  tags,
  summary: "Show the result cache",
  description: "How many results are kept of each node version, how large they are, and how often they were used.",
  ...SECURED,
  request: { headers },
  responses: {
    200: { description: "The cache.", content: { "application/json": { schema: cacheStats } } },
    ...problems(...ANY_PROBLEM),
  },
});

const clear = createRoute({
  method: "delete",
  path: "/v1/cache",
  operationId: "clearCache",
  tags,
  summary: "Clear the result cache",
  description:
    "Removes the results of a node, of one version of it, or all of them. Within a second no executor uses them any " +
    "more. What runs made of them before is not touched.",
  ...SECURED,
  request: { headers, query: z.object(cacheClearQuery.shape) },
  responses: {
    200: { description: "They are removed.", content: { "application/json": { schema: cacheCleared } } },
    ...problems(...ANY_PROBLEM, "INVALID_PARAMETER"),
  },
});

/** `/v1/cache`. */
export function cacheRoutes(services: ServicesOf): Api {
  const api = newApi();
  serve(api, stats, [], async (c) => c.json({ nodes: await services(c).cache.stats(callOf(c)) }));
  serve(api, clear, [], async (c) => {
    const asked = readQuery(c, cacheClearQuery);
    if (!asked.ok) return problemResponse(c, asked.error);
    const { node, version } = asked.value;
    const cleared = await services(c).cache.clear(callOf(c), {
      ...(node === undefined ? {} : { node }),
      ...(version === undefined ? {} : { version }),
    });
    return cleared.ok ? c.json({ entries: cleared.value }) : problemResponse(c, cleared.error);
  });
  return api;
}
