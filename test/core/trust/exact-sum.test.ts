import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RuntimeHostError } from "../../../src/core/errors.ts";
import { addSums, addTerms, approximate, ZERO, type ExactSum } from "../../../src/core/trust/exact-sum.ts";

const term = fc.record({
  mantissa: fc.integer({ min: 0, max: 2 ** 50 }),
  exponent: fc.integer({ min: -3000, max: 3000 }),
});
const addTerm = (sum: ExactSum, mantissa: number, exponent: number): ExactSum => addTerms(sum, [[mantissa, exponent]]);
const sumOf = (terms: readonly { mantissa: number; exponent: number }[]) =>
  terms.reduce((sum, { mantissa, exponent }) => addTerm(sum, mantissa, exponent), ZERO);

/** The same sum as one integer, with everything scaled by 2^4000. */
const model = (terms: readonly { mantissa: number; exponent: number }[]): bigint =>
  terms.reduce((sum, { mantissa, exponent }) => sum + (BigInt(mantissa) << BigInt(exponent + 4000)), 0n);
const modelOf = (sum: string): bigint => {
  const [mantissa = "0", exponent = "0"] = sum.split("p");
  return BigInt(`0x${mantissa}`) << BigInt(Number(exponent) + 4000);
};

describe("exact sums", () => {
  it("has one spelling a value", () => {
    expect(addTerm(ZERO, 0, 12)).toBe("0");
    expect(addTerm(ZERO, 12, -1)).toBe("3p1");
    expect(addTerm(addTerm(ZERO, 1, -1), 1, -1)).toBe("1p0");
    expect(addTerm(ZERO, 2 ** 40, 0)).toBe("1p40");
  });

  it("is the integer sum, whatever the exponents", () => {
    fc.assert(
      fc.property(fc.array(term, { maxLength: 20 }), (terms) => {
        expect(modelOf(sumOf(terms))).toBe(model(terms));
      }),
    );
  });

  it("is the same for terms added together and one by one", () => {
    fc.assert(
      fc.property(fc.array(term, { maxLength: 8 }), fc.array(term, { maxLength: 8 }), (left, right) => {
        const together = addTerms(
          sumOf(left),
          right.map(({ mantissa, exponent }) => [mantissa, exponent] as const),
        );
        expect(together).toBe(sumOf([...left, ...right]));
      }),
    );
  });

  it("adds sums as it adds terms", () => {
    fc.assert(
      fc.property(fc.array(term, { maxLength: 8 }), fc.array(term, { maxLength: 8 }), (left, right) => {
        expect(addSums(sumOf(left), sumOf(right))).toBe(sumOf([...left, ...right]));
      }),
    );
  });

  it("never approximates a greater sum by a smaller number", () => {
    const near = fc.record({
      mantissa: fc.integer({ min: 0, max: 2 ** 50 }),
      exponent: fc.integer({ min: -90, max: 90 }),
    });
    const value = (sum: string) => {
      const { fraction, exponent } = approximate(sum);
      return fraction * 2 ** exponent;
    };
    fc.assert(
      fc.property(fc.array(near, { maxLength: 6 }), near, (terms, more) => {
        const sum = sumOf(terms);
        expect(value(addTerm(sum, more.mantissa, more.exponent))).toBeGreaterThanOrEqual(value(sum));
      }),
      { numRuns: 500 },
    );
  });

  it("refuses a text that is no sum", () => {
    expect(() => addTerm("12", 1, 0)).toThrow(RuntimeHostError);
    expect(() => addSums("xyzp3", "1p0")).toThrow(RuntimeHostError);
  });
});
