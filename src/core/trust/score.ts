import { growthAt, HALF_LIFE_MS } from "./decay.ts";
import { approximate, type Scaled } from "./exact-sum.ts";
import type { TrustTotals } from "./totals.ts";

/** A node version's trust at one moment. */
export interface TrustScore {
  /** Smoothed, decayed success rate, 0 to 1. */
  readonly score: number;
  /** How much of the score rests on observations rather than on the prior, 0 to 1. */
  readonly confidence: number;
  /** Observations with a weight above zero. */
  readonly samples: number;
}

/** The score of a node nothing has been observed of: its prior. */
export const unproven = (declared: number | null): TrustScore => ({
  score: declared ?? 0.5,
  confidence: 0,
  samples: 0,
});

export interface ScoreOptions {
  /** The trust the node's author declares, 0 to 1; null for 0.5. */
  readonly declared: number | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The one the totals were counted with. */
  readonly halfLifeMs?: number;
  /** Weight of the prior: as many fresh observations outweigh it. */
  readonly m?: number;
}

/** Keeps a weight within a double when observations lie far ahead of `now`. */
const MAX_POWER = 900;

/**
 * score = (S + m·prior) / (W + m), confidence = W / (W + m), with S and W decayed to `now` by shifting exponents, so
 * the totals lose nothing and no sum overflows, however long ago its observations were made.
 */
export function scoreOf(totals: TrustTotals, options: ScoreOptions): TrustScore {
  const { declared, now, halfLifeMs = HALF_LIFE_MS, m = 5 } = options;
  const prior = unproven(declared).score;
  const growth = growthAt(now, halfLifeMs);
  const weight = approximate(totals.sw);
  const excess = Math.max(0, weight.exponent - growth.power - MAX_POWER);
  const decayed = ({ fraction, exponent }: Scaled): number =>
    fraction === 0 ? 0 : (fraction * 2 ** (exponent - growth.power - excess)) / growth.factor;
  const w = decayed(weight);
  const s = decayed(approximate(totals.sx));
  const smoothing = m * 2 ** -excess;
  if (w + smoothing === 0) return { score: prior, confidence: 0, samples: totals.samples };
  return {
    score: (s + smoothing * prior) / (w + smoothing),
    confidence: w / (w + smoothing),
    samples: totals.samples,
  };
}
