import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cpuBudgetMs } from "../../../src/core/sandbox/budget.ts";

describe("cpuBudgetMs", () => {
  it("is a declared millisecond for a millisecond, at least one and at most ten seconds", () => {
    expect([0, 0.2, 1, 5_000, 600_000].map((timeoutMs) => cpuBudgetMs({ timeoutMs }))).toEqual([
      1, 1, 1, 5_000, 10_000,
    ]);
  });

  it("is a whole number that never shrinks when the timeout grows", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        (a, b) => {
          const [less, more] = a < b ? [a, b] : [b, a];
          const budget = cpuBudgetMs({ timeoutMs: less });
          expect(Number.isInteger(budget)).toBe(true);
          expect(budget).toBeLessThanOrEqual(cpuBudgetMs({ timeoutMs: more }));
        },
      ),
    );
  });
});
