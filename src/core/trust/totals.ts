import { isObject } from "../../../contracts/json/narrow.ts";
import { growthAt, HALF_LIFE_MS } from "./decay.ts";
import { addSums, addTerms, isExactSum, ZERO, type ExactSum, type Term } from "./exact-sum.ts";
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
 * Counts observations. One without weight changes nothing. The half-life belongs to the totals: count, merge and score
 * with the same one.
 */
export function addObservations(
  totals: TrustTotals,
  observations: readonly Observation[],
  halfLifeMs: number = HALF_LIFE_MS,
): TrustTotals {
  const counted = observations.filter(({ w }) => w > 0);
  if (counted.length === 0) return totals;
  const terms = counted.map(({ x, w, at }): readonly [sx: Term, sw: Term] => {
    const { factor, power } = growthAt(at, halfLifeMs);
    const term = (value: number): Term => [Math.round(value * factor * 2 ** FRACTION_BITS), power - FRACTION_BITS];
    return [term(w * x), term(w)];
  });
  return {
    sx: addTerms(
      totals.sx,
      terms.map(([sx]) => sx),
    ),
    sw: addTerms(
      totals.sw,
      terms.map(([, sw]) => sw),
    ),
    samples: totals.samples + counted.length,
    successes: totals.successes + counted.filter(({ x }) => x > 0.5).length,
    failures: totals.failures + counted.filter(({ x }) => x === 0).length,
  };
}

/** Counts one observation. */
export const addObservation = (totals: TrustTotals, observation: Observation, halfLifeMs?: number): TrustTotals =>
  addObservations(totals, [observation], halfLifeMs);

/** Whether a value that was stored is a source's totals. */
export const isTotals = (value: unknown): value is TrustTotals =>
  isObject(value) &&
  isExactSum(value["sx"]) &&
  isExactSum(value["sw"]) &&
  [value["samples"], value["successes"], value["failures"]].every((count) => Number.isSafeInteger(count));

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
