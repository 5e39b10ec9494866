import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { SIGNATURE_HEADER } from "./request/signed.ts";
import { BEARER, serve, SIGNATURE, type Api } from "./route.ts";

const openapi = createRoute({
  method: "get",
  path: "/openapi.json",
  operationId: "openapi",
  tags: ["system"],
  summary: "This document",
  description: "The OpenAPI 3.1 description of every route. Needs no token.",
  responses: {
    200: {
      description: "The document.",
      content: { "application/json": { schema: z.looseObject({ openapi: z.string() }) } },
    },
  },
});

const TAGS = [
  { name: "envelopes", description: "The way in: ask for a goal, a graph or a node." },
  { name: "plans", description: "What would be run, and why." },
  { name: "nodes", description: "The registry." },
  { name: "runs", description: "What is being done and what was done." },
  { name: "pools", description: "Work that waits for runners, and its answers." },
  { name: "triggers", description: "Messages of a bus that ask for something." },
  { name: "dead letters", description: "Messages nobody could process." },
  { name: "quarantine", description: "Runs that were set aside: they cannot be read, decided on or stored." },
  { name: "cache", description: "Results that are used again." },
  { name: "system", description: "The deployment itself." },
];

/** `GET /openapi.json`: made of the routes' own schemas, once an isolate. Add it after every other route. */
export function addOpenApi(api: Api, version: string): void {
  api.openAPIRegistry.registerComponent("securitySchemes", BEARER, {
    type: "http",
    scheme: "bearer",
    description: "The token the operator configured.",
  });
  api.openAPIRegistry.registerComponent("securitySchemes", SIGNATURE, {
    type: "apiKey",
    in: "header",
    name: SIGNATURE_HEADER,
    description: "Standard Webhooks 1.0.0, with webhook-id and webhook-timestamp: by the node a work item was sent to.",
  });
  let document: object | null = null;
  serve(api, openapi, [], (c) =>
    c.json((document ??= documentOf(api, version)), 200, { "cache-control": "public, max-age=300" }),
  );
}

function documentOf(api: Api, version: string): object {
  const document = api.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "ONEX",
      version,
      description:
        "State a goal; ONEX plans it from contract-described nodes, runs it, and remembers whom to trust. Errors are " +
        "problem details (RFC 9457) with a `code`.",
      license: { name: "MIT" },
    },
    servers: [{ url: "/", description: "This deployment." }],
    tags: TAGS,
  });
  for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) {
    // The generator reads a schema's title as a description; a title of its own is what viewers list schemas by.
    if (!("$ref" in schema)) schema.title ??= name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ");
  }
  return document;
}
