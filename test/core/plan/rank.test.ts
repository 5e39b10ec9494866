import { asWire } from "../../../contracts/json/wire.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planGraph } from "../../../src/core/plan/graph/plan-graph.ts";
import { planFromWire } from "../../../src/core/plan/stored/plan-from-wire.ts";
import { planToWire } from "../../../src/core/plan/stored/plan-to-wire.ts";
import { planWire } from "../../../contracts/documents/plan.ts";
import type { Plan } from "../../../src/core/plan/model/plan.ts";
import type { Policy } from "../../../src/core/plan/model/policy.ts";
import { segmentOrder } from "../../../src/core/plan/assemble/rank.ts";
import { dispatches, DrivenRun, success } from "../../support/runs.ts";
import { policy, registry } from "./support/nodes.ts";
import { ALL_SERVED } from "../../support/served.ts";

const NODES = registry(
  [1, 5, 9].map((cost) => ({ name: `n${cost}`, kind: "effect" as const, cost, in: ["x?"], out: ["x"] })),
  { "n1@1.0.0": { score: 0.4 }, "n5@1.0.0": { score: 0.9 }, "n9@1.0.0": { score: 0.6 } },
);

/** Steps as `id: [node, ...steps before]`. */
function graph(steps: Readonly<Record<string, readonly string[]>>, rules: Partial<Policy> = {}): Plan {
  const drawn = Object.entries(steps).map(([id, [node, ...after]]) => ({ id, node: node ?? "", after, exact: true }));
  const result = planGraph({ steps: drawn, given: [] }, NODES, policy(rules), ALL_SERVED);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

/** Steps in the order in which a run that does one at a time begins them. */
function begun(plan: Plan): readonly string[] {
  const run = new DrivenRun(plan);
  const order: string[] = [];
  let intents = dispatches(run.send({ type: "start" }));
  while (intents.length > 0) {
    const [{ segment, token, steps } = { segment: "", token: "", steps: [] }] = intents;
    order.push(...steps);
    const results = steps.map((step) => ({ step, outcome: success(step) }));
    intents = dispatches(run.send({ type: "answer", segment, token, results }));
  }
  return order;
}

const STEPS = { a: ["n5"], b: ["n9"], c: ["n1"], d: ["n9", "c"], e: ["n5", "d"] };

describe("the order of what is ready", () => {
  it.each([
    ["plan", ["a", "b", "c", "d", "e"]],
    ["critical", ["c", "d", "b", "a", "e"]],
    ["cheap", ["c", "a", "b", "d", "e"]],
    ["trusted", ["a", "b", "c", "d", "e"]],
  ] as const)("%s: a run with room for one begins them so", (order, expected) => {
    expect(begun(graph(STEPS, { order, mode: "sequential" }))).toEqual(expected);
  });

  it("by trust puts the most trusted first", () => {
    const plan = graph({ a: ["n1"], b: ["n9"], c: ["n5"] }, { order: "trusted" });
    expect(begun({ ...plan, policy: { ...plan.policy, mode: "sequential" } })).toEqual(["c", "b", "a"]);
  });

  it("leaves the default's plan, and its hash, as they are", () => {
    const plan = graph(STEPS);
    expect(plan.segments.every((segment) => !("rank" in segment))).toBe(true);
    expect(graph(STEPS, { order: "plan", priority: 0 }).hash).toBe(plan.hash);
    expect(graph(STEPS, { order: "critical" }).hash).not.toBe(plan.hash);
    expect(graph(STEPS, { priority: 1 }).hash).not.toBe(plan.hash);
  });

  it("travels with the plan", () => {
    const plan = graph(STEPS, { order: "cheap", priority: 3 });
    expect(planFromWire(asWire(planWire.parse(JSON.parse(JSON.stringify(planToWire(plan))))))).toEqual({
      ok: true,
      value: plan,
    });
  });

  it("names every segment once, whatever the graph", () => {
    const rows = fc.array(
      fc.record({ cost: fc.constantFrom(1, 5, 9), before: fc.array(fc.nat(9), { maxLength: 2 }) }),
      {
        minLength: 1,
        maxLength: 10,
      },
    );
    fc.assert(
      fc.property(rows, fc.constantFrom("critical", "cheap", "trusted"), (all, order) => {
        const steps = Object.fromEntries(
          all.map(({ cost, before }, i) => [
            `s${i}`,
            [`n${cost}`, ...new Set(before.filter(() => i > 0).map((at) => `s${at % i}`))],
          ]),
        );
        const plan = graph(steps, { order });
        expect([...segmentOrder(plan)].sort()).toEqual(plan.segments.map(({ id }) => id).sort());
        expect(begun({ ...plan, policy: { ...plan.policy, mode: "sequential" } })).toHaveLength(all.length);
      }),
    );
  });
});
