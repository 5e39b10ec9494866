import type { MiddlewareHandler } from "hono";
import { DEFAULT_PRINCIPAL } from "../../../src/core/call/principal.ts";
import { fault } from "../../../src/core/errors.ts";
import { isSameText } from "../../../src/core/secret/same-text.ts";
import type { AppContext, AppEnv, Caller } from "./context.ts";
import { SIGNATURE_HEADER } from "./signed.ts";
import { problemResponse } from "../answer/problem.ts";

/** The one token there is, and its tenant. */
const TOKEN_HOLDER: Caller = { tenant: "default", principal: DEFAULT_PRINCIPAL };

const CREDENTIALS = /^Bearer +(\S+) *$/i;
const CHALLENGE = 'Bearer realm="onex"';
/** What a node that is elsewhere may ask with a signature instead: its route looks at it before anything else. */
const SIGNED = /^\/v1\/work-items\/[^/]+(?:\/heartbeat)?$/;

const isSignedInstead = (c: AppContext): boolean =>
  c.req.method === "POST" &&
  SIGNED.test(c.req.path) &&
  c.req.header("authorization") === undefined &&
  c.req.header(SIGNATURE_HEADER) !== undefined;

/** A token that could be guessed opens nothing; 32 characters of base64url are 192 bits. */
export const MIN_TOKEN_CHARS = 32;

/**
 * Lets nobody pass without the configured bearer token, and nobody at all when none is configured or it is short. However much of a
 * token is right, comparing it takes the same time.
 */
export function bearerAuth(token: () => string | undefined): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (isSignedInstead(c)) return next();
    const expected = token()?.trim();
    if (!expected) {
      const problem = fault("AUTHENTICATION_ERROR", "this deployment has no token, so nobody can be let in", {
        hint: "the operator sets one: npx wrangler secret put ONEX_TOKEN",
      });
      return problemResponse(c, problem, { "www-authenticate": CHALLENGE });
    }
    if (expected.length < MIN_TOKEN_CHARS) {
      const problem = fault("AUTHENTICATION_ERROR", "this deployment's token is too short, so nobody is let in", {
        hint: `the operator sets one of at least ${MIN_TOKEN_CHARS} characters as ONEX_TOKEN: openssl rand -base64 48`,
      });
      return problemResponse(c, problem, { "www-authenticate": CHALLENGE });
    }
    const header = c.req.header("authorization");
    if (header === undefined) {
      const problem = fault("AUTHENTICATION_ERROR", "this route needs a bearer token", {
        hint: "send the header Authorization: Bearer <token>",
      });
      return problemResponse(c, problem, { "www-authenticate": CHALLENGE });
    }
    const given = CREDENTIALS.exec(header)?.[1];
    if (given === undefined || !isSameText(given, expected)) {
      const problem = fault("AUTHENTICATION_ERROR", "the bearer token is not valid", {
        hint: "compare it with the deployment's ONEX_TOKEN: a secret of the Worker, or locally a line of .dev.vars",
      });
      return problemResponse(c, problem, { "www-authenticate": `${CHALLENGE}, error="invalid_token"` });
    }
    c.set("caller", TOKEN_HOLDER);
    return next();
  };
}
