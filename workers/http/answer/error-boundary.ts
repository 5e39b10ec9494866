import type { ErrorHandler } from "hono";
import { faultOf } from "../../../src/core/errors.ts";
import type { Log } from "../../../src/spi/log.ts";
import { clip } from "../../../src/core/text/clip.ts";
import type { AppEnv } from "../request/context.ts";
import { problemResponse } from "./problem.ts";

/** The longest text of an exception that is logged. */
const MAX_TEXT = 500;

/**
 * Turns whatever was thrown into a problem document. The text of a foreign exception goes to the log, shortened, and
 * never into an answer.
 */
export const errorBoundary =
  (log: Log): ErrorHandler<AppEnv> =>
  (thrown, c) => {
    const problem = faultOf(thrown, "something went wrong inside; the correlation id finds it in the logs");
    log.error("a request ended in an exception", {
      correlation_id: c.get("correlationId"),
      method: c.req.method,
      path: clip(c.req.path, 200),
      code: problem.code,
      error: describe(thrown),
      cause: thrown.cause === undefined ? null : describe(thrown.cause),
      at:
        thrown.stack
          ?.split("\n")
          .slice(1, 5)
          .map((line) => line.trim()) ?? [],
    });
    return problemResponse(c, problem);
  };

/** `TypeError: x is not a function`, shortened. */
export const describe = (thrown: unknown): string =>
  (thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : typeof thrown).slice(0, MAX_TEXT);
