import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Fault } from "../../../src/core/errors.ts";
import { diffPlans } from "../../../src/core/plan/replan/diff-plans.ts";
import { mutatePlan, type Mutation } from "../../../src/core/plan/replan/mutate-plan.ts";
import type { Plan } from "../../../src/core/plan/model/plan.ts";
import { planGoal } from "../../../src/core/plan/search/plan-goal.ts";
import { buildSnapshot } from "../../../src/core/registry/snapshot.ts";
import { hypergraph } from "./support/hypergraphs.ts";
import { node, policy, registry } from "./support/nodes.ts";
import { ALL_SERVED } from "../../support/served.ts";

const SNAPSHOT = registry([
  { name: "load", in: ["url"], out: ["text"] },
  { name: "count", in: ["text", "limit?"], out: ["words"] },
  { name: "count", version: "0.9.0", in: ["text"], out: ["words"], lifecycle: "draft" },
  { name: "count_fast", in: ["text"], out: ["words"], cost: 7 },
  { name: "clean", in: ["text"], out: ["clean.text"] },
  { name: "limit", out: ["limit"] },
]);

const first = planGoal({ want: ["words"], given: ["url"], policy: policy() }, SNAPSHOT, ALL_SERVED);
const PLAN: Plan = first.ok ? first.value : (undefined as never);

function mutated(mutations: readonly Mutation[], plan: Plan = PLAN): Plan {
  const result = mutatePlan(plan, mutations, SNAPSHOT, ALL_SERVED);
  if (!result.ok) throw new Error(`${result.error.place}: ${result.error.message}`);
  return result.value;
}
function refused(mutations: readonly Mutation[]): Fault {
  const result = mutatePlan(PLAN, mutations, SNAPSHOT, ALL_SERVED);
  if (result.ok) throw new Error("was planned");
  return result.error;
}

describe("mutatePlan", () => {
  it("replaces a node, keeping the bindings", () => {
    const plan = mutated([{ op: "replace", step: "count", node: "count_fast" }]);
    expect(plan.steps.map((step) => [step.id, step.node, step.inputs])).toEqual([
      ["load", "load", { url: { step: null, key: "url" } }],
      ["count", "count_fast", { text: { step: "load", key: "text" } }],
    ]);
    expect(plan.hash).not.toBe(PLAN.hash);
  });

  it("inserts a step and rewires through it", () => {
    const plan = mutated([
      { op: "insert", step: { id: "wash", node: "clean" } },
      { op: "rewire", step: "count", input: "text", from: "wash.clean.text" },
    ]);
    expect(plan.steps.map((step) => step.id)).toEqual(["load", "wash", "count"]);
  });

  it("removes a step whose outputs nobody takes any more", () => {
    const more = mutated([
      { op: "insert", step: { id: "wash", node: "clean" } },
      { op: "result", name: "clean", from: "wash.clean.text" },
    ]);
    expect(Object.keys(more.results)).toEqual(["clean", "words"]);
    const less = mutated(
      [
        { op: "result", name: "clean", from: null },
        { op: "remove", step: "wash" },
      ],
      more,
    );
    expect(less.hash).toBe(PLAN.hash);
  });

  it("adds and takes away signals and optional inputs", () => {
    const plan = mutated([
      { op: "insert", step: { id: "cap", node: "limit" } },
      { op: "rewire", step: "count", input: "limit", from: "cap.limit" },
      { op: "after", step: "cap", after: ["load"] },
    ]);
    expect(plan.steps.find((step) => step.id === "count")?.inputs.limit).toEqual({ step: "cap", key: "limit" });
    const back = mutated(
      [
        { op: "rewire", step: "count", input: "limit", from: null },
        { op: "remove", step: "cap" },
      ],
      plan,
    );
    expect(back.hash).toBe(PLAN.hash);
  });

  it.each<[string, readonly Mutation[], string, string]>([
    ["an unknown step", [{ op: "remove", step: "cuont" }], "PLAN_INVALID_MUTATION", "mutations[0]"],
    [
      "an id that is taken",
      [{ op: "insert", step: { id: "load", node: "load" } }],
      "PLAN_INVALID_MUTATION",
      "mutations[0]",
    ],
    ["an output still taken", [{ op: "remove", step: "load" }], "PLAN_DANGLING_EDGE", 'steps[0].inputs["text"]'],
    ["a node that does not exist", [{ op: "replace", step: "load", node: "lead" }], "NODE_NOT_FOUND", "steps[0].node"],
    [
      "a node the policy keeps out",
      [{ op: "replace", step: "count", version: "0.9.0" }],
      "PLAN_NODE_NOT_ALLOWED",
      "steps[1].node",
    ],
    ["a cycle", [{ op: "after", step: "load", after: ["count"] }], "PLAN_CYCLE", "step load"],
    [
      "an unknown source",
      [{ op: "rewire", step: "count", input: "text", from: "nope.text" }],
      "PLAN_DANGLING_EDGE",
      'steps[1].inputs["text"]',
    ],
  ])("is validated like a new plan: %s", (_, mutations, code, place) => {
    const fault = refused(mutations);
    expect([fault.code, fault.place]).toEqual([code, place]);
  });

  it("with no change is the same plan", () => {
    fc.assert(
      fc.property(hypergraph(), (graph) => {
        const snapshot = buildSnapshot("1", graph.nodes, new Map());
        const plan = planGoal({ want: graph.want, given: graph.given, policy: policy() }, snapshot, ALL_SERVED);
        if (!plan.ok || plan.value.steps.length === 0) return;
        const same = mutatePlan(plan.value, [], snapshot, ALL_SERVED);
        expect(same.ok && same.value.hash).toBe(plan.value.hash);
      }),
    );
  });

  it("keeps a composite's boundary until one of its parts is changed", () => {
    const both = {
      ...node({
        name: "both",
        in: ["url"],
        out: ["words"],
        cost: 0,
        entrypoint: { type: "composite", target: "both" },
      }),
      graph: {
        steps: [
          { id: "l", node: "load" },
          { id: "c", node: "count" },
        ],
      },
    };
    const snapshot = registry([...SNAPSHOT.nodes, both]);
    const plan = planGoal({ want: ["words"], given: ["url"], policy: policy() }, snapshot, ALL_SERVED);
    const whole = plan.ok ? plan.value : PLAN;
    const same = mutatePlan(whole, [], snapshot, ALL_SERVED);
    expect(same.ok && [same.value.hash, same.value.boundaries?.length]).toEqual([whole.hash, 1]);
    const changed = mutatePlan(whole, [{ op: "replace", step: "both/c", node: "count_fast" }], snapshot, ALL_SERVED);
    expect(changed.ok && [changed.value.boundaries, changed.value.steps.map((step) => step.parent)]).toEqual([
      undefined,
      [undefined, undefined],
    ]);
  });
});

describe("diffPlans", () => {
  it("of a plan and itself is empty", () => {
    expect(diffPlans(PLAN, PLAN)).toEqual({ same: true, added: [], removed: [], changed: [], plan: [] });
  });

  it("tells what was added, removed and changed", () => {
    const other = mutated([
      { op: "replace", step: "count", node: "count_fast" },
      { op: "insert", step: { id: "wash", node: "clean" } },
      { op: "rewire", step: "count", input: "text", from: "wash.clean.text" },
    ]);
    const diff = diffPlans(PLAN, other);
    expect(diff).toMatchObject({ same: false, added: ["wash"], removed: [] });
    expect(diff.changed).toEqual([
      {
        id: "count",
        changes: [
          { field: "node", from: "count", to: "count_fast" },
          { field: "cost", from: 1, to: 7 },
          { field: "inputs.text", from: { step: "load", key: "text" }, to: { step: "wash", key: "clean.text" } },
        ],
      },
    ]);
    expect(diff.plan.map((change) => change.field)).toEqual(["cost", "depth"]);
    expect(diffPlans(other, PLAN).removed).toEqual(["wash"]);
  });

  it("tells of policies and results", () => {
    const other = planGoal(
      { want: ["words", "text"], given: ["url"], policy: policy({ mode: "sequential" }) },
      SNAPSHOT,
      ALL_SERVED,
    );
    const fields = other.ok && diffPlans(PLAN, other.value).plan.map((change) => change.field);
    expect(fields).toEqual(["results.text", "policy.mode"]);
  });
});
