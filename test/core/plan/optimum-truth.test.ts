import { describe, expect, it } from "vitest";
import { planGoal } from "../../../src/core/plan/search/plan-goal.ts";
import { numbered } from "../../bench/plan/instances.ts";
import { ALL_SERVED } from "../../support/served.ts";
import { priceOfNode } from "./support/brute-force.ts";
import { leastPrice } from "./support/integer-program.ts";
import { policy } from "./support/nodes.ts";

/** One that takes more than the usual effort to prove. */
const UNPROVED = 240;

/** Some of the bench's instances: each of another size, with other sharing and other prices. */
const NUMBERS = [0, 1, 4, 5, 12, 33, 60, 90, 120, 240, 350, 499];

describe("a plan among a hundred nodes, beside an integer program", () => {
  it.each(NUMBERS)("costs no less than the optimum, is bounded by it, and is it where it says so (%i)", (number) => {
    const one = numbered(number);
    const result = planGoal({ want: one.want, given: one.given, policy: policy() }, one.snapshot, ALL_SERVED);
    if (!result.ok) throw new Error(result.error.message);
    const least = leastPrice(one, priceOfNode) ?? Number.NaN;
    const { cost, optimum } = result.value;
    expect(Math.round(cost * 1_000_000)).toBeGreaterThanOrEqual(least);
    expect(Math.round((optimum?.bound ?? Infinity) * 1_000_000)).toBeLessThanOrEqual(least);
    if (optimum?.proved) expect(Math.round(cost * 1_000_000)).toBe(least);
    expect(optimum?.proved).toBe(number !== UNPROVED);
  });
});
