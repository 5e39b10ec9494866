import { PROBLEM_TYPE } from "../../../contracts/api/problem.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { entriesIn } from "../../../src/core/envelope/refusal.ts";
import { HTTP_STATUS, retryAfterSeconds, type ErrorCode, type Fault } from "../../../src/core/errors.ts";
import { clipFault } from "../../../src/core/text/clip-fault.ts";
import { clip } from "../../../src/core/text/clip.ts";
import type { AppContext } from "../request/context.ts";

/** A fault as an HTTP error (RFC 9457), with Retry-After when a retry may help. The status comes from the one table. */
export function problemResponse(
  c: AppContext,
  problem: Fault,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const document = problemDocument(problem, c.get("correlationId"), c.req.path);
  const wait = retryAfterSeconds(problem);
  c.set("problemCode", problem.code);
  return new Response(JSON.stringify(document), {
    status: HTTP_STATUS[problem.code],
    headers: {
      "content-type": PROBLEM_TYPE,
      ...(wait === null ? {} : { "retry-after": String(Math.ceil(wait)) }),
      ...headers,
    },
  });
}

/** The most characters of a path that are shown. */
const MOST_OF_PATH = 200;

/**
 * The members of a problem document. Faults carry no exception text, so neither does it; of what the caller sent it shows
 * no more than the beginning.
 */
export function problemDocument(found: Fault, correlationId: string, path: string): JsonObject {
  const problem = clipFault(found);
  const errors = entriesIn(problem.details);
  const wait = retryAfterSeconds(problem);
  return {
    type: `urn:onex:problem:${problem.code}`,
    title: titleOf(problem.code),
    status: HTTP_STATUS[problem.code],
    detail: problem.message,
    code: problem.code,
    correlation_id: correlationId,
    instance: clip(path, MOST_OF_PATH),
    ...(problem.place === undefined ? {} : { place: problem.place }),
    ...(problem.hint === undefined ? {} : { hint: problem.hint }),
    ...(errors === null ? {} : { errors }),
    ...(errors !== null || problem.details === undefined ? {} : { details: problem.details }),
    ...(wait === null ? {} : { retry_after_seconds: wait }),
  };
}

/** `PLAN_CYCLE` → `Plan cycle`. */
const titleOf = (code: ErrorCode): string =>
  (code.charAt(0) + code.slice(1).toLowerCase().replaceAll("_", " ")).replace(/\bjson\b/, "JSON");
