import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { planRequest, planView } from "../../contracts/plan-request.ts";
import type { ServicesOf } from "./context.ts";
import { correlationHeader, REGISTRY_VERSION_HEADER, registryVersionHeader } from "./headers.ts";
import { jsonBody, readBody } from "./json-body.ts";
import { problemResponse } from "./problem.ts";
import { ANY_PROBLEM, BODY_PROBLEM, newApi, problems, SECURED, serve, type Api } from "./route.ts";
import { tenantOf } from "./tenant.ts";

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
    body: { required: true, content: { "application/json": { schema: planRequest } } },
  },
  responses: {
    200: { description: "The plan.", content: { "application/json": { schema: planView } } },
    ...problems(
      ...ANY_PROBLEM,
      ...BODY_PROBLEM,
      "INVALID_OPERATION",
      "INVALID_PARAMETER",
      "NODE_NOT_FOUND",
      "PLAN_CYCLE",
      "PLAN_UNREACHABLE",
      "PLAN_INVALID",
      "PLAN_LIMIT",
      "PLAN_POLICY_CONFLICT",
    ),
  },
});

/** `POST /v1/plans`. */
export function planRoutes(services: ServicesOf): Api {
  const api = newApi();
  serve(api, previewPlan, jsonBody, async (c) => {
    const body = readBody(c, planRequest);
    if (!body.ok) return problemResponse(c, body.error);
    const version = c.req.header(REGISTRY_VERSION_HEADER) ?? null;
    const plan = await services(c).plans.preview(tenantOf(c), body.value.operation, body.value.payload, version);
    return plan.ok ? c.json(plan.value) : problemResponse(c, plan.error);
  });
  return api;
}
