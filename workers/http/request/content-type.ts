import type { MiddlewareHandler } from "hono";
import { fault } from "../../../src/core/errors.ts";
import type { AppEnv } from "./context.ts";
import { problemResponse } from "../answer/problem.ts";

const JSON_TYPE = /^\s*application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;
const CHARSET = /;\s*charset\s*=\s*"?([^\s";]+)/i;

/** Lets only JSON in UTF-8 pass. */
export const requireJson: MiddlewareHandler<AppEnv> = async (c, next) => {
  const type = c.req.header("content-type") ?? "";
  const charset = CHARSET.exec(type)?.[1]?.toLowerCase() ?? "utf-8";
  if (JSON_TYPE.test(type) && (charset === "utf-8" || charset === "utf8")) return next();
  return problemResponse(
    c,
    fault("UNSUPPORTED_MEDIA_TYPE", type === "" ? "the body has no content type" : "the body is not JSON in UTF-8", {
      place: "header content-type",
      hint: "send the header Content-Type: application/json",
    }),
    { accept: "application/json" },
  );
};
