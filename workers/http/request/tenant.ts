import { fault, RuntimeHostError } from "../../../src/core/errors.ts";
import type { AppContext, Principal } from "./context.ts";

/** The one token there is belongs to this tenant. */
export const DEFAULT_PRINCIPAL: Principal = { tenant: "default" };

/** The tenant of an authenticated request. Never read from a header: only a verified token names one. */
export function tenantOf(c: AppContext): string {
  const principal = c.get("principal");
  if (!principal)
    throw new RuntimeHostError(fault("AUTHENTICATION_ERROR", "this route answers nobody without a token"));
  return principal.tenant;
}
