/** Wall time in milliseconds since the epoch. */
export interface Clock {
  now(): number;
}

/** Sources of identity: the only randomness in the system. */
export interface Ids {
  uuid(): string;
  /** Crockford base 32, 26 characters, sortable by time. */
  ulid(now: number): string;
  /** A ring number, uniform over 0 … rings - 1. */
  ring(rings: number): number;
}
