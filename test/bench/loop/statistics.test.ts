import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { median, quantile, spreadPercent } from "./statistics.ts";

describe("statistics of measurements", () => {
  it("are what the textbook says", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([7])).toBe(7);
    expect(quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.99)).toBe(10);
    expect(quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.1)).toBe(1);
    expect(spreadPercent([90, 100, 110])).toBe(20);
    expect(median([])).toBeNaN();
  });

  it("a quantile is one of the values, with the right share of them at or below it", () => {
    const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (all, share) => {
        const found = quantile(all, share);
        expect(all).toContain(found);
        expect(all.filter((value) => value <= found).length).toBeGreaterThanOrEqual(Math.floor(share * all.length));
      }),
    );
  });
});
