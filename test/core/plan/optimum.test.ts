import { describe, expect, it } from "vitest";
import { planText } from "../../../src/core/plan/views/plan-text.ts";
import { candidates, nodesOf, planned, refused } from "./support/goals.ts";
import { policy, registry } from "./support/nodes.ts";
import { shuffled } from "./support/hypergraphs.ts";

const FIELDS = ["title", "author", "date", "place", "body"].map((name) => `doc.${name}`);
const free = policy({ prefer: { trust: 0, cost: 1, latency: 0 } });
/** Every field has a node of its own for 30, and one that reads it for 1 from what a reader makes of the file for 46. */
const sketches = [
  { name: "reader", in: ["file"], out: ["doc.tree"], cost: 46 },
  ...FIELDS.flatMap((field, at) => [
    { name: `pick_${at}`, in: ["doc.tree"], out: [field], cost: 1 },
    { name: `scan_${at}`, in: ["file"], out: [field], cost: 30 },
  ]),
];
const shared = registry(sketches);

describe("what is shared", () => {
  it("is paid once: five fields come from one reader for 51 and not from five nodes for 150", () => {
    const plan = planned(FIELDS, ["file"], shared, free);
    expect(nodesOf(plan)).toEqual(["reader", "pick_0", "pick_1", "pick_2", "pick_3", "pick_4"]);
    expect(plan.cost).toBe(51);
    expect(plan.optimum).toEqual({ bound: 51, proved: true, firstCost: 150 });
  });

  it("lets a plan pass that a guard on the cost would refuse", () => {
    expect(planned(FIELDS, ["file"], shared, { ...free, maxCost: 60 }).cost).toBe(51);
    expect(refused(FIELDS, ["file"], shared, { ...free, maxCost: 50 })).toMatchObject({
      code: "PLAN_TOO_COSTLY",
      message: "the plan has 51 cost units, max_cost allows 50",
      hint: "no plan is within it: raise policy.max_cost to 51, or want less",
      details: { proved: true },
    });
    expect(refused(FIELDS, ["file"], shared, { ...free, maxCost: 60, effort: 0 })).toMatchObject({
      hint: "raise policy.max_cost to 150, or want less; a larger policy.effort may find a plan within it",
      details: { proved: false },
    });
  });

  it("is told of every key it changed, and of the whole", () => {
    const plan = planned(FIELDS, ["file"], shared, free);
    expect(candidates(plan, "doc.body")).toEqual([
      {
        node: "pick_4",
        version: "1.0.0",
        verdict: "chosen",
        reasons: ["costs 47 by itself, and the plan has what it needs already"],
      },
      {
        node: "scan_4",
        version: "1.0.0",
        verdict: "fallback",
        reasons: ["costs 30 by itself, but pick_4 serves the whole plan better"],
      },
    ]);
    const text = planText(plan, "tree", { everyone: true });
    expect(text).toContain("6 steps in 6 segments, cost 51 (the least), depth 2");
    expect(text).toContain(
      "sharing\n  the cheapest of each key by itself comes to 150; with shared steps paid once it is 51\n",
    );
  });

  it("says what a node gives besides, where that is why it was chosen", () => {
    const snapshot = registry([
      { name: "both", out: ["x", "y"], cost: 5 },
      { name: "x", out: ["x"], cost: 3 },
      { name: "y", out: ["y"], cost: 3 },
    ]);
    const plan = planned(["x", "y"], [], snapshot, free);
    expect(nodesOf(plan)).toEqual(["both"]);
    expect(candidates(plan, "x")[0]!.reasons).toEqual(["costs 5 by itself, and gives y too"]);
  });

  it("leaves the choice between equals to version and name", () => {
    const nodes = [
      { name: "b_reader", in: ["file"], out: ["doc.tree"], cost: 46 },
      { name: "a_reader", in: ["file"], out: ["doc.tree"], cost: 46, version: "1.1.0" },
      { name: "c_reader", in: ["file"], out: ["doc.tree"], cost: 46, version: "1.1.0" },
      ...sketches,
    ];
    for (const seed of [1, 2, 3]) {
      const plan = planned(FIELDS, ["file"], registry(shuffled(nodes, seed)), free);
      expect(nodesOf(plan)[0]).toBe("a_reader");
    }
  });

  it("is one rule with composites: a composite is paid as a whole, by its own price", () => {
    const snapshot = registry([
      ...sketches.filter(({ name }) => name !== "reader"),
      { name: "open", in: ["file"], out: ["doc.bytes"], cost: 100 },
      { name: "parse", in: ["doc.bytes"], out: ["doc.tree"], cost: 100 },
      {
        name: "reader",
        in: ["file"],
        out: ["doc.tree"],
        cost: 46,
        entrypoint: { type: "composite", target: "" },
        graph: {
          steps: [
            { id: "open", node: "open" },
            { id: "parse", node: "parse" },
          ],
        },
      },
    ]);
    const plan = planned(FIELDS, ["file"], snapshot, free);
    expect(plan.cost).toBe(51);
    expect(plan.steps).toHaveLength(7);
    expect(plan.optimum).toMatchObject({ bound: 51, proved: true });
    // Seven steps are too many, and the five that scan cost 150.
    const fewer = planned(FIELDS, ["file"], snapshot, { ...free, maxSteps: 6 });
    expect(nodesOf(fewer)).toEqual(["scan_0", "scan_1", "scan_2", "scan_3", "scan_4"]);
    expect(fewer.guards).toEqual(["max_steps 6 ruled out a plan with 7"]);
  });
});

describe("several guards together", () => {
  // By cost: 3 steps for 30, 2 for 40, 1 for 90.
  const snapshot = registry([
    { name: "one", in: ["a"], out: ["b"], cost: 10 },
    { name: "two", in: ["b"], out: ["c"], cost: 10 },
    { name: "three", in: ["c"], out: ["x"], cost: 10 },
    { name: "half", in: ["b"], out: ["x"], cost: 30 },
    { name: "direct", in: ["a"], out: ["x"], cost: 90 },
  ]);

  it("are kept by a plan between the cheapest and the shortest", () => {
    const plan = planned(["x"], ["a"], snapshot, { ...free, maxSteps: 2, maxCost: 50 });
    expect(nodesOf(plan)).toEqual(["one", "half"]);
    expect(plan.optimum).toMatchObject({ bound: 40, proved: true });
  });

  it("refuse with a proof when nothing keeps them", () => {
    expect(refused(["x"], ["a"], snapshot, { ...free, maxSteps: 2, maxCost: 35 }).details).toMatchObject({
      proved: true,
    });
  });
});
