import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { planRequest, planView } from "../../../contracts/api/plan-request.ts";
import { PLAN_TEXTS } from "../../../src/core/plan/views/plan-text.ts";
import type { ServicesOf } from "../request/context.ts";
import {
  correlationHeader,
  REGISTRY_VERSION_HEADER,
  registryVersionHeader,
  registryVersionOf,
} from "../request/headers.ts";
import { jsonBody, readBody } from "../request/json-body.ts";
import { PLAN_PROBLEMS } from "./plan-problems.ts";
import { problemResponse } from "../answer/problem.ts";
import { readQuery } from "../request/query.ts";
import { ANY_PROBLEM, BODY_PROBLEM, newApi, problems, SECURED, serve, type Api } from "../route.ts";
import { callOf } from "../request/call.ts";

const planQuery = z.object({
  format: z
    .enum(["json", ...PLAN_TEXTS])
    .default("json")
    .meta({ description: "`tree` for a terminal, `mermaid` and `dot` for a drawing: plain text each." }),
});

const previewPlan = createRoute({
  method: "post",
  path: "/v1/plans",
  operationId: "previewPlan",
  tags: ["plans"],
  summary: "Plan without running",
  description: "The plan a goal or graph would run as, with the reasons for and against every candidate.",
  ...SECURED,
  request: {
    headers: z.object({ ...correlationHeader, ...registryVersionHeader }),
    query: planQuery,
    body: { required: true, content: { "application/json": { schema: planRequest } } },
  },
  responses: {
    200: {
      description: "The plan; as text, with the registry version in a header.",
      content: { "application/json": { schema: planView }, "text/plain": { schema: z.string() } },
    },
    ...problems(...ANY_PROBLEM, ...BODY_PROBLEM, "INVALID_OPERATION", "REGISTRY_VERSION_AHEAD", ...PLAN_PROBLEMS),
  },
});

/** `POST /v1/plans`. */
export function planRoutes(services: ServicesOf): Api {
  const api = newApi();
  serve(api, previewPlan, jsonBody, async (c) => {
    const query = readQuery(c, planQuery);
    if (!query.ok) return problemResponse(c, query.error);
    const body = readBody(c, planRequest);
    if (!body.ok) return problemResponse(c, body.error);
    const version = registryVersionOf(c);
    if (!version.ok) return problemResponse(c, version.error);
    const { operation, payload, target_node: targetNode } = body.value;
    const asked = { operation, payload, targetNode, registryVersion: version.value };
    const { plans } = services(c);
    const { format } = query.value;
    if (format === "json") {
      const plan = await plans.preview(callOf(c), asked);
      return plan.ok ? c.json(plan.value) : problemResponse(c, plan.error);
    }
    const shown = await plans.show(callOf(c), asked, format);
    if (!shown.ok) return problemResponse(c, shown.error);
    return c.text(shown.value.text, 200, { [REGISTRY_VERSION_HEADER]: shown.value.registryVersion });
  });
  return api;
}
