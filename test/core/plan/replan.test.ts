import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Fault } from "../../../src/core/errors.ts";
import type { Plan } from "../../../src/core/plan/model/plan.ts";
import { planGoal } from "../../../src/core/plan/search/plan-goal.ts";
import { planGraph } from "../../../src/core/plan/graph/plan-graph.ts";
import { replan } from "../../../src/core/plan/replan/replan.ts";
import { buildSnapshot, type RegistrySnapshot } from "../../../src/core/registry/snapshot.ts";
import { hypergraph, isOrdered } from "./support/hypergraphs.ts";
import { node, policy, registry } from "./support/nodes.ts";
import { ALL_SERVED } from "../../support/served.ts";

const goal = (snapshot: RegistrySnapshot, want: readonly string[], given: readonly string[]): Plan => {
  const result = planGoal({ want, given, policy: policy() }, snapshot, ALL_SERVED);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};

/** Re-plans after these steps failed and those succeeded with all their outputs. */
function again(plan: Plan, failed: readonly string[], succeeded: readonly string[], snapshot: RegistrySnapshot): Plan {
  const result = replan(plan, failed, outputsOf(plan, succeeded), snapshot, ALL_SERVED);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}
const outputsOf = (plan: Plan, ids: readonly string[]) =>
  new Map(plan.steps.flatMap((step) => (ids.includes(step.id) ? [[step.id, step.outputs] as const] : [])));
function refused(plan: Plan, failed: readonly string[], snapshot: RegistrySnapshot): Fault {
  const result = replan(plan, failed, new Map(), snapshot, ALL_SERVED);
  if (result.ok) throw new Error("was planned");
  return result.error;
}

/** A composite of the nodes `half` and `whole`. */
const BOTH = {
  ...node({ name: "both", in: ["a"], out: ["c"], cost: 0, entrypoint: { type: "composite", target: "both" } }),
  graph: {
    steps: [
      { id: "h", node: "half" },
      { id: "w", node: "whole" },
    ],
  },
};

describe("replanning a goal", () => {
  const snapshot = registry([
    { name: "fetch", in: ["url"], out: ["text"], kind: "effect" },
    { name: "classify", version: "1.1.0", in: ["text"], out: ["label"] },
    { name: "classify", in: ["text"], out: ["label"], cost: 3 },
    { name: "rules", in: ["features"], out: ["label"], cost: 9 },
    { name: "features", in: ["text"], out: ["features"] },
    { name: "file", in: ["label"], out: ["receipt"], kind: "effect" },
  ]);
  const plan = goal(snapshot, ["receipt"], ["url"]);

  it("keeps what succeeded and puts the next best in the place of what died", () => {
    const next = again(plan, ["classify"], ["fetch"], snapshot);
    expect(next.steps.map((step) => [step.id, step.node, step.version])).toEqual([
      ["fetch", "fetch", "1.0.0"],
      ["classify_2", "classify", "1.0.0"],
      ["file", "file", "1.0.0"],
    ]);
    expect(next.steps[1]?.inputs).toEqual({ text: { step: "fetch", key: "text" } });
    expect(next.guards).toEqual(["replanned without classify@1.1.0"]);
    expect(next.given).toEqual(["url"]);
  });

  it("takes a longer way when there is no like node, and never a node that died before", () => {
    const second = again(plan, ["classify"], ["fetch"], snapshot);
    const again2 = replan(
      { ...second, steps: [...second.steps, plan.steps.find((step) => step.id === "classify")!] },
      ["classify_2", "classify"],
      outputsOf(second, ["fetch"]),
      snapshot,
      ALL_SERVED,
    );
    expect(again2.ok && again2.value.steps.map((step) => step.id)).toEqual(["fetch", "features", "rules", "file"]);
  });

  it("leaves succeeded segments alone and never uses a segment's number again", () => {
    const next = again(plan, ["classify"], ["fetch"], snapshot);
    const old = plan.steps.find((step) => step.id === "fetch")?.segment;
    expect(next.segments[0]).toEqual({ id: old, steps: ["fetch"], inline: false });
    const numbers = new Set(plan.segments.map((segment) => segment.id));
    for (const segment of next.segments.slice(1)) {
      expect(numbers.has(segment.id)).toBe(false);
      expect(segment.inline).toBe(false);
    }
  });

  it("checks values that were made for another consumer when they are used", () => {
    expect(again(plan, ["classify"], ["fetch"], snapshot).steps[1]?.unchecked).toEqual(["text"]);
  });

  it("is refused when nothing can take its place, naming what is missing", () => {
    const fault = refused(plan, ["fetch"], snapshot);
    expect(fault.code).toBe("PLAN_UNREACHABLE");
    expect(fault.details).toMatchObject({
      candidates: expect.arrayContaining([
        expect.objectContaining({ node: "fetch", reasons: ["step fetch failed with it in this run"] }),
      ]),
    });
  });

  it("is refused when nothing has failed, or something that is not there", () => {
    expect(refused(plan, [], snapshot).details).toEqual({ problem: "nothing_to_replan" });
    expect(refused(plan, ["nope"], snapshot).message).toBe("the plan has no step nope");
  });

  it("is refused when a succeeded step's node has left the registry", () => {
    const less = buildSnapshot(
      "2",
      snapshot.nodes.filter((one) => one.name !== "fetch"),
      new Map(),
    );
    const result = replan(plan, ["classify"], outputsOf(plan, ["fetch"]), less, ALL_SERVED);
    expect(!result.ok && result.error.details).toEqual({ problem: "unknown_version" });
  });

  it("starts a composite afresh whose part died, and offers only what it put out", () => {
    const parts = [
      node({ name: "half", in: ["a"], out: ["b"] }),
      node({ name: "whole", version: "2.0.0", in: ["b"], out: ["c"] }),
      node({ name: "whole", in: ["b"], out: ["c"] }),
    ];
    const composites = registry([...parts, BOTH]);
    const first = goal(composites, ["c"], ["a"]);
    expect(first.steps.map((step) => step.id)).toEqual(["both/h", "both/w"]);
    const next = again(first, ["both/w"], ["both/h"], composites);
    expect(next.steps.map((step) => [step.id, step.version])).toEqual([
      ["both/h", "1.0.0"],
      ["both_2/h", "1.0.0"],
      ["both_2/w", "1.0.0"],
    ]);
    expect(next.boundaries?.map((one) => [one.id, one.steps])).toEqual([
      ["both", ["both/h"]],
      ["both_2", ["both_2/h", "both_2/w"]],
    ]);
  });
});

describe("what a run has behind it", () => {
  const snapshot = registry([
    { name: "classify", version: "1.1.0", in: ["text"], out: ["label"] },
    { name: "classify", in: ["text"], out: ["label"] },
    { name: "rules", in: ["text"], out: ["label"], cost: 9 },
  ]);
  const first = goal(snapshot, ["label"], ["text"]);
  const second = again(first, ["classify"], [], snapshot);
  const left = [{ step: first.steps[0]!, died: true }];

  it("keeps dead nodes of earlier plans out", () => {
    const next = replan(second, ["classify_2"], new Map(), snapshot, ALL_SERVED, { left, inline: false });
    expect(next.ok && next.value.steps.map(({ id, node: name }) => [id, name])).toEqual([["rules", "rules"]]);
    expect(next.ok && next.value.guards).toEqual(["replanned without classify@1.1.0, classify@1.0.0"]);
  });

  it("never gives an id or a segment's number again, though its owner did not die", () => {
    const past = { left: [{ step: { ...first.steps[0]!, segment: "s9" }, died: false }], inline: false };
    const next = replan(second, ["classify_2"], new Map(), snapshot, ALL_SERVED, past);
    expect(next.ok && next.value.steps.map(({ id, version, segment }) => [id, version, segment])).toEqual([
      ["classify_3", "1.1.0", "s10"],
    ]);
  });

  it("decides whether the remainder may run inline", () => {
    const inline = (yes: boolean): readonly boolean[] => {
      const next = replan(first, ["classify"], new Map(), snapshot, ALL_SERVED, { left: [], inline: yes });
      return next.ok ? next.value.segments.map((segment) => segment.inline) : [];
    };
    expect([inline(true), inline(false)]).toEqual([[true], [false]]);
  });

  it("lets a composite go on where it stands when none of its parts died", () => {
    const parts = [
      node({ name: "half", in: ["a"], out: ["b"] }),
      node({ name: "whole", in: ["b"], out: ["c"] }),
      node({ name: "other", version: "2.0.0", in: ["a"], out: ["d"] }),
      node({ name: "other", in: ["a"], out: ["d"] }),
    ];
    const composites = registry([...parts, BOTH]);
    const plan = goal(composites, ["c", "d"], ["a"]);
    const next = again(plan, ["other"], ["both/h"], composites);
    expect(next.steps.map((step) => step.id)).toEqual(["both/h", "other_2", "both/w"]);
    expect(next.boundaries?.map(({ id, steps }) => [id, steps])).toEqual([["both", ["both/h", "both/w"]]]);
    expect(next.steps.find(({ id }) => id === "both/w")?.inputs).toEqual({ b: { step: "both/h", key: "b" } });
  });
});

describe("replanning a graph", () => {
  const snapshot = registry([
    { name: "a", version: "1.2.0", out: ["x", "y"] },
    { name: "a", version: "1.1.0", out: ["x"] },
    { name: "a", version: "1.0.0", out: ["x", "y"] },
    { name: "a", version: "0.9.0", out: ["x", "y"] },
    { name: "b", in: ["x", "y"], out: ["z"] },
  ]);
  const result = planGraph(
    {
      steps: [
        { id: "one", node: "a", version: "^1.0.0" },
        { id: "two", node: "b" },
      ],
      given: [],
    },
    snapshot,
    policy(),
    ALL_SERVED,
  );
  const plan = result.ok ? result.value : (undefined as never);

  it("puts the next version within the author's range that gives what is used in the place of the dead one", () => {
    const next = again(plan, ["one"], [], snapshot);
    expect(next.steps.map((step) => [step.id, step.version])).toEqual([
      ["one_2", "1.0.0"],
      ["two", "1.0.0"],
    ]);
    expect(next.steps[1]?.inputs).toEqual({ x: { step: "one_2", key: "x" }, y: { step: "one_2", key: "y" } });
    expect(next.origin).toBe("graph");
  });

  it("is refused when no other version is left", () => {
    const second = again(plan, ["one"], [], snapshot);
    const last = replan(
      { ...second, steps: [...second.steps, plan.steps[0]!] },
      ["one_2", "one"],
      new Map(),
      snapshot,
      ALL_SERVED,
    );
    expect(!last.ok && last.error.code).toBe("PLAN_UNREACHABLE");
    expect(refused(plan, ["two"], snapshot).message).toContain("no other version of b");
  });
});

it("a re-planned goal is in order, lacks the dead node, keeps every success, and confuses no ids", () => {
  fc.assert(
    fc.property(hypergraph(), fc.nat(), fc.nat(), (graph, pick, done) => {
      const snapshot = buildSnapshot("1", graph.nodes, new Map());
      const first = planGoal({ want: graph.want, given: graph.given, policy: policy() }, snapshot, ALL_SERVED);
      if (!first.ok || first.value.steps.length === 0) return;
      const plan = first.value;
      const dead = plan.steps[pick % plan.steps.length]!;
      // A step may have succeeded when all before it have, and the dead one is not before it.
      const succeeded = new Set<string>();
      for (const [i, step] of plan.steps.entries()) {
        const before = Object.values(step.inputs).flatMap((source) => source.step ?? []);
        if (step !== dead && before.every((id) => succeeded.has(id)) && (done >> (i % 8)) % 2 === 0)
          succeeded.add(step.id);
      }
      const next = replan(plan, [dead.id], outputsOf(plan, [...succeeded]), snapshot, ALL_SERVED);
      if (!next.ok) {
        expect(next.error.code).toMatch(/^PLAN_(UNREACHABLE|TOO_DEEP|TOO_MANY_STEPS)$/);
        return;
      }
      expect(isOrdered(next.value)).toBe(true);
      expect(next.value.steps.some((step) => step.node === dead.node)).toBe(false);
      const old = new Map(plan.steps.map((step) => [step.id, step]));
      for (const id of succeeded) {
        expect(next.value.steps.find((step) => step.id === id)).toMatchObject({
          node: old.get(id)!.node,
          segment: old.get(id)!.segment,
        });
      }
      for (const step of next.value.steps) {
        const same = old.get(step.id);
        if (same) expect([step.node, step.version]).toEqual([same.node, same.version]);
      }
      expect(Object.keys(next.value.results).toSorted()).toEqual(graph.want.toSorted());
    }),
    { numRuns: 300 },
  );
});
