import type { JsonObject } from "../../../contracts/json/json.ts";
import type { AnySchema } from "../../../contracts/json/members.ts";
import { faultsOfIssues, refusal, type Issue } from "../envelope/refusal.ts";
import { RuntimeHostError, type ErrorCode } from "../errors.ts";

/** The part of a contract's schema that is needed to read with it. */
export type Reader<T> = AnySchema & {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };
};

/** What is read, for its refusals. */
export interface Subject {
  readonly code: ErrorCode;
  readonly subject: string;
  readonly at: readonly string[];
}

/** Payloads. */
export const IN_PAYLOAD: Subject = { code: "INVALID_PARAMETER", subject: "the payload", at: ["payload"] };
/** Settings of a handler. */
export const IN_CONFIG: Subject = {
  code: "INVALID_CONFIGURATION",
  subject: "the handler's settings",
  at: ["config"],
};

/** What a schema reads; throws a fault that lists everything that is wrong. */
export function readMembers<T>(schema: Reader<T>, value: JsonObject, { code, subject, at }: Subject): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw new RuntimeHostError(refusal(subject, faultsOfIssues(code, read.error.issues, { schema, at })));
}
