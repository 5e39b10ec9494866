import { describe, expect, it } from "vitest";
import { planGoal } from "../../../src/core/plan/search/plan-goal.ts";
import { planGraph } from "../../../src/core/plan/graph/plan-graph.ts";
import type { GraphStep } from "../../../src/core/plan/model/graph.ts";
import { node, policy, registry } from "./support/nodes.ts";
import { ALL_SERVED } from "../../support/served.ts";

const composite = { type: "composite" as const, target: "" };
const SNAPSHOT = registry([
  { name: "get", in: ["url"], out: ["text"] },
  {
    ...node({ name: "both", in: ["url"], out: ["text"] }),
    graph: { steps: [{ id: "read", node: "get" }] },
    entrypoint: composite,
  },
  {
    ...node({ name: "clash", in: ["url"], out: ["shown"] }),
    graph: {
      steps: [
        { id: "a", node: "both" },
        { id: "a/read", node: "get" },
      ],
      outputs: { shown: "a/read.text" },
    },
    entrypoint: composite,
  },
]);

const plan = (...steps: readonly GraphStep[]) => planGraph({ steps, given: ["url"] }, SNAPSHOT, policy({}), ALL_SERVED);

describe("ids of a plan", () => {
  it("are one for each step: what is named like a part of a composite is refused beside it", () => {
    const [part, whole] = [
      { id: "a/read", node: "get" },
      { id: "a", node: "both" },
    ];
    for (const steps of [
      [part, whole],
      [whole, part],
    ]) {
      expect(plan(...steps)).toMatchObject({
        error: { code: "PLAN_DUPLICATE_STEP", message: "two steps have the id a/read" },
      });
    }
    const fine = plan(whole, { id: "a/other", node: "get" });
    expect(fine.ok && fine.value.steps.map(({ id }) => id).sort()).toEqual(["a/other", "a/read"]);
  });

  it("are so inside composites, too, whoever plans them", () => {
    expect(plan({ id: "c", node: "clash" })).toMatchObject({ error: { code: "PLAN_DUPLICATE_STEP" } });
    const goal = planGoal({ want: ["shown"], given: ["url"], policy: policy({}) }, SNAPSHOT, ALL_SERVED);
    expect(goal).toMatchObject({
      error: { code: "PLAN_DUPLICATE_STEP", message: "two steps have the id clash/a/read" },
    });
  });
});
