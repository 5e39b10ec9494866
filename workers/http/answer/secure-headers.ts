import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../request/context.ts";

/** Answers are what they say they are, and what a token opened is not kept by anybody on the way. */
export const secureHeaders: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  c.res.headers.set("x-content-type-options", "nosniff");
  if (!c.res.headers.has("cache-control")) c.res.headers.set("cache-control", "no-store");
};
