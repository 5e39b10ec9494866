/** How much one sweep does at most of each thing: what is left waits for the next one. */
export interface SweepLimits {
  /** Expired runs that have rows of their own, and expired parts of archive objects, in transactions of `batch`. */
  readonly runs: number;
  readonly parts: number;
  readonly batch: number;
  /** Archive objects of expired days. */
  readonly archived: number;
  /** No expiry is begun anew after so long, in milliseconds. */
  readonly expiryMs: number;
  /** Objects deleted, records blanked, values judged, dead letters removed: of each. */
  readonly objects: number;
  /** Unfinished runs whose rings are asked, of each tenant. */
  readonly unfinished: number;
  /** Days looked through for what nobody refers to. */
  readonly days: number;
}

/**
 * Well within the thousand queries of a scheduled invocation. Every five minutes that is 166 runs a second with rows of their
 * own, and 66 parts, each of up to 500 runs: several times what archives at those rates.
 */
export const SWEEP_LIMITS: SweepLimits = {
  ...{ runs: 50_000, parts: 20_000, batch: 500, archived: 20_000, expiryMs: 60_000 },
  ...{ objects: 500, unfinished: 25, days: 3 },
};
