import { createRoute } from "@hono/zod-openapi";
import { accepts } from "hono/accepts";
import { z } from "zod";
import { metrics } from "../../../contracts/api/metrics.ts";
import { prometheusText } from "../../../src/core/metrics/prometheus.ts";
import type { ServicesOf } from "../request/context.ts";
import { correlationHeader } from "../request/headers.ts";
import { ANY_PROBLEM, newApi, problems, SECURED, serve, type Api } from "../route.ts";
import { callOf } from "../request/call.ts";

/** What Prometheus calls its text format. */
const PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

const read = createRoute({
  method: "get",
  path: "/v1/metrics",
  operationId: "metrics",
  tags: ["system"],
  summary: "The system in numbers",
  description:
    "Runs, cache, dead letters, nodes and trust, as far as they can be counted without a scan. `Accept: text/plain` gives " +
    "the text format of Prometheus.",
  ...SECURED,
  request: { headers: z.object(correlationHeader) },
  responses: {
    200: {
      description: "The figures.",
      content: { "application/json": { schema: metrics }, "text/plain": { schema: z.string() } },
    },
    ...problems(...ANY_PROBLEM),
  },
});

/** `GET /v1/metrics`. */
export function metricsRoutes(services: ServicesOf): Api {
  const api = newApi();
  serve(api, read, [], async (c) => {
    const figures = await services(c).metrics.read(callOf(c));
    const supports = ["application/json", "text/plain"];
    const chosen = accepts(c, { header: "Accept", supports, default: "application/json" });
    if (chosen === "text/plain") return c.body(prometheusText(figures), 200, { "content-type": PROMETHEUS });
    return c.json(figures);
  });
  return api;
}
