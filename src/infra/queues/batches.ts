import { err, ok, type Result } from "../../core/result.ts";

/** What one sendBatch call may carry. The platform adds about 100 bytes to each message; KB are taken as 1,000 bytes. */
export const QUEUE_LIMITS = {
  messages: 100,
  batchBytes: 256_000,
  messageBytes: 128_000,
  overheadBytes: 100,
} as const;

export interface SizedMessage<T> {
  readonly body: T;
  /** Of its JSON in UTF-8. */
  readonly bytes: number;
}

/** Cuts messages into batches within the limits, in order; or returns the first one that fits in none. */
export function packBatches<T>(messages: readonly SizedMessage<T>[]): Result<T[][], SizedMessage<T>> {
  const batches: T[][] = [];
  let batch: T[] = [];
  let batchBytes = 0;
  for (const message of messages) {
    const bytes = message.bytes + QUEUE_LIMITS.overheadBytes;
    if (bytes > QUEUE_LIMITS.messageBytes) return err(message);
    if (batch.length === QUEUE_LIMITS.messages || batchBytes + bytes > QUEUE_LIMITS.batchBytes) {
      batches.push(batch);
      batch = [];
      batchBytes = 0;
    }
    batch.push(message.body);
    batchBytes += bytes;
  }
  if (batch.length > 0) batches.push(batch);
  return ok(batches);
}
