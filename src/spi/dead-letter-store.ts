/** COMPAT's dead-letter classes. */
export type DeadLetterClass = "publisher_malformed" | "no_dispatcher" | "valid_unrouted" | "consumer_error";

/** One message nobody could process. The payload itself is in the blob store. */
export interface DeadLetter {
  /** The queue's message id: a repeat overwrites the same entry. */
  readonly id: string;
  readonly tenant: string;
  readonly queue: string;
  readonly errorType: DeadLetterClass;
  /** Sanitised: no payload, no secret. */
  readonly failureReason: string;
  readonly correlationId: string | null;
  readonly runId: string | null;
  readonly retryCount: number;
  readonly failedAt: number;
  readonly payloadKey: string;
}

export interface DeadLetterStore {
  record(entry: DeadLetter): Promise<void>;
  /** Newest first. */
  list(tenant: string, limit: number): Promise<readonly DeadLetter[]>;
}
