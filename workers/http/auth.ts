import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { MiddlewareHandler } from "hono";
import { fault } from "../../src/core/errors.ts";
import type { AppEnv } from "./context.ts";
import { problemResponse } from "./problem.ts";
import { DEFAULT_PRINCIPAL } from "./tenant.ts";

const CREDENTIALS = /^Bearer +(\S+) *$/i;
const CHALLENGE = 'Bearer realm="onex"';

/**
 * Lets nobody pass without the configured bearer token, and nobody at all when none is configured. Tokens are compared
 * as digests of equal length, every byte of them, so the time it takes says nothing about the token.
 */
export function bearerAuth(token: () => string | undefined): MiddlewareHandler<AppEnv> {
  let known: { readonly token: string; readonly digest: Uint8Array } | null = null;
  return async (c, next) => {
    const expected = token()?.trim();
    if (!expected) {
      const problem = fault("AUTHENTICATION_ERROR", "this deployment has no token, so nobody can be let in", {
        hint: "the operator sets one: npx wrangler secret put ONEX_TOKEN",
      });
      return problemResponse(c, problem, { "www-authenticate": CHALLENGE });
    }
    if (known?.token !== expected) known = { token: expected, digest: digestOf(expected) };
    const header = c.req.header("authorization");
    if (header === undefined) {
      const problem = fault("AUTHENTICATION_ERROR", "this route needs a bearer token", {
        hint: "send the header Authorization: Bearer <token>",
      });
      return problemResponse(c, problem, { "www-authenticate": CHALLENGE });
    }
    const given = CREDENTIALS.exec(header)?.[1];
    if (given === undefined || !equal(digestOf(given), known.digest)) {
      const problem = fault("AUTHENTICATION_ERROR", "the bearer token is not valid");
      return problemResponse(c, problem, { "www-authenticate": `${CHALLENGE}, error="invalid_token"` });
    }
    c.set("principal", DEFAULT_PRINCIPAL);
    return next();
  };
}

const digestOf = (text: string): Uint8Array => sha256(utf8ToBytes(text));

function equal(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (const [i, byte] of a.entries()) difference |= byte ^ (b[i] ?? 0);
  return difference === 0;
}
