import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { handlerList } from "../../../contracts/api/handlers.ts";
import { callOf } from "../request/call.ts";
import type { ServicesOf } from "../request/context.ts";
import { correlationHeader } from "../request/headers.ts";
import { ANY_PROBLEM, newApi, problems, SECURED, serve, type Api } from "../route.ts";

const list = createRoute({
  method: "get",
  path: "/v1/handlers",
  operationId: "listHandlers",
  tags: ["system"],
  summary: "List handlers",
  description: "What executes envelopes and nodes here: each handler's description, and how it is.",
  ...SECURED,
  request: { headers: z.object(correlationHeader) },
  responses: {
    200: { description: "The handlers.", content: { "application/json": { schema: handlerList } } },
    ...problems(...ANY_PROBLEM),
  },
});

/** `/v1/handlers`. */
export function handlerRoutes(services: ServicesOf): Api {
  const api = newApi();
  serve(api, list, [], async (c) => c.json({ handlers: await services(c).handlers.list(callOf(c)) }));
  return api;
}
