import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import type { ServicesOf } from "../request/context.ts";
import { correlationHeader } from "../request/headers.ts";
import { problemResponse } from "../answer/problem.ts";
import { ANY_PROBLEM, newApi, problems, SECURED, serve, type Api } from "../route.ts";
import { runIdOf, runNotFound } from "./run-id.ts";
import { runParams } from "./runs.ts";
import { callOf } from "../request/call.ts";

const remove = createRoute({
  method: "delete",
  path: "/v1/runs/{id}",
  operationId: "deleteRun",
  tags: ["runs"],
  summary: "Delete a run",
  description:
    "Deletes a run that has ended: no route knows it any more, its record is erased from the archive, its dead letters " +
    "are removed, and large values nobody else refers to follow within days. Repeating it is safe.",
  ...SECURED,
  request: { headers: z.object(correlationHeader), params: runParams },
  responses: {
    204: { description: "It is deleted." },
    ...problems(...ANY_PROBLEM, "RUN_NOT_FOUND", "RUN_NOT_FINISHED", "RUN_NOT_ARCHIVED"),
  },
});

/** `DELETE /v1/runs/:id`. */
export function runRemovalRoutes(services: ServicesOf): Api {
  const api = newApi();
  serve(api, remove, [], async (c) => {
    const id = runIdOf(c);
    if (id === null) return problemResponse(c, runNotFound(c));
    const removed = await services(c).removal.remove(callOf(c), id);
    return removed.ok ? c.body(null, 204) : problemResponse(c, removed.error);
  });
  return api;
}
