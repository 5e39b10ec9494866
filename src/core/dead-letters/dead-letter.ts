import type { ErrorCode } from "../errors.ts";
import type { Instant } from "../run/model/state.ts";

/** Why nobody could process a message: COMPAT's classes. */
export type DeadLetterClass =
  /** It is no message: a broken promise of whoever published it. */
  | "publisher_malformed"
  /** A message of a type nobody here consumes. */
  | "no_dispatcher"
  /** A message as it should be, in the wrong place or of a version this deployment does not know. */
  | "valid_unrouted"
  /** A message as it should be; its consumer failed until the queue gave up. */
  | "consumer_error";

export const DEAD_LETTER_CLASSES = [
  "publisher_malformed",
  "no_dispatcher",
  "valid_unrouted",
  "consumer_error",
] as const satisfies readonly DeadLetterClass[];

/** `open`: waits for somebody. `redriven`: sent again, and not come back. `resolved`: nothing waits for it any more. */
export type DeadLetterStatus = "open" | "redriven" | "resolved";
export const DEAD_LETTER_STATUSES = ["open", "redriven", "resolved"] as const satisfies readonly DeadLetterStatus[];

/** What the lost work item was about to do. */
export interface LostWorkItem {
  readonly segment: string;
  readonly epoch: number;
  readonly steps: readonly { readonly id: string; readonly attempt: number }[];
}

/** One message nobody could process. The payload itself is in the blob store. Times in milliseconds since the epoch. */
export interface DeadLetter {
  /** The same for every death of the same message, redriven ones too. */
  readonly id: string;
  readonly tenant: string;
  /** The queue it died on. */
  readonly queue: string;
  readonly errorType: DeadLetterClass;
  /** `work`, `archive`, `started`; null when the message has no type. */
  readonly messageType: string | null;
  /** Sanitised: no payload, no secret. */
  readonly failureReason: string;
  /** What its consumer said, where that is known. */
  readonly cause: { readonly code: ErrorCode; readonly message: string } | null;
  readonly correlationId: string | null;
  readonly runId: string | null;
  readonly work: LostWorkItem | null;
  /** Deliveries after the first, over all its lives. */
  readonly retryCount: number;
  readonly failedAt: Instant;
  readonly payloadKey: string;
  readonly status: DeadLetterStatus;
  /** How often it was sent again. */
  readonly redrives: number;
  readonly redrivenAt: Instant | null;
  /** Why nothing waits for it any more. */
  readonly resolution: { readonly at: Instant; readonly reason: string } | null;
}
