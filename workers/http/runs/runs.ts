import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { executionResult, runView } from "../../../contracts/api/run.ts";
import type { ServicesOf } from "../request/context.ts";
import { correlationHeader } from "../request/headers.ts";
import { MAX_WAIT_SECONDS } from "../envelopes/preferences.ts";
import { problemResponse } from "../answer/problem.ts";
import { readQuery, wholeNumber } from "../request/query.ts";
import { ANY_PROBLEM, newApi, problems, SECURED, serve, type Api } from "../route.ts";
import { runIdOf, runNotFound } from "./run-id.ts";
import { callOf } from "../request/call.ts";

const tags = ["runs"];
const headers = z.object(correlationHeader);
export const runParams = z.object({
  id: z.string().meta({ description: "The run's id.", examples: ["r00_01J00000000000000000000000"] }),
});
const resultQuery = z.object({
  wait: wholeNumber(MAX_WAIT_SECONDS, "Holds the answer until the run ends, at most this many seconds."),
});

const show = createRoute({
  method: "get",
  path: "/v1/runs/{id}",
  operationId: "showRun",
  tags,
  summary: "Show a run",
  description: "The run as it stands now.",
  ...SECURED,
  request: { headers, params: runParams },
  responses: {
    200: { description: "The run.", content: { "application/json": { schema: runView } } },
    ...problems(...ANY_PROBLEM, "RUN_NOT_FOUND"),
  },
});

const result = createRoute({
  method: "get",
  path: "/v1/runs/{id}/result",
  operationId: "showRunResult",
  tags,
  summary: "Show a run's result",
  description: "What a finished run came to: outputs, and every node's part in them.",
  ...SECURED,
  request: { headers, params: runParams, query: resultQuery },
  responses: {
    200: { description: "The execution result.", content: { "application/json": { schema: executionResult } } },
    ...problems(...ANY_PROBLEM, "INVALID_PARAMETER", "RUN_NOT_FOUND", "RUN_NOT_FINISHED", "VALUE_UNAVAILABLE"),
  },
});

/** `/v1/runs/:id` and its result. */
export function runRoutes(services: ServicesOf): Api {
  const api = newApi();
  serve(api, show, [], async (c) => {
    const id = runIdOf(c);
    const run = id === null ? null : await services(c).runs.view(callOf(c), id);
    return run ? c.json(run) : problemResponse(c, runNotFound(c));
  });
  serve(api, result, [], async (c) => {
    const id = runIdOf(c);
    if (id === null) return problemResponse(c, runNotFound(c));
    const query = readQuery(c, resultQuery);
    if (!query.ok) return problemResponse(c, query.error);
    const { runs } = services(c);
    const outcome = await runs.result(callOf(c), id, query.value.wait * 1000);
    return outcome.ok ? c.json(outcome.value) : problemResponse(c, outcome.error);
  });
  return api;
}
