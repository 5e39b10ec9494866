import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { interruptBudget } from "../../../src/core/sandbox/budget.ts";

describe("interruptBudget", () => {
  it("is an interrupt a declared millisecond, at least one and at most half a minute's worth", () => {
    expect([0, 0.2, 1, 5_000, 600_000].map((timeoutMs) => interruptBudget({ timeoutMs }))).toEqual([
      1, 1, 1, 5_000, 30_000,
    ]);
  });

  it("is a whole number that never shrinks when the timeout grows", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        (a, b) => {
          const [less, more] = a < b ? [a, b] : [b, a];
          const budget = interruptBudget({ timeoutMs: less });
          expect(Number.isInteger(budget)).toBe(true);
          expect(budget).toBeLessThanOrEqual(interruptBudget({ timeoutMs: more }));
        },
      ),
    );
  });
});
