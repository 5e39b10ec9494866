/** How much one sweep does at most of each thing: what is left waits for the next one. */
export interface SweepLimits {
  /** Expired runs, in transactions of `batch`. */
  readonly runs: number;
  readonly batch: number;
  /** Objects deleted, records blanked, values judged, dead letters removed: of each. */
  readonly objects: number;
  /** Unfinished runs whose rings are asked, of each tenant. */
  readonly unfinished: number;
  /** Days looked through for what nobody refers to. */
  readonly days: number;
}

/** Well within what a scheduled invocation may do, and several times what a full database gains between two of them. */
export const SWEEP_LIMITS: SweepLimits = { runs: 5_000, batch: 250, objects: 500, unfinished: 25, days: 3 };
