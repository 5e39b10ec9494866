import { OpenAPIHono, type createRoute, type RouteConfig } from "@hono/zod-openapi";
import type { Handler, MiddlewareHandler } from "hono";
import { z } from "zod";
import { PROBLEM_TYPE, problem } from "../../contracts/api/problem.ts";
import { uuid } from "../../contracts/json/json.ts";
import { HTTP_STATUS, type ErrorCode } from "../../src/core/errors.ts";
import type { AppContext, AppEnv } from "./request/context.ts";
import { CORRELATION_HEADER } from "./request/correlation.ts";
import { noBody } from "./request/json-body.ts";
import { strictQuery } from "./request/query.ts";

export type Api = OpenAPIHono<AppEnv>;
export type Definition = ReturnType<typeof createRoute<string, RouteConfig>>;

export const newApi = (): Api => new OpenAPIHono<AppEnv>();

/**
 * Adds a route and its documentation in one call, so that neither is ever without the other. A parameter that the
 * definition does not declare is refused, and so is a body where it declares none.
 */
export function serve(
  api: Api,
  definition: Definition,
  before: readonly MiddlewareHandler<AppEnv>[],
  handler: (c: AppContext) => Response | Promise<Response>,
): void {
  const { request, method, responses } = definition;
  const query = request?.query instanceof z.ZodType ? request.query : undefined;
  const bodiless = request?.body === undefined && method !== "get";
  const answers = bodiless ? { ...problems(...BODY_PROBLEM), ...responses } : responses;
  api.openAPIRegistry.registerPath({ ...definition, responses: withCommonHeaders(answers) });
  const handlers: Handler<AppEnv>[] = [strictQuery(query), ...(bodiless ? noBody : []), ...before, handler];
  api.on(definition.method, [definition.getRoutingPath()], ...handlers);
}

/** A path parameter that the route's path declares. NUL reads as U+FFFD, which no name and no id has either. */
export const pathParam = (c: AppContext, name: string): string => (c.req.param(name) ?? "").replaceAll("\0", "\uFFFD");

/** The name of the security scheme in the OpenAPI document. */
export const BEARER = "bearer";

/** What every route behind authentication has in common. */
export const SECURED = { security: [{ [BEARER]: [] }] };

/** The same, or a signature of the node that a work item was sent to. */
export const SIGNATURE = "signature";
export const SECURED_OR_SIGNED = { security: [{ [BEARER]: [] }, { [SIGNATURE]: [] }] };

/** The problem responses a route may give, documented by the codes that lead to them. */
export function problems(...codes: readonly ErrorCode[]): RouteConfig["responses"] {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set(codes))
    byStatus.set(HTTP_STATUS[code], [...(byStatus.get(HTTP_STATUS[code]) ?? []), code]);
  const entries = [...byStatus].sort(([a], [b]) => a - b);
  return Object.fromEntries(
    entries.map(([status, list]) => [
      status,
      { description: list.join(", "), content: { [PROBLEM_TYPE]: { schema: problem } } },
    ]),
  );
}

/** What every answer has. */
const EVERY_HEADER = z.object({
  [CORRELATION_HEADER]: uuid.meta({ description: "Correlates the request, its logs and what it led to." }),
});
/** What some statuses have besides. */
const STATUS_HEADERS: Readonly<Record<string, z.ZodObject>> = {
  401: z.object({ "www-authenticate": z.string().meta({ description: "How to authenticate (RFC 6750)." }) }),
  415: z.object({
    accept: z.string().optional().meta({ description: "The media type a body must have." }),
    "accept-encoding": z.string().optional().meta({ description: "How a body may be compressed." }),
  }),
  405: z.object({ allow: z.string().meta({ description: "The methods that are possible here." }) }),
};
const RETRY_HEADER = z.object({
  "retry-after": z.string().optional().meta({ description: "Seconds to wait, where repeating the request may help." }),
});

function withCommonHeaders(responses: RouteConfig["responses"]): RouteConfig["responses"] {
  const entries = Object.entries(responses).map(([status, response]): readonly [string, typeof response] => {
    if ("$ref" in response) return [status, response];
    const { headers, content } = response;
    const own: z.ZodRawShape = headers instanceof z.ZodObject ? headers.shape : {};
    const retry = content && PROBLEM_TYPE in content ? RETRY_HEADER.shape : {};
    const shape = { ...EVERY_HEADER.shape, ...STATUS_HEADERS[status]?.shape, ...retry, ...own };
    return [status, { ...response, headers: z.object(shape) }];
  });
  return Object.fromEntries(entries);
}

/** What any route behind authentication may answer. */
export const ANY_PROBLEM = [
  "ENVELOPE_VALIDATION_ERROR",
  "INVALID_PARAMETER",
  "AUTHENTICATION_ERROR",
  "METHOD_NOT_ALLOWED",
  "RUNTIME_ERROR",
  "SERVICE_UNAVAILABLE",
] as const satisfies readonly ErrorCode[];

/** What any route with a body may answer besides. */
export const BODY_PROBLEM = [
  "BODY_UNREADABLE",
  "MALFORMED_JSON",
  "PAYLOAD_TOO_LARGE",
  "UNSUPPORTED_MEDIA_TYPE",
] as const satisfies readonly ErrorCode[];
