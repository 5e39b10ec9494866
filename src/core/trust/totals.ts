/**
 * The decayed sums of a node's observations, exact. Each observation adds w·x·2^(t/H) and w·2^(t/H) as fixed-point
 * integers, so sums merge in any order to the same bits: shards, replays and batches agree.
 */
export interface TrustTotals {
  /** Σ w·x·2^((t−T0)/H), fixed point, hexadecimal. */
  readonly sx: string;
  /** Σ w·2^((t−T0)/H), fixed point, hexadecimal. */
  readonly sw: string;
  /** Observations counted, weight above zero. */
  readonly samples: number;
  readonly successes: number;
  readonly failures: number;
}
