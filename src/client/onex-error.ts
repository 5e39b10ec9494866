import type { JsonValue } from "../../contracts/json/json.ts";
import type { Problem, ProblemEntry } from "../../contracts/api/problem.ts";

/** What a server said no with, or why none could be asked. */
export interface Refusal {
  /** What programs decide by: a code of the server, or CONNECTION_ERROR, RUNTIME_ERROR of the client. */
  readonly code: string;
  readonly message: string;
  /** The HTTP status; 0 when there was no answer. */
  readonly status: number;
  readonly hint: string | null;
  readonly place: string | null;
  readonly correlationId: string | null;
  /** Everything that is wrong, when there is more than one thing. */
  readonly errors: readonly ProblemEntry[];
  /** Data for programs, shaped by the code; null when there is none. */
  readonly details?: JsonValue;
  /** Seconds after which the same request may succeed; null when repeating it is pointless. */
  readonly retryAfterSeconds: number | null;
}

/** The one error every method of the client rejects with. */
export class OnexError extends Error {
  readonly code: string;
  readonly status: number;
  readonly hint: string | null;
  readonly place: string | null;
  readonly correlationId: string | null;
  readonly errors: readonly ProblemEntry[];
  readonly details: JsonValue;
  readonly retryAfterSeconds: number | null;

  constructor(refusal: Refusal, options?: { cause?: unknown }) {
    super(refusal.message, options);
    this.name = "OnexError";
    this.code = refusal.code;
    this.status = refusal.status;
    this.hint = refusal.hint;
    this.place = refusal.place;
    this.correlationId = refusal.correlationId;
    this.errors = refusal.errors;
    this.details = refusal.details ?? null;
    this.retryAfterSeconds = refusal.retryAfterSeconds;
  }
}

/** The error a problem document describes. */
export const errorOfProblem = (document: Problem): OnexError =>
  new OnexError({
    code: document.code,
    message: document.detail,
    status: document.status,
    hint: document.hint ?? null,
    place: document.place ?? null,
    correlationId: document.correlation_id,
    errors: document.errors ?? [],
    details: document.details ?? null,
    retryAfterSeconds: document.retry_after_seconds ?? null,
  });

/** An error without a problem document: no connection, or an answer that is not the system's. */
export const errorOf = (
  code: "CONNECTION_ERROR" | "RUNTIME_ERROR" | "TIMEOUT_ERROR",
  message: string,
  extra: {
    readonly status?: number;
    readonly hint?: string;
    readonly retryAfterSeconds?: number | null;
    readonly cause?: unknown;
  } = {},
): OnexError =>
  new OnexError(
    {
      code,
      message,
      status: extra.status ?? 0,
      hint: extra.hint ?? null,
      place: null,
      correlationId: null,
      errors: [],
      retryAfterSeconds: extra.retryAfterSeconds ?? null,
    },
    { cause: extra.cause },
  );
