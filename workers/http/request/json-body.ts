import type { MiddlewareHandler } from "hono";
import type { z } from "zod";
import { firstJsonError } from "../../../src/core/json/json-place.ts";
import { faultsOfIssues, refusal } from "../../../src/core/envelope/refusal.ts";
import { fault, type Fault } from "../../../src/core/errors.ts";
import { err, ok, type Result } from "../../../src/core/result.ts";
import { bodyLimit, MAX_BODY_BYTES } from "./body-limit.ts";
import { requireJson } from "./content-type.ts";
import type { AppContext, AppEnv } from "./context.ts";
import { problemResponse } from "../answer/problem.ts";

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** Parses `bytes` into `body`, the only time a body is parsed. */
const parseJson: MiddlewareHandler<AppEnv> = async (c, next) => {
  const body = parse(c.get("bytes") ?? new Uint8Array());
  if (!body.ok) return problemResponse(c, body.error);
  c.set("body", body.value);
  return next();
};

/** What stands before every route with a body: limit, content type, JSON. In this order, cheapest refusal first. */
export const jsonBody: readonly [MiddlewareHandler<AppEnv>, ...MiddlewareHandler<AppEnv>[]] = [
  bodyLimit(MAX_BODY_BYTES),
  requireJson,
  parseJson,
];

/** The parsed body as the schema reads it, or one fault with everything that is wrong with it. */
export function readBody<S extends z.ZodType>(c: AppContext, schema: S): Result<z.output<S>, Fault> {
  const read = schema.safeParse(c.get("body"));
  return read.success
    ? ok(read.data)
    : err(refusal("the body", faultsOfIssues("INVALID_PARAMETER", read.error.issues, { schema })));
}

function parse(bytes: Uint8Array): Result<unknown, Fault> {
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    return err(fault("MALFORMED_JSON", "the body is not UTF-8"));
  }
  try {
    return ok(JSON.parse(text) as unknown);
  } catch {
    const at = firstJsonError(text);
    if (!at) return err(fault("MALFORMED_JSON", "the body is not JSON"));
    const place = `line ${at.line}, column ${at.column}`;
    return err(fault("MALFORMED_JSON", `the body is not JSON: ${at.expected} was expected at ${place}`, { place }));
  }
}
