import type { Instant } from "../../core/run/model/state.ts";

/** A large value that lost one of the runs that referred to it. */
export interface Doubt {
  readonly tenant: string;
  /** In the blob store. */
  readonly key: string;
  /** Since when, the last time. Milliseconds since the epoch. */
  readonly since: Instant;
}

/** The books on large values: which indexed runs refer to them. All methods are safe to repeat and reject with SERVICE_UNAVAILABLE. */
export interface ValueBook {
  /** Every tenant that has doubtful values, sorted. */
  tenants(): Promise<readonly string[]>;
  /** Values that have been doubtful since before a moment, longest first. */
  doubts(tenant: string, before: Instant, limit: number): Promise<readonly Doubt[]>;
  /** Nothing is left to be done about them. A doubt that has been renewed since stays. */
  settleDoubts(doubts: readonly Doubt[]): Promise<void>;
  /** Of these values those that some indexed run of the tenant refers to. */
  referenced(tenant: string, keys: readonly string[]): Promise<ReadonlySet<string>>;
}
