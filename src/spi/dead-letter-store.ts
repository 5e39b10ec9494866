import type { DeadLetter } from "../core/dead-letters/dead-letter.ts";
import type { DeadLetterQuery } from "../core/dead-letters/query.ts";
import type { Instant, RunId } from "../core/run/model/state.ts";
import type { Page, PageRequest } from "../core/search/position.ts";

export type { DeadLetter, DeadLetterClass } from "../core/dead-letters/dead-letter.ts";

/** The dead letters' entries. All methods are safe to repeat and reject with SERVICE_UNAVAILABLE. */
export interface DeadLetterStore {
  /** Writes an entry, or overwrites the one of an earlier death; news of a life before the last redrive changes nothing. */
  record(entry: DeadLetter): Promise<void>;
  get(tenant: string, id: string): Promise<DeadLetter | null>;
  /** The entries a query finds, newest first. */
  search(tenant: string, query: DeadLetterQuery, page: PageRequest): Promise<Page<DeadLetter>>;
  /** The message was sent again for the `count`th time. Changes nothing when the entry knows of that redrive or a later one. */
  redriven(tenant: string, id: string, count: number, now: Instant): Promise<void>;
  /** Nothing waits for the message any more. Changes nothing when it died again after redrive number `count`. */
  resolve(tenant: string, id: string, count: number, reason: string, now: Instant): Promise<void>;
  remove(tenant: string, ids: readonly string[]): Promise<void>;
  /** Every tenant that has entries, sorted. */
  tenants(): Promise<readonly string[]>;
  /** Entries that died before a moment, oldest first. */
  diedBefore(tenant: string, before: Instant, limit: number): Promise<readonly DeadLetter[]>;
  /** Entries that were sent again before a moment and have not come back, longest first. */
  redrivenBefore(tenant: string, before: Instant, limit: number): Promise<readonly DeadLetter[]>;
  /** Every entry about a run. */
  ofRun(tenant: string, runId: RunId): Promise<readonly DeadLetter[]>;
}
