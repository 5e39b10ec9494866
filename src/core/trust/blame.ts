import type { ErrorCode } from "../errors.ts";

/**
 * Whose fault a failed attempt is: 1 when it says something about the node, 0 when it does not. Total, so a new code
 * is decided here before it compiles.
 *
 * The rule: what the node's own code did, failed to do in its time, or returned counts. What it was given, what it was
 * not allowed, what our own stores, queues and leases lost, and what the caller stopped does not.
 */
export const BLAME = {
  // the node: it threw, it answered wrongly, it answered too late, it did not reach what it exists to reach
  HANDLER_EXECUTION_ERROR: 1,
  RUNTIME_ERROR: 1,
  TIMEOUT_ERROR: 1,
  CONNECTION_ERROR: 1,
  OUTPUT_STATE_INVALID: 1,
  OUTPUT_RULE_VIOLATION: 1,
  SANDBOX_ERROR: 1,
  SANDBOX_BUDGET: 1,
  SANDBOX_MEMORY: 1,
  // throttled or stopped: no statement about the node
  RATE_LIMIT_ERROR: 0,
  RUN_CANCELLED: 0,
  RUN_DEADLINE: 0,
  // our own stores, queues and leases
  SERVICE_UNAVAILABLE: 0,
  EVENT_BUS_ERROR: 0,
  VALUE_UNAVAILABLE: 0,
  LEASE_EXPIRED: 0,
  UNDELIVERABLE: 0,
  // what a person or an event decided
  WAIT_TIMEOUT: 0,
  APPROVAL_REJECTED: 0,
  GATE_CLOSED: 0,
  // this deployment: missing handlers, code, secrets and settings
  HANDLER_NOT_FOUND: 0,
  NODE_NOT_FOUND: 0,
  ITEM_NOT_REGISTERED: 0,
  INVALID_CONFIGURATION: 0,
  SECRET_RESOLUTION_ERROR: 0,
  AUTHENTICATION_ERROR: 0,
  // what the node was given
  INPUT_STATE_INVALID: 0,
  CONTRACT_VALIDATION_ERROR: 0,
  ENVELOPE_VALIDATION_ERROR: 0,
  INVALID_OPERATION: 0,
  INVALID_PARAMETER: 0,
  INVALID_STATE: 0,
  REQUEST_REJECTED: 0,
  MALFORMED_JSON: 0,
  PAYLOAD_TOO_LARGE: 0,
  UNSUPPORTED_MEDIA_TYPE: 0,
  METHOD_NOT_ALLOWED: 0,
  ROUTE_NOT_FOUND: 0,
  // refusals that nodes working on nodes, plans and runs pass on
  DUPLICATE_REGISTRATION: 0,
  METADATA_INVALID: 0,
  METADATA_HASH_MISMATCH: 0,
  LIFECYCLE_INVALID: 0,
  PLAN_UNREACHABLE: 0,
  PLAN_CYCLE: 0,
  PLAN_INVALID: 0,
  PLAN_LIMIT: 0,
  PLAN_POLICY_CONFLICT: 0,
  RUN_NOT_FOUND: 0,
  RUN_NOT_FINISHED: 0,
  RUN_NOT_ARCHIVED: 0,
  DEAD_LETTER_NOT_FOUND: 0,
  DEAD_LETTER_UNREADABLE: 0,
  IDEMPOTENCY_CONFLICT: 0,
  SCAFFOLD_INVALID: 0,
  TEMPLATE_TOKEN: 0,
} as const satisfies Record<ErrorCode, 0 | 1>;
