import { growthAt, HALF_LIFE_MS } from "./decay.ts";
import { addSums, addTerm, ZERO, type ExactSum } from "./exact-sum.ts";
import type { Observation } from "./observation.ts";

/**
 * The decayed sums of a node's observations, exact. Each observation adds w·x·2^((t−T0)/H) and w·2^((t−T0)/H), each
 * rounded once to a binary fraction that depends on nothing but x, w and t; the sums themselves never round, so they
 * merge in any order to the same bits: shards, replays and batches agree. T0 is TRUST_EPOCH.
 */
export interface TrustTotals {
  /** Σ w·x·2^((t−T0)/H). */
  readonly sx: ExactSum;
  /** Σ w·2^((t−T0)/H). */
  readonly sw: ExactSum;
  /** Observations counted, weight above zero. */
  readonly samples: number;
  /** Of those, x above 0.5. */
  readonly successes: number;
  /** Of those, x = 0. The rest were partial. */
  readonly failures: number;
}

/** Bits kept behind the point of w·x·2^fraction. With w ≤ 2 the scaled term stays an exact integer in a double. */
const FRACTION_BITS = 48;

/** Nothing observed yet: the neutral element of `mergeTotals`. */
export const emptyTotals = (): TrustTotals => ({ sx: ZERO, sw: ZERO, samples: 0, successes: 0, failures: 0 });

/**
 * Counts one observation. One without weight changes nothing. The half-life belongs to the totals: count, merge and
 * score with the same one.
 */
export function addObservation(
  totals: TrustTotals,
  { x, w, at }: Observation,
  halfLifeMs: number = HALF_LIFE_MS,
): TrustTotals {
  if (!(w > 0)) return totals;
  const { factor, power } = growthAt(at, halfLifeMs);
  const term = (value: number): number => Math.round(value * factor * 2 ** FRACTION_BITS);
  return {
    sx: addTerm(totals.sx, term(w * x), power - FRACTION_BITS),
    sw: addTerm(totals.sw, term(w), power - FRACTION_BITS),
    samples: totals.samples + 1,
    successes: totals.successes + (x > 0.5 ? 1 : 0),
    failures: totals.failures + (x === 0 ? 1 : 0),
  };
}

/** The totals of both sets of observations together: associative and commutative to the bit. */
export const mergeTotals = (a: TrustTotals, b: TrustTotals): TrustTotals => ({
  sx: addSums(a.sx, b.sx),
  sw: addSums(a.sw, b.sw),
  samples: a.samples + b.samples,
  successes: a.successes + b.successes,
  failures: a.failures + b.failures,
});

/**
 * What to remember of a source that always reports its running totals: the one that has counted more. A repeat or an
 * older report, whenever it arrives, returns `known` itself.
 */
export const newerTotals = (known: TrustTotals | undefined, reported: TrustTotals): TrustTotals =>
  known && known.samples >= reported.samples ? known : reported;
