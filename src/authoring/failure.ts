import { ZodError } from "zod";
import type { RemoteAnswer } from "../../contracts/documents/remote.ts";

/** What is told of a failure. */
export type Failure = Extract<RemoteAnswer["outcome"], { ok: false }>["error"];
/** The codes a node may fail with. */
export type FailureCode = Failure["code"];

/** A node's own refusal: its code, and whether another attempt may help. */
export class NodeFailure extends Error {
  readonly code: FailureCode;
  readonly retryable: boolean | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: FailureCode,
    message: string,
    options: { readonly retryable?: boolean; readonly retryAfterSeconds?: number } = {},
  ) {
    super(message);
    this.name = "NodeFailure";
    this.code = code;
    this.retryable = options.retryable;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

export const failure = (code: FailureCode, message: string): Failure => ({ code, message: message.slice(0, 2_000) });

/** What is told of what a node threw: its own words where it was meant to be told, its name alone where it was not. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof NodeFailure) {
    const { code, message, retryable, retryAfterSeconds } = thrown;
    return {
      ...failure(code, message),
      ...(retryable === undefined ? {} : { retryable }),
      ...(retryAfterSeconds === undefined ? {} : { retry_after_s: retryAfterSeconds }),
    };
  }
  if (thrown instanceof ZodError) {
    const [issue] = thrown.issues;
    const place = (issue?.path ?? []).map(String).join(".");
    return failure("INVALID_PARAMETER", `${place}: ${issue?.message ?? "it does not satisfy the schema"}`);
  }
  // What an error that was not foreseen says may be anybody's business but the caller's.
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return failure("HANDLER_EXECUTION_ERROR", `the node failed with ${name}`);
}
