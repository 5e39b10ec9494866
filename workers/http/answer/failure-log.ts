import type { MiddlewareHandler } from "hono";
import type { Log } from "../../../src/spi/log.ts";
import { clip } from "../../../src/core/text/clip.ts";
import type { AppEnv } from "../request/context.ts";

/** Logs answers of 500 and above that no exception caused; exceptions are logged where they are caught. */
export const failureLog =
  (log: Log): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    await next();
    if (c.res.status < 500 || c.error) return;
    log.warn("a request was answered with a failure", {
      correlation_id: c.get("correlationId"),
      method: c.req.method,
      path: clip(c.req.path, 200),
      status: c.res.status,
      code: c.get("problemCode") ?? null,
    });
  };
