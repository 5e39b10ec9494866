import type { JsonValue } from "../../contracts/json/json.ts";

/**
 * Every error code of the system with its HTTP status, in one total table: a code that is not here does not compile.
 * Families follow the runtime host's taxonomy; plan, run and scaffold codes are this product's own.
 */
export const HTTP_STATUS = {
  // runtime and handlers
  RUNTIME_ERROR: 500,
  HANDLER_EXECUTION_ERROR: 502,
  HANDLER_NOT_FOUND: 404,
  NODE_NOT_FOUND: 404,
  EVENT_BUS_ERROR: 503,
  CONTRACT_VALIDATION_ERROR: 422,
  ENVELOPE_VALIDATION_ERROR: 400,
  INVALID_OPERATION: 400,
  INVALID_PARAMETER: 400,
  ITEM_NOT_REGISTERED: 404,
  REGISTRY_VERSION_AHEAD: 412,
  REGISTRY_FULL: 507,
  DUPLICATE_REGISTRATION: 409,
  INVALID_STATE: 409,
  INVALID_CONFIGURATION: 500,
  SECRET_RESOLUTION_ERROR: 500,
  CONNECTION_ERROR: 502,
  TIMEOUT_ERROR: 504,
  AUTHENTICATION_ERROR: 401,
  SERVICE_UNAVAILABLE: 503,
  RATE_LIMIT_ERROR: 429,
  REQUEST_REJECTED: 400,
  // transport
  BODY_UNREADABLE: 400,
  MALFORMED_JSON: 400,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  METHOD_NOT_ALLOWED: 405,
  ROUTE_NOT_FOUND: 404,
  // metadata and lifecycle
  METADATA_INVALID: 422,
  METADATA_HASH_MISMATCH: 422,
  LIFECYCLE_INVALID: 422,
  // state
  INPUT_STATE_INVALID: 422,
  OUTPUT_STATE_INVALID: 422,
  OUTPUT_RULE_VIOLATION: 422,
  VALIDATION_BUDGET: 422,
  VALUE_UNAVAILABLE: 503,
  VALUE_NOT_FOUND: 404,
  RANGE_NOT_SATISFIABLE: 416,
  // plans
  PLAN_CYCLE: 409,
  PLAN_SELF_DEPENDENCY: 409,
  PLAN_COMPOSITE_CYCLE: 409,
  PLAN_UNREACHABLE: 422,
  PLAN_TOO_MANY_STEPS: 422,
  PLAN_TOO_DEEP: 422,
  PLAN_TOO_COSTLY: 422,
  PLAN_TOO_AMBIGUOUS: 422,
  PLAN_POLICY_CONFLICT: 422,
  PLAN_NOTHING_WANTED: 422,
  PLAN_DUPLICATE_STEP: 422,
  PLAN_DANGLING_EDGE: 422,
  PLAN_UNKNOWN_INPUT: 422,
  PLAN_UNKNOWN_OUTPUT: 422,
  PLAN_UNBOUND_INPUT: 422,
  PLAN_AMBIGUOUS_INPUT: 422,
  PLAN_INCOMPATIBLE_SCHEMA: 422,
  PLAN_AMBIGUOUS_RESULT: 422,
  PLAN_INVALID_PIN: 422,
  PLAN_INVALID_VERSION_RANGE: 422,
  PLAN_INVALID_GATE: 422,
  PLAN_GATE_UNKNOWN_OUTPUT: 422,
  PLAN_GATE_LATER_OUTPUT: 409,
  PLAN_INVALID_COMPOSITE: 422,
  PLAN_NODE_NOT_ALLOWED: 422,
  PLAN_GUARDED_KEY: 422,
  PLAN_VERSION_UNSATISFIED: 404,
  PLAN_NOTHING_TO_REPLAN: 409,
  PLAN_INVALID_MUTATION: 422,
  PLAN_UNREADABLE: 422,
  PLAN_NOT_A_PLAN: 422,
  // runs
  RUN_NOT_FOUND: 404,
  RUN_NOT_FINISHED: 409,
  RUN_NOT_ARCHIVED: 409,
  RUN_DELETED: 410,
  RUN_QUARANTINED: 409,
  RUN_UNDECIDABLE: 500,
  RUN_UNSTORABLE: 507,
  RUN_CANCELLED: 409,
  RUN_DEADLINE: 504,
  IDEMPOTENCY_CONFLICT: 409,
  LEASE_EXPIRED: 504,
  WAIT_TIMEOUT: 504,
  APPROVAL_REJECTED: 409,
  GATE_CLOSED: 409,
  UNDELIVERABLE: 503,
  // pools and runners
  QUEUE_TIMEOUT: 504,
  RUNNER_LOST: 504,
  RUNNER_REPLACED: 409,
  RUNNER_INCOMPATIBLE: 409,
  WORK_ITEM_NOT_FOUND: 404,
  WORK_ITEM_OVER: 409,
  // stored records
  RECORD_NEWER: 409,
  RECORD_UNREADABLE: 500,
  // chains and triggers
  CHAIN_TOO_DEEP: 422,
  CHAIN_INVALID_REFERENCE: 422,
  TRIGGER_NOT_FOUND: 404,
  TRIGGER_NOT_TAKEN: 422,
  // messages and dead letters
  MESSAGE_UNKNOWN: 422,
  MESSAGE_INVALID: 422,
  DEAD_LETTER_NOT_FOUND: 404,
  DEAD_LETTER_UNREADABLE: 422,
  // sandbox and scaffold
  SANDBOX_ERROR: 422,
  SANDBOX_BUDGET: 422,
  SANDBOX_MEMORY: 422,
  SCAFFOLD_INVALID: 422,
  TEMPLATE_TOKEN: 500,
} as const;

export type ErrorCode = keyof typeof HTTP_STATUS;

/** Codes that a retry may cure, with the default wait in seconds. Absent means never retried. */
const RETRY_AFTER_SECONDS: Partial<Record<ErrorCode, number>> = {
  CONNECTION_ERROR: 5,
  TIMEOUT_ERROR: 10,
  SERVICE_UNAVAILABLE: 15,
  RATE_LIMIT_ERROR: 30,
  EVENT_BUS_ERROR: 5,
  HANDLER_EXECUTION_ERROR: 1,
  VALUE_UNAVAILABLE: 5,
  RUN_NOT_ARCHIVED: 2,
  RUNTIME_ERROR: 5,
  LEASE_EXPIRED: 0,
  RUNNER_LOST: 0,
  UNDELIVERABLE: 5,
};

/**
 * An error as data: what is wrong, where, and what to do about it. Never carries a stack trace or a secret.
 * `place` is a JSON path, a file and line, or the name of the thing at fault.
 */
export interface Fault {
  readonly code: ErrorCode;
  readonly message: string;
  readonly place?: string;
  readonly hint?: string;
  /** Overrides the code's default retryability. */
  readonly retryable?: boolean;
  /** Overrides the code's default wait before a retry, in seconds. */
  readonly retryAfterSeconds?: number;
  /** True when it says nothing about the node that reports it, whatever its code: the fault lies in what it was given. */
  readonly blameless?: true;
  readonly details?: JsonValue;
}

/** Builds a fault; the one spelling everywhere. */
export function fault(code: ErrorCode, message: string, extra: Omit<Fault, "code" | "message"> = {}): Fault {
  return { code, message, ...extra };
}

export function isRetryable(problem: Fault): boolean {
  return problem.retryable ?? problem.code in RETRY_AFTER_SECONDS;
}

/** Seconds a caller should wait before trying again, or null when a retry is pointless. */
export function retryAfterSeconds(problem: Fault): number | null {
  return isRetryable(problem) ? (problem.retryAfterSeconds ?? RETRY_AFTER_SECONDS[problem.code] ?? 1) : null;
}

/**
 * A broken promise: a dependency that failed, an invariant that did not hold. Adapters convert every raw exception into
 * one of these at their edge, so nothing else crosses a room. `cause` is kept for logs and is never serialised.
 */
export class RuntimeHostError extends Error {
  readonly fault: Fault;

  constructor(problem: Fault, options?: { cause?: unknown }) {
    super(problem.message, options);
    this.name = "RuntimeHostError";
    this.fault = problem;
  }

  get code(): ErrorCode {
    return this.fault.code;
  }
}

/** The fault inside any thrown thing; what is not ours becomes a RUNTIME_ERROR without its text. */
export function faultOf(thrown: unknown, fallback = "an unexpected error was caught"): Fault {
  return thrown instanceof RuntimeHostError ? thrown.fault : fault("RUNTIME_ERROR", fallback);
}
