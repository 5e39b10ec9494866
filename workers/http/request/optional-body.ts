import { every } from "hono/combine";
import type { MiddlewareHandler } from "hono";
import type { AppContext, AppEnv } from "./context.ts";
import { jsonBody } from "./json-body.ts";

const readJson = every(...jsonBody) as MiddlewareHandler<AppEnv>;

/** What stands before a route whose body may be left out: no body is the same as `{}`. */
export const optionalJsonBody: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (hasBody(c)) return readJson(c, next);
  c.set("body", {});
  return next();
};

const hasBody = (c: AppContext): boolean => c.req.raw.body !== null && c.req.header("content-length") !== "0";
