import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { lifecycleMoved, lifecycleRequest, nodeDetail } from "../../../contracts/api/nodes-api.ts";
import { notRegistered } from "../../../src/core/registry/refusals.ts";
import { clip } from "../../../src/core/text/clip.ts";
import type { AppContext, ServicesOf } from "../request/context.ts";
import { callOf } from "../request/call.ts";
import { correlationHeader, REGISTRY_VERSION_HEADER } from "../request/headers.ts";
import { jsonBody, readBody } from "../request/json-body.ts";
import { problemResponse } from "../answer/problem.ts";
import { ANY_PROBLEM, BODY_PROBLEM, newApi, pathParam, problems, SECURED, serve, type Api } from "../route.ts";
import { versionHeader } from "./nodes.ts";

const tags = ["nodes"];
const headers = z.object(correlationHeader);
const params = z.object({
  name: z.string().meta({ description: "The node's name.", examples: ["noop"] }),
  version: z.string().meta({ description: "Its semantic version.", examples: ["1.0.0"] }),
});

const show = createRoute({
  method: "get",
  path: "/v1/nodes/{name}/{version}",
  operationId: "showNodeVersion",
  tags,
  summary: "Show a version of a node",
  description:
    "One version with the texts it consists of: metadata and contract as they were registered, its code where that is " +
    "registered, the further files of its folder, and what it says of itself in examples and cases.",
  ...SECURED,
  request: { headers, params },
  responses: {
    200: { description: "The version.", content: { "application/json": { schema: nodeDetail } } },
    ...problems(...ANY_PROBLEM, "NODE_NOT_FOUND", "VALUE_UNAVAILABLE"),
  },
});

const lifecycle = createRoute({
  method: "post",
  path: "/v1/nodes/{name}/{version}/lifecycle",
  operationId: "moveNodeLifecycle",
  tags,
  summary: "Move a node to another lifecycle state",
  description:
    "The ways are draft to review, active or archived; review to draft, active or archived; active to deprecated or " +
    "archived; deprecated to archived. A node becomes active when it keeps the example of its contract and its cases: " +
    "they are run, functions in the sandbox, and a placeholder is refused. Staying where it is changes nothing.",
  ...SECURED,
  request: {
    headers,
    params,
    body: { required: true, content: { "application/json": { schema: lifecycleRequest } } },
  },
  responses: {
    200: {
      description: "Where the node stands now.",
      headers: versionHeader,
      content: { "application/json": { schema: lifecycleMoved } },
    },
    ...problems(...ANY_PROBLEM, ...BODY_PROBLEM, "NODE_NOT_FOUND", "LIFECYCLE_INVALID", "VALUE_UNAVAILABLE"),
  },
});

/** `/v1/nodes/:name/:version`. */
export function nodeVersionRoutes(services: ServicesOf): Api {
  const api = newApi();
  serve(api, show, [], async (c) => {
    const { name, version } = versionIn(c);
    const node = await services(c).nodes.detail(callOf(c), name, version);
    return node ? c.json(node) : problemResponse(c, notRegistered(clip(`${name}@${version}`, 120)));
  });
  serve(api, lifecycle, jsonBody, async (c) => {
    const body = readBody(c, lifecycleRequest);
    if (!body.ok) return problemResponse(c, body.error);
    const moved = await services(c).nodes.move(callOf(c), versionIn(c), body.value);
    if (!moved.ok) return problemResponse(c, moved.error);
    return c.json(moved.value, 200, { [REGISTRY_VERSION_HEADER]: moved.value.registry_version });
  });
  return api;
}

const versionIn = (c: AppContext) => ({ name: pathParam(c, "name"), version: pathParam(c, "version") });
