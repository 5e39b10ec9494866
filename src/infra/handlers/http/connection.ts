import { fault, RuntimeHostError } from "../../../core/errors.ts";

/** What a connection that failed is, without the platform's own words, which may name addresses. */
export const connectionFault = (host: string, what: string, cause?: unknown): RuntimeHostError =>
  new RuntimeHostError(fault("CONNECTION_ERROR", `${host} ${what}`, { details: { host } }), { cause });
