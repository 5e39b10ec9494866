import { describe, expect, it } from "vitest";
import { mayFallBack } from "../../../src/core/plan/replan/may-fall-back.ts";
import { planGoal } from "../../../src/core/plan/search/plan-goal.ts";
import { planGraph } from "../../../src/core/plan/graph/plan-graph.ts";
import type { Plan } from "../../../src/core/plan/model/plan.ts";
import { node, policy, registry } from "./support/nodes.ts";
import { ALL_SERVED } from "../../support/served.ts";

const snapshot = registry([
  { name: "fetch", in: ["url"], out: ["text"] },
  { name: "classify", version: "1.1.0", in: ["text"], out: ["label"] },
  { name: "classify", in: ["text"], out: ["label"], cost: 3 },
  { name: "file", in: ["label"], out: ["receipt"] },
  { name: "retired", in: ["label"], out: ["receipt"], lifecycle: "deprecated" },
]);
const made = (result: ReturnType<typeof planGoal>): Plan => {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};
const ask = (plan: Plan, id: string, dead: readonly string[] = []): boolean => {
  const step = plan.steps.find((one) => one.id === id);
  if (!step) throw new Error(`no step ${id}`);
  return mayFallBack(plan, step, new Set([...dead, `${step.node}@${step.version}`] as never[]));
};

describe("whether another plan is worth asking for", () => {
  const plan = made(planGoal({ want: ["receipt"], given: ["url"], policy: policy() }, snapshot, ALL_SERVED));

  it("follows the fallbacks of the step's keys, and of everything further down", () => {
    expect(["classify", "fetch"].map((id) => ask(plan, id))).toEqual([true, true]);
  });

  it("is no when only rejected nodes or dead ones are left", () => {
    expect(ask(plan, "file")).toBe(false);
    expect(ask(plan, "classify", ["classify@1.0.0"])).toBe(false);
  });

  it("is yes for a part of a composite, whose choices the plan does not tell", () => {
    const both = {
      ...node({ name: "both", in: ["a"], out: ["c"], entrypoint: { type: "composite", target: "both" } }),
      graph: { steps: [{ id: "h", node: "half" }], outputs: { c: { step: "h", key: "b" } } },
    };
    const half = node({ name: "half", in: ["a"], out: ["b"] });
    const composite = made(
      planGoal({ want: ["c"], given: ["a"], policy: policy() }, registry([half, both]), ALL_SERVED),
    );
    const alone = made(planGoal({ want: ["b"], given: ["a"], policy: policy() }, registry([half]), ALL_SERVED));
    expect([ask(composite, "both/h"), ask(alone, "half")]).toEqual([true, false]);
  });

  it("of a graph is only about other versions of the step's own node", () => {
    const graph = made(
      planGraph(
        {
          steps: [
            { id: "f", node: "fetch" },
            { id: "c", node: "classify" },
          ],
          given: ["url"],
        },
        snapshot,
        policy(),
        ALL_SERVED,
      ),
    );
    expect(["f", "c"].map((id) => ask(graph, id))).toEqual([false, true]);
    expect(ask(graph, "c", ["classify@1.0.0"])).toBe(false);
  });
});
