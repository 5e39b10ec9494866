import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { nodeList, nodePage, nodeQuery, nodeRegistered, registerNode } from "../../../contracts/api/nodes-api.ts";
import { refusal } from "../../../src/core/envelope/refusal.ts";
import { fault } from "../../../src/core/errors.ts";
import { quoted } from "../../../src/core/text/clip.ts";
import { cursor } from "../../../contracts/api/listing.ts";
import { isNodeRef } from "../../../src/core/registry/node-query.ts";
import type { ServicesOf } from "../request/context.ts";
import { correlationHeader, REGISTRY_VERSION_HEADER } from "../request/headers.ts";
import { jsonBody, readBody } from "../request/json-body.ts";
import { badCursor, pageSize } from "../answer/listing.ts";
import { problemResponse } from "../answer/problem.ts";
import { readQuery } from "../request/query.ts";
import { ANY_PROBLEM, BODY_PROBLEM, newApi, pathParam, problems, SECURED, serve, type Api } from "../route.ts";
import { callOf } from "../request/call.ts";

const tags = ["nodes"];
const headers = z.object(correlationHeader);
const listQuery = nodeQuery.extend({ cursor, limit: pageSize });
export const versionHeader = z.object({
  [REGISTRY_VERSION_HEADER]: z.string().meta({ description: "The registry version this answer shows." }),
});

const register = createRoute({
  method: "post",
  path: "/v1/nodes",
  operationId: "registerNode",
  tags,
  summary: "Register a node",
  description: "Checks the texts of a node and adds it to the registry. A refusal lists everything that is wrong.",
  ...SECURED,
  request: { headers, body: { required: true, content: { "application/json": { schema: registerNode } } } },
  responses: {
    200: {
      description: "The very same node was registered before.",
      headers: versionHeader,
      content: { "application/json": { schema: nodeRegistered } },
    },
    201: {
      description: "Registered.",
      headers: versionHeader.extend({ location: z.string().meta({ description: "The node's page." }) }),
      content: { "application/json": { schema: nodeRegistered } },
    },
    ...problems(
      ...ANY_PROBLEM,
      ...BODY_PROBLEM,
      "INVALID_PARAMETER",
      "DUPLICATE_REGISTRATION",
      "METADATA_INVALID",
      "METADATA_HASH_MISMATCH",
      "LIFECYCLE_INVALID",
      "CONTRACT_VALIDATION_ERROR",
    ),
  },
});

const list = createRoute({
  method: "get",
  path: "/v1/nodes",
  operationId: "listNodes",
  tags,
  summary: "List nodes",
  description:
    "The versions of nodes for which every given condition holds, by name, the newest version first, a page at a time.",
  ...SECURED,
  request: { headers, query: listQuery },
  responses: {
    200: {
      description: "A page of nodes.",
      headers: versionHeader,
      content: { "application/json": { schema: nodeList } },
    },
    ...problems(...ANY_PROBLEM),
  },
});

const show = createRoute({
  method: "get",
  path: "/v1/nodes/{name}",
  operationId: "showNode",
  tags,
  summary: "Show a node",
  description: "One name with all its versions and their trust.",
  ...SECURED,
  request: {
    headers,
    params: z.object({ name: z.string().meta({ description: "The node's name.", examples: ["noop"] }) }),
  },
  responses: {
    200: { description: "The node.", content: { "application/json": { schema: nodePage } } },
    ...problems(...ANY_PROBLEM, "NODE_NOT_FOUND"),
  },
});

/** `/v1/nodes`. */
export function nodeRoutes(services: ServicesOf): Api {
  const api = newApi();
  serve(api, register, jsonBody, async (c) => {
    const body = readBody(c, registerNode);
    if (!body.ok) return problemResponse(c, body.error);
    const { metadata, contract, code, files } = body.value;
    const artifacts = {
      ...{ metadata, contract },
      ...(code === undefined ? {} : { code }),
      ...(files === undefined ? {} : { files }),
    };
    const outcome = await services(c).nodes.register(callOf(c), artifacts);
    if (!outcome.ok) return problemResponse(c, refusal("the node", outcome.error));
    const { created, registryVersion, node } = outcome.value;
    return c.json({ created, registry_version: registryVersion, node }, created ? 201 : 200, {
      [REGISTRY_VERSION_HEADER]: registryVersion,
      ...(created ? { location: `/v1/nodes/${node.name}` } : {}),
    });
  });
  serve(api, list, [], async (c) => {
    const asked = readQuery(c, listQuery);
    if (!asked.ok) return problemResponse(c, asked.error);
    const { limit, cursor: after = null, ...query } = asked.value;
    if (after !== null && !isNodeRef(after)) return problemResponse(c, badCursor("query cursor"));
    const { registryVersion, nodes, next } = await services(c).nodes.list(callOf(c), query, { limit, after });
    return c.json({ registry_version: registryVersion, nodes, next }, 200, {
      [REGISTRY_VERSION_HEADER]: registryVersion,
    });
  });
  serve(api, show, [], async (c) => {
    const name = pathParam(c, "name");
    const node = await services(c).nodes.get(callOf(c), name);
    if (node) return c.json(node);
    return problemResponse(
      c,
      fault("NODE_NOT_FOUND", `no node is called ${quoted(name)}`, { hint: "GET /v1/nodes lists them all" }),
    );
  });
  return api;
}
