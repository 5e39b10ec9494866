import type { MiddlewareHandler } from "hono";
import type { SignedRequest } from "../../../src/core/remote/signature.ts";
import { problemResponse } from "../answer/problem.ts";
import type { AppContext, AppEnv, ServicesOf } from "./context.ts";

/** Standard Webhooks 1.0.0. */
export const SIGNATURE_HEADER = "webhook-signature";
const CHALLENGE = 'Bearer realm="onex"';

/** Lets nobody pass who has neither a token nor a signature for the work item. Stands after the body's bytes are read. */
export const tokenOrSignature =
  (services: ServicesOf, token: (c: AppContext) => string): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    if (c.get("caller") !== undefined) return next();
    const signer = await services(c).workItems.signer(token(c), signedRequest(c));
    if (!signer.ok) return problemResponse(c, signer.error, { "www-authenticate": CHALLENGE });
    c.set("caller", signer.value);
    return next();
  };

const signedRequest = (c: AppContext): SignedRequest => ({
  id: c.req.header("webhook-id") ?? "",
  timestamp: c.req.header("webhook-timestamp") ?? "",
  signature: c.req.header(SIGNATURE_HEADER) ?? "",
  body: new TextDecoder().decode(c.get("bytes") ?? new Uint8Array()),
});
