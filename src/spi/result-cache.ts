import type { CacheCount, CacheEntry, CacheStats } from "../core/cache/entry.ts";
import type { CacheKey } from "../core/cache/signature.ts";
import type { Instant, RunId } from "../core/run/model/state.ts";

/** Entries that went, and the blob keys of large values nobody refers to any more: the caller deletes those. */
export interface Cleared {
  readonly entries: number;
  readonly blobs: readonly string[];
  /** Whether there may be more that should go. */
  readonly more: boolean;
}

/** Which entries of a tenant are to go: those for which every given condition holds. */
export interface CacheSelection {
  readonly node?: string;
  readonly version?: string;
  /** Those a run has made. */
  readonly runId?: RunId;
}

/** Which entries are over, whoever's they are. */
export interface CacheEnd {
  /** Those that expired by this moment. */
  readonly now: Instant;
  /** Those that were made before this moment, whenever they expire; null for none. */
  readonly madeBefore: Instant | null;
}

/** What a part of a tour through the cache did. */
export interface CacheTour {
  readonly entries: number;
  readonly blobs: readonly string[];
  /** Where the next part begins; null when the end was reached. */
  readonly next: string | null;
}

/**
 * Results by signature, each in its tenant. Losing any of it costs work, never truth. All methods are safe to repeat and
 * reject with SERVICE_UNAVAILABLE.
 */
export interface ResultCache {
  /** The entries there are under these keys that have not expired, in no order; what cannot be read is left out. */
  get(tenant: string, keys: readonly CacheKey[], now: Instant): Promise<readonly CacheEntry[]>;
  /**
   * Stores entries, each in the place of an older one of its key, and adds to the counts: all or nothing. An entry a
   * deleted run has made is not stored. Answers the blob keys that are referred to no more, those of entries that were
   * not stored included.
   */
  put(entries: readonly CacheEntry[], counts: readonly CacheCount[]): Promise<readonly string[]>;
  /** Removes entries of a tenant, at most `limit` at a time. */
  clear(tenant: string, which: CacheSelection, limit: number): Promise<Cleared>;
  /** By node and version, sorted. Expired entries count until they are removed. Reads every entry of the tenant. */
  stats(tenant: string): Promise<readonly CacheStats[]>;
  /** What `put` has counted by node and version, sorted. Reads one row a node version. */
  counts(tenant: string): Promise<readonly CacheCount[]>;
  /** How many entries a tenant has and how large they are; no more than `limit` are looked at. */
  size(tenant: string, limit: number): Promise<{ readonly entries: number; readonly bytes: number }>;
  /** Looks at `limit` entries behind `after`, and removes those that are over. */
  tour(after: string | null, end: CacheEnd, limit: number): Promise<CacheTour>;
}
