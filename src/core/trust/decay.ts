/** Seven days in milliseconds: after this long an observation counts half. */
export const HALF_LIFE_MS = 7 * 24 * 60 * 60 * 1000;

/** Where time starts for the sums: 2026-01-01T00:00:00Z. A constant of the stored format; earlier times are negative. */
export const TRUST_EPOCH = 1_767_225_600_000;

/** 2^((t − TRUST_EPOCH) / halfLife), split so that no double overflows: factor · 2^power, factor in [1, 2). */
export interface Growth {
  readonly factor: number;
  readonly power: number;
}

/**
 * The weight of a moment relative to the epoch. Only additions, multiplications and divisions of doubles are used:
 * their results are fixed by IEEE 754, while Math.pow may differ by a bit between engines, and two engines must agree.
 *
 * @param at milliseconds since the Unix epoch
 */
export function growthAt(at: number, halfLifeMs: number): Growth {
  const elapsed = at - TRUST_EPOCH;
  const rest = ((elapsed % halfLifeMs) + halfLifeMs) % halfLifeMs;
  return { factor: powerOfTwo(rest / halfLifeMs), power: Math.round((elapsed - rest) / halfLifeMs) };
}

/** 2^x for x in [0, 1) by the Taylor series of e^(x·ln 2); its 19th term is below the last bit of a double. */
function powerOfTwo(x: number): number {
  const y = x * Math.LN2;
  let sum = 1;
  for (let n = 18; n >= 1; n--) sum = 1 + (sum * y) / n;
  return sum;
}
