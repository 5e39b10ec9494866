import { FLAWS, type JsonFlaw } from "./flaw.ts";

/** From here on a double is written with an exponent: nobody takes it for an integer. */
const EXPONENT_FROM = 1e21;
const INTEGER = /^[-+]?\d+$/;

/**
 * Why a number does not keep its meaning as a double, or null. An integer is judged by its digits where its spelling is
 * known: after rounding, too many of them look like a number with an exponent.
 */
export function numberFlaw(value: number, spelling?: string): Omit<JsonFlaw, "steps"> | null {
  if (!Number.isFinite(value)) return FLAWS.number(spelling ?? String(value));
  const size = Math.abs(value);
  if (size <= Number.MAX_SAFE_INTEGER) return null;
  const isInteger = size < EXPONENT_FROM || (spelling !== undefined && INTEGER.test(spelling));
  return isInteger ? FLAWS.integer(spelling ?? String(value)) : null;
}
