import type { MiddlewareHandler } from "hono";
import { uuid } from "../../../contracts/json/json.ts";
import { fault } from "../../../src/core/errors.ts";
import type { Ids } from "../../../src/spi/clock.ts";
import type { AppEnv } from "./context.ts";
import { problemResponse } from "../answer/problem.ts";

export const CORRELATION_HEADER = "x-correlation-id";

export const isCorrelationId = (value: unknown): value is string => uuid.safeParse(value).success;

/**
 * Gives every request its correlation id and sends it back. The caller's own is kept as it is; a malformed one is
 * refused. The refusal is correlated by an id of its own, so that it can be found in the logs.
 */
export const correlation =
  (ids: Ids): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const given = c.req.header(CORRELATION_HEADER);
    const valid = given !== undefined && isCorrelationId(given);
    c.set("correlationId", valid ? given : ids.uuid());
    c.set("correlationGiven", valid);
    if (given === undefined || valid) {
      await next();
    } else {
      c.res = problemResponse(
        c,
        fault("ENVELOPE_VALIDATION_ERROR", "the correlation id is not a UUID", {
          place: `header ${CORRELATION_HEADER}`,
          hint: "send a UUID, or leave the header out and one is assigned",
        }),
      );
    }
    c.res.headers.set(CORRELATION_HEADER, c.get("correlationId"));
  };
