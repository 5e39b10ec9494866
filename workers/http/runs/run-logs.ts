import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { runLogs } from "../../../contracts/api/pools.ts";
import { problemResponse } from "../answer/problem.ts";
import { callOf } from "../request/call.ts";
import type { ServicesOf } from "../request/context.ts";
import { correlationHeader } from "../request/headers.ts";
import { ANY_PROBLEM, newApi, problems, SECURED, serve, type Api } from "../route.ts";
import { runIdOf, runNotFound } from "./run-id.ts";
import { runParams } from "./runs.ts";

const logs = createRoute({
  method: "get",
  path: "/v1/runs/{id}/logs",
  operationId: "showRunLogs",
  tags: ["runs"],
  summary: "Show what a run's processes wrote",
  description:
    "Standard output and standard error of the processes that runners started for the run's steps, clipped to their " +
    "beginning and end. What a process under way has written is there within a second.",
  ...SECURED,
  request: { headers: z.object(correlationHeader), params: runParams },
  responses: {
    200: { description: "The logs.", content: { "application/json": { schema: runLogs } } },
    ...problems(...ANY_PROBLEM, "RUN_NOT_FOUND"),
  },
});

/** `/v1/runs/:id/logs`. */
export function runLogRoutes(services: ServicesOf): Api {
  const api = newApi();
  serve(api, logs, [], async (c) => {
    const id = runIdOf(c);
    if (id === null) return problemResponse(c, runNotFound(c));
    const found = await services(c).logs.logs(callOf(c), id);
    return found.ok ? c.json(found.value) : problemResponse(c, found.error);
  });
  return api;
}
