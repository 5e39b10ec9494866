/** Wall time in milliseconds since the epoch. */
export interface Clock {
  now(): number;
}

/** Sources of identity: the only randomness in the system. */
export interface Ids {
  /** A UUID. One that tells its time (version 7) saves a run that is correlated by it an index entry. */
  uuid(): string;
  /** Crockford base 32, 26 characters, sortable by time. */
  ulid(now: number): string;
  /**
   * A ring number from 0 … rings - 1. Any ring will do; a source that stays with a few of them for its lifetime lets
   * their runs leave for the archive in larger batches.
   */
  ring(rings: number): number;
}
