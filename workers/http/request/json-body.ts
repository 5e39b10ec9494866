import type { MiddlewareHandler } from "hono";
import { z } from "zod";
import { faultsOfIssues, refusal } from "../../../src/core/envelope/refusal.ts";
import { fault, type Fault } from "../../../src/core/errors.ts";
import { flawFault, lineAndColumn } from "../../../src/core/json/flaw.ts";
import { MAX_JSON_DEPTH, readJson } from "../../../src/core/json/read-json.ts";
import { firstUtf8Error, placeInBytes } from "../../../src/core/json/utf8-error.ts";
import { err, ok, type Result } from "../../../src/core/result.ts";
import { problemResponse } from "../answer/problem.ts";
import { bodyLimit, MAX_BODY_BYTES } from "./body-limit.ts";
import { requireJson } from "./content-type.ts";
import type { AppContext, AppEnv } from "./context.ts";

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** Parses `bytes` into `body`, the only time a body is parsed. */
const parseJson =
  (maxDepth: number): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const body = parse(c.get("bytes") ?? new Uint8Array(), maxDepth);
    if (!body.ok) return problemResponse(c, body.error);
    c.set("body", body.value);
    return next();
  };

/** What a body may be like. */
export interface BodyLimits {
  readonly maxBytes?: number;
  readonly maxDepth?: number;
}

/** What stands before a route with a body: limit, content type, JSON. In this order, cheapest refusal first. */
export const jsonBodyWithin = ({ maxBytes, maxDepth }: BodyLimits): readonly MiddlewareHandler<AppEnv>[] => [
  bodyLimit(maxBytes ?? MAX_BODY_BYTES),
  requireJson,
  parseJson(maxDepth ?? MAX_JSON_DEPTH),
];

export const jsonBody = jsonBodyWithin({});

/** What stands before a route whose body may be left out: no body is the same as `{}`. */
export const optionalJsonBody: readonly MiddlewareHandler<AppEnv>[] = jsonBody.map(
  (read, step): MiddlewareHandler<AppEnv> =>
    async (c, next) => {
      // The first one reads the bytes.
      if (step === 0 || c.get("bytes")?.byteLength !== 0) return read(c, next);
      c.set("body", {});
      return next();
    },
);

/** What stands before a route that takes no body: none, or an empty object, as some clients send. */
export const noBody: readonly MiddlewareHandler<AppEnv>[] = [
  ...optionalJsonBody,
  async (c, next) => {
    const body = readBody(c, NOTHING);
    return body.ok ? next() : problemResponse(c, body.error);
  },
];

const NOTHING = z.strictObject(
  {},
  { error: ({ code }) => (code === "invalid_type" ? "an empty object is all this route takes" : undefined) },
);

/** The parsed body as the schema reads it, or one fault with everything that is wrong with it. */
export function readBody<S extends z.ZodType>(c: AppContext, schema: S): Result<z.output<S>, Fault> {
  const read = schema.safeParse(c.get("body"));
  return read.success
    ? ok(read.data)
    : err(refusal("the body", faultsOfIssues("INVALID_PARAMETER", read.error.issues, { schema })));
}

function parse(bytes: Uint8Array, maxDepth: number): Result<unknown, Fault> {
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    const place = lineAndColumn(placeInBytes(bytes, firstUtf8Error(bytes) ?? 0));
    const hint = "send texts in UTF-8; other bytes can travel as base64";
    return err(fault("MALFORMED_JSON", `the body is not UTF-8 at ${place}`, { place, hint }));
  }
  const read = readJson(text, maxDepth);
  return read.ok ? read : err(flawFault("MALFORMED_JSON", "the body", read.error));
}
