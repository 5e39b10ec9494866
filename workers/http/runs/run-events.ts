import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { runEvents } from "../../../contracts/api/signals.ts";
import { faultOf } from "../../../src/core/errors.ts";
import type { Log } from "../../../src/spi/log.ts";
import type { AppContext, ServicesOf } from "../request/context.ts";
import { describe } from "../answer/error-boundary.ts";
import { lastNumber } from "./event-feed.ts";
import { eventSocket } from "./event-socket.ts";
import { eventStream } from "./event-stream.ts";
import { correlationHeader } from "../request/headers.ts";
import type { Sleep } from "./pace.ts";
import { problemDocument, problemResponse } from "../answer/problem.ts";
import { readQuery, wholeNumber } from "../request/query.ts";
import { ANY_PROBLEM, newApi, problems, SECURED, serve, type Api } from "../route.ts";
import { runIdOf, runNotFound } from "./run-id.ts";
import { runParams } from "./runs.ts";
import { callOf } from "../request/call.ts";

const SSE_TYPE = "text/event-stream";
const eventsQuery = z.object({ after: wholeNumber(Number.MAX_SAFE_INTEGER, "Only signals with a number above this.") });

const events = createRoute({
  method: "get",
  path: "/v1/runs/{id}/events",
  operationId: "listRunEvents",
  tags: ["runs"],
  summary: "Follow a run",
  description:
    "The run's signals so far; with `Accept: text/event-stream`, also those to come, as server-sent events that end " +
    "with the run (`event: end`). A stream that breaks is resumed with `Last-Event-ID` or `after`. With " +
    "`Upgrade: websocket` the same comes as JSON messages `{id, event, data}`; a socket that closes with another code " +
    "than 1000 is resumed with `after`.",
  ...SECURED,
  request: {
    headers: z.object({
      ...correlationHeader,
      "last-event-id": z.string().optional().meta({ description: "Stands for `after` where a stream is resumed." }),
    }),
    params: runParams,
    query: eventsQuery,
  },
  responses: {
    101: { description: "The signals follow over a WebSocket." },
    200: {
      description: "The signals.",
      content: { "application/json": { schema: runEvents }, [SSE_TYPE]: { schema: z.string() } },
    },
    ...problems(...ANY_PROBLEM, "INVALID_PARAMETER", "RUN_NOT_FOUND"),
  },
});

/** `/v1/runs/:id/events`, as JSON, as a stream or over a socket. */
export function runEventRoutes(services: ServicesOf, sleep: Sleep, log: Log): Api {
  const api = newApi();
  serve(api, events, [], async (c) => {
    const runId = runIdOf(c);
    if (runId === null) return problemResponse(c, runNotFound(c));
    const query = readQuery(c, eventsQuery);
    if (!query.ok) return problemResponse(c, query.error);
    const call = callOf(c);
    const { runs } = services(c);
    const after = Math.max(query.value.after, resumedAfter(c));
    const first = await runs.events(call, runId, after, 0);
    if (!first) return problemResponse(c, runNotFound(c));
    const read = (from: number, waitMs: number) => runs.events(call, runId, from, waitMs);
    const feed = { runId, after, first, read, sleep, explain: explainer(c, log) };
    if (wantsSocket(c)) return eventSocket(feed);
    if (!wantsStream(c)) {
      return c.json({ run_id: runId, ...first, next: lastNumber(first.events, after) });
    }
    return new Response(eventStream(feed), {
      headers: { "content-type": SSE_TYPE, "cache-control": "no-cache" },
    });
  });
  return api;
}

const wantsSocket = (c: AppContext): boolean => (c.req.header("upgrade") ?? "").toLowerCase() === "websocket";
const wantsStream = (c: AppContext): boolean => (c.req.header("accept") ?? "").toLowerCase().includes(SSE_TYPE);

/** What a browser's EventSource sends when it connects again; what is no number is ignored. */
function resumedAfter(c: AppContext): number {
  const id = c.req.header("last-event-id") ?? "";
  return /^\d{1,15}$/.test(id) ? Number(id) : 0;
}

/** The stream has its status already, so a failure is told in it; the correlation id is all it shares with the log. */
function explainer(c: AppContext, log: Log) {
  const correlationId = c.get("correlationId");
  const path = c.req.path;
  return (thrown: unknown) => {
    const problem = faultOf(thrown, "something went wrong inside; the correlation id finds it in the logs");
    log.error("a stream ended in an exception", {
      correlation_id: correlationId,
      path,
      code: problem.code,
      error: describe(thrown),
    });
    return problemDocument(problem, correlationId, path);
  };
}
