import type { CallContext } from "../../../src/app/call-context.ts";
import { fault, RuntimeHostError } from "../../../src/core/errors.ts";
import { readTrace } from "../../../src/core/call/trace.ts";
import type { AppContext } from "./context.ts";
import { TRACE_HEADER } from "./headers.ts";

/** The call an authenticated request makes. Tenant and principal are what the token stands for, whatever the body says. */
export function callOf(c: AppContext): CallContext {
  const caller = c.get("caller");
  if (!caller) throw new RuntimeHostError(fault("AUTHENTICATION_ERROR", "this route answers nobody without a token"));
  return { ...caller, correlationId: c.get("correlationId"), trace: readTrace(c.req.header(TRACE_HEADER)) };
}
