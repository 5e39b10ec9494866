import { describe, expect, it } from "vitest";
import { boundedPlan } from "../../../src/core/plan/assemble/bounded-plan.ts";
import { planHash } from "../../../src/core/plan/assemble/hash.ts";
import type { Candidate, Plan } from "../../../src/core/plan/model/plan.ts";
import { sketchPlan } from "../../support/plans.ts";

const candidate = (n: number, verdict: Candidate["verdict"]): Candidate => ({
  node: `node_${n}`,
  version: "1.0.0",
  verdict,
  reasons: [`because ${n}`, "x".repeat(200)],
});

function planOf(steps: number, fallbacks = 3): Plan {
  const plan = sketchPlan(Array.from({ length: steps }, (_, n) => ({ id: `s${n}` })));
  const candidates = [
    candidate(0, "chosen"),
    ...Array.from({ length: fallbacks }, (_, n) => candidate(n + 1, "fallback")),
    candidate(999, "rejected"),
  ];
  return { ...plan, why: [{ key: "a.b", source: "node", candidates }] };
}

describe("the plan a run stores", () => {
  it("is the plan itself up to 200 steps", () => {
    const plan = planOf(200);
    expect(boundedPlan(plan)).toBe(plan);
  });

  it("of a larger plan keeps every chosen node and fallback with its verdict, in order, and says what it left out", () => {
    const plan = planOf(201);
    const stored = boundedPlan(plan);
    expect(stored.why[0]?.candidates.map(({ node, verdict }) => [node, verdict])).toEqual([
      ["node_0", "chosen"],
      ["node_1", "fallback"],
      ["node_2", "fallback"],
      ["node_3", "fallback"],
    ]);
    expect(stored.why[0]?.candidates.flatMap(({ reasons }) => reasons)).toEqual([]);
    expect(stored.guards.at(-1)).toMatch(/more than 200 steps/);
    expect(planHash(stored)).toBe(planHash(plan));
    expect(stored.steps).toBe(plan.steps);
    expect(boundedPlan(stored)).toBe(stored);
  });

  it("keeps the best fallbacks of a key that has very many", () => {
    expect(boundedPlan(planOf(300, 500)).why[0]?.candidates).toHaveLength(33);
  });
});
