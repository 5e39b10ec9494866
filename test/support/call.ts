import type { CallContext } from "../../src/app/call-context.ts";
import { DEFAULT_PRINCIPAL } from "../../src/core/call/principal.ts";

/** A call on behalf of a tenant, by whoever holds its token. */
export const callFor = (tenant: string, correlationId = "11111111-1111-4111-8111-111111111111"): CallContext => ({
  tenant,
  principal: DEFAULT_PRINCIPAL,
  correlationId,
  trace: null,
});

/** A call of the one tenant most tests have. */
export const CALL = callFor("default");
