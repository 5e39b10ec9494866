/** What the platform bills, counted where the Worker asks for it. Shared by every object and handler of an isolate. */
export interface Counts {
  /** HTTP requests, queue batches and scheduled events: each starts the Worker once. */
  workerRequests: number;
  /** RPC calls and alarms. */
  objectRequests: number;
  /** Of SQLite-backed objects: SQL, key-value puts, and one for each alarm that is set or deleted. */
  objectRowsWritten: number;
  objectRowsRead: number;
  d1RowsWritten: number;
  d1RowsRead: number;
  /** Messages written, read and deleted, each by 64 KB begun. */
  queueOperations: number;
  /** R2 class A: puts and lists. */
  r2Writes: number;
  /** R2 class B: gets and heads. */
  r2Reads: number;
  /** Not billed by themselves: what the billed ones are about. */
  messagesSent: number;
  messagesSettled: number;
  /** Ring batches that asked to be archived. */
  ringBatches: number;
  r2Puts: number;
}

export const NOTHING: Counts = {
  workerRequests: 0,
  objectRequests: 0,
  objectRowsWritten: 0,
  objectRowsRead: 0,
  d1RowsWritten: 0,
  d1RowsRead: 0,
  queueOperations: 0,
  r2Writes: 0,
  r2Reads: 0,
  messagesSent: 0,
  messagesSettled: 0,
  ringBatches: 0,
  r2Puts: 0,
};

let counts: Counts = { ...NOTHING };

export function count(kind: keyof Counts, amount = 1): void {
  counts[kind] += amount;
}

export const readCounts = (): Counts => ({ ...counts });

export function resetCounts(): void {
  counts = { ...NOTHING };
}

/** Operations of one of a message's three stations: 64 KB of JSON each. */
export const queueOperations = (body: unknown): number =>
  Math.max(1, Math.ceil(new TextEncoder().encode(JSON.stringify(body)).length / 64_000));
