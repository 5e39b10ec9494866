import { describe, expect, it } from "vitest";
import { candidates, nodesOf, planned, refused } from "./support/goals.ts";
import { registry } from "./support/nodes.ts";

describe("guards", () => {
  const chain = registry([
    { name: "one", in: ["a"], out: ["b"] },
    { name: "two", in: ["b"], out: ["c"] },
    { name: "three", in: ["c"], out: ["x"] },
    { name: "direct", in: ["a"], out: ["x"], cost: 50, latencyMs: 2_000 },
  ]);

  it("let a dearer plan pass when the cheapest is too deep, and say so", () => {
    const plan = planned(["x"], ["a"], chain, { maxDepth: 2 });
    expect(nodesOf(plan)).toEqual(["direct"]);
    expect(plan.guards).toEqual(["max_depth 2 ruled out a plan with 3 that costs 6.6"]);
    expect(candidates(plan, "x")).toMatchObject([
      { node: "direct", verdict: "chosen" },
      { node: "three", verdict: "fallback" },
    ]);
  });

  it("let a dearer plan pass when the cheapest has too many steps", () => {
    expect(nodesOf(planned(["x"], ["a"], chain, { maxSteps: 2 }))).toEqual(["direct"]);
  });

  it("let a faster plan pass when the cheapest would be late, and plan a late one when there is no other", () => {
    const snapshot = registry([
      { name: "slow", in: ["a"], out: ["x"], cost: 1, latencyMs: 800 },
      { name: "fast", in: ["a"], out: ["x"], cost: 90, latencyMs: 10 },
    ]);
    expect(nodesOf(planned(["x"], ["a"], snapshot))).toEqual(["slow"]);
    const fast = planned(["x"], ["a"], snapshot, { deadlineMs: 100 });
    expect(nodesOf(fast)).toEqual(["fast"]);
    expect(fast.guards).toEqual(["deadline_ms 100 ruled out a plan with 800 that costs 18"]);
    const late = planned(["x"], ["a"], snapshot, { deadlineMs: 5 });
    expect(nodesOf(late)).toEqual(["slow"]);
    expect(late.guards).toEqual(["deadline_ms 5 is less than the 800 ms the steps are expected to take"]);
  });

  it("count expected time along the chain, or over all steps when they take turns", () => {
    const two = registry([
      { name: "x", out: ["x"], latencyMs: 80 },
      { name: "y", out: ["y"], latencyMs: 80 },
    ]);
    expect(planned(["x", "y"], [], two, { deadlineMs: 100 }).guards).toEqual([]);
    expect(planned(["x", "y"], [], two, { deadlineMs: 100, mode: "sequential" }).guards).toHaveLength(1);
  });

  it("weigh more than a deadline: a plan within them may be late", () => {
    const snapshot = registry([
      { name: "one", in: ["a"], out: ["b"] },
      { name: "two", in: ["b"], out: ["x"] },
      { name: "slow", in: ["a"], out: ["x"], cost: 50, latencyMs: 900 },
    ]);
    const plan = planned(["x"], ["a"], snapshot, { maxDepth: 1, deadlineMs: 15 });
    expect(nodesOf(plan)).toEqual(["slow"]);
    expect(plan.guards.at(-1)).toBe("deadline_ms 15 is less than the 900 ms the steps are expected to take");
  });

  it("refuse a plan of very many steps without putting it together", () => {
    const wide = registry([
      { name: "hub", in: Array.from({ length: 300 }, (_, i) => `k.k${i}`), out: ["x"] },
      ...Array.from({ length: 300 }, (_, i) => ({ name: `n${i}`, in: ["a"], out: [`k.k${i}`] })),
    ]);
    expect(refused(["x"], ["a"], wide, { maxSteps: 10 })).toMatchObject({
      code: "PLAN_TOO_MANY_STEPS",
      message: "the plan has 301 steps, max_steps allows 10",
    });
  });

  it("are named when nothing passes", () => {
    const only = registry([
      { name: "one", in: ["a"], out: ["b"] },
      { name: "two", in: ["b"], out: ["x"] },
    ]);
    for (const [rules, guard, code] of [
      [{ maxDepth: 1 }, "max_depth", "PLAN_TOO_DEEP"],
      [{ maxSteps: 1 }, "max_steps", "PLAN_TOO_MANY_STEPS"],
      [{ maxCost: 2 }, "max_cost", "PLAN_TOO_COSTLY"],
    ] as const) {
      expect(refused(["x"], ["a"], only, rules)).toMatchObject({
        code,
        place: `policy.${guard}`,
        details: { problem: guard, guard },
      });
    }
  });
});
