import { fault, RuntimeHostError } from "../errors.ts";

/**
 * A sum of binary fractions without rounding, as text: `<hexadecimal>p<exponent>` stands for hexadecimal · 2^exponent.
 * The hexadecimal part is odd, so a value has one spelling and equal sums are equal texts; zero is `0`. The exponent has
 * no limits, so neither far years nor long histories overflow, and the text is only as long as its bits are spread.
 */
export type ExactSum = string;

export const ZERO: ExactSum = "0";

interface Binary {
  readonly mantissa: bigint;
  readonly exponent: number;
}

const PATTERN = /^([0-9a-f]+)p(-?\d+)$/;

/** Whether a value that was stored is such a sum. */
export const isExactSum = (value: unknown): value is ExactSum =>
  typeof value === "string" && (value === ZERO || PATTERN.test(value));

function parse(sum: ExactSum): Binary {
  if (sum === ZERO) return { mantissa: 0n, exponent: 0 };
  const match = PATTERN.exec(sum);
  if (!match) throw new RuntimeHostError(fault("INVALID_STATE", "a stored trust sum cannot be read"));
  return { mantissa: BigInt(`0x${match[1]}`), exponent: Number(match[2]) };
}

function format({ mantissa, exponent }: Binary): ExactSum {
  if (mantissa === 0n) return ZERO;
  let odd = mantissa;
  let power = exponent;
  while ((odd & 0xffff_ffffn) === 0n) {
    odd >>= 32n;
    power += 32;
  }
  const low = Number(odd & 0xffff_ffffn);
  const zeros = 31 - Math.clz32(low & -low);
  return `${(odd >> BigInt(zeros)).toString(16)}p${power + zeros}`;
}

function plus(a: Binary, b: Binary): Binary {
  const exponent = Math.min(a.exponent, b.exponent);
  const aligned = (part: Binary): bigint => part.mantissa << BigInt(part.exponent - exponent);
  return { mantissa: aligned(a) + aligned(b), exponent };
}

/** a + b, exactly. */
export function addSums(a: ExactSum, b: ExactSum): ExactSum {
  if (a === ZERO) return b;
  if (b === ZERO) return a;
  return format(plus(parse(a), parse(b)));
}

/** mantissa · 2^exponent; the mantissa is a non-negative integer. */
export type Term = readonly [mantissa: number, exponent: number];

/** sum + Σ terms, exactly. Reading and writing the text is most of the work: many terms cost little more than one. */
export function addTerms(sum: ExactSum, terms: readonly Term[]): ExactSum {
  let total: Binary | null = sum === ZERO ? null : parse(sum);
  for (const [mantissa, exponent] of terms) {
    const term: Binary = { mantissa: BigInt(mantissa), exponent };
    total = total === null ? term : plus(total, term);
  }
  return total === null ? ZERO : format(total);
}

/** A number as fraction · 2^exponent, for values that no double can hold. The fraction is at most 2^64. */
export interface Scaled {
  readonly fraction: number;
  readonly exponent: number;
}

/** The sum to the precision of a double. Cut at its 64th bit, so a greater sum never becomes a smaller number. */
export function approximate(sum: ExactSum): Scaled {
  const { mantissa, exponent } = parse(sum);
  const surplus = Math.max(0, bitLength(mantissa) - 64);
  return { fraction: Number(mantissa >> BigInt(surplus)), exponent: exponent + surplus };
}

function bitLength(value: bigint): number {
  const digits = value.toString(16);
  return digits.length * 4 - (Math.clz32(Number.parseInt(digits.charAt(0), 16)) - 28);
}
