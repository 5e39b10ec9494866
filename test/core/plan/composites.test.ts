import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { Fault } from "../../../src/core/errors.ts";
import { MAX_NESTING } from "../../../src/core/plan/graph/composites.ts";
import type { Plan } from "../../../src/core/plan/model/plan.ts";
import { planGoal } from "../../../src/core/plan/search/plan-goal.ts";
import { planGraph } from "../../../src/core/plan/graph/plan-graph.ts";
import type { Policy } from "../../../src/core/plan/model/policy.ts";
import type { NodeDefinition } from "../../../src/core/registry/node.ts";
import { node, policy, registry, type NodeSketch } from "./support/nodes.ts";
import { ALL_SERVED } from "../../support/served.ts";

const composite = (sketch: NodeSketch, graph: JsonObject): NodeDefinition => ({
  ...node({ ...sketch, entrypoint: { type: "composite", target: sketch.name } }),
  graph,
});

const EXTRACT = node({ name: "extract", in: ["text", "hints?"], out: ["fields"] });
const CHECK = node({ name: "check", in: ["fields"], out: ["verdict"] });
const SEND = node({ name: "send", in: ["verdict"], out: ["receipt"], kind: "effect" });
/** Cheaper than its parts by themselves, so goals take it. */
const INSPECT = composite(
  {
    name: "inspect",
    in: ["text", "hints?"],
    out: ["verdict", "fields"],
    cost: 0,
    execution: { cache: { ttlMs: 5_000 } },
  },
  {
    steps: [
      { id: "read", node: "extract" },
      { id: "judge", node: "check" },
    ],
  },
);
const NODES = [EXTRACT, CHECK, SEND, INSPECT];

function plan(
  nodes: readonly NodeDefinition[],
  want: readonly string[],
  given: readonly string[],
  rules: Partial<Policy> = {},
): Plan {
  const result = planGoal({ want, given, policy: policy(rules) }, registry(nodes), ALL_SERVED);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function graph(
  nodes: readonly NodeDefinition[],
  steps: readonly JsonObject[],
  given: readonly string[],
  rules: Partial<Policy> = {},
): Plan {
  const result = planGraph({ steps: steps as never, given }, registry(nodes), policy(rules), ALL_SERVED);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function refused(one: NodeDefinition, nodes: readonly NodeDefinition[] = NODES, rules: Partial<Policy> = {}): Fault {
  const steps = [{ id: "c", node: one.name }];
  const result = planGraph(
    { steps, given: Object.keys(one.inputs) },
    registry([...nodes, one]),
    policy(rules),
    ALL_SERVED,
  );
  if (result.ok) throw new Error("was planned");
  return result.error;
}

describe("a composite", () => {
  it("is unfolded into parts named after it, and whoever took its outputs takes theirs", () => {
    const made = plan(NODES, ["receipt"], ["text"]);
    expect(made.steps.map((step) => [step.id, step.node, step.parent])).toEqual([
      ["inspect/read", "extract", "inspect"],
      ["inspect/judge", "check", "inspect"],
      ["send", "send", undefined],
    ]);
    expect(made.steps[2]?.inputs).toEqual({ verdict: { step: "inspect/judge", key: "verdict" } });
    expect(made.results).toEqual({ receipt: { step: "send", key: "receipt" } });
    expect(made.segments.map((one) => one.steps)).toEqual([["inspect/read", "inspect/judge"], ["send"]]);
  });

  it("stays in the plan as a boundary for caching, trust and failure", () => {
    expect(plan(NODES, ["receipt"], ["text"]).boundaries).toEqual([
      {
        id: "inspect",
        node: "inspect",
        version: "1.0.0",
        parent: null,
        steps: ["inspect/read", "inspect/judge"],
        inputs: { text: { step: null, key: "text" } },
        outputs: {
          fields: { step: "inspect/read", key: "fields" },
          verdict: { step: "inspect/judge", key: "verdict" },
        },
        cacheTtlMs: 5_000,
      },
    ]);
  });

  it("hands an optional input on where a part can do without it", () => {
    expect(Object.keys(plan(NODES, ["verdict"], ["text"]).steps[0]?.inputs ?? {})).toEqual(["text"]);
    expect(Object.keys(plan(NODES, ["verdict"], ["text", "hints"]).steps[0]?.inputs ?? {})).toEqual(["hints", "text"]);
    // Yielded by another step of the plan, so bound as well.
    const hinted = plan(
      [...NODES, node({ name: "hinter", in: ["text"], out: ["hints"] })],
      ["verdict", "hints"],
      ["text"],
    );
    expect(hinted.steps.find((step) => step.id === "inspect/read")?.inputs.hints).toEqual({
      step: "hinter",
      key: "hints",
    });
  });

  it("waits as a whole and is waited for as a whole", () => {
    const made = graph(
      NODES,
      [
        { id: "first", node: "extract" },
        {
          id: "c",
          node: "inspect",
          after: ["first"],
          when: { test: { value: "first.fields", path: "", op: "exists", than: null } },
        },
        { id: "last", node: "extract", after: ["c"] },
      ],
      ["text"],
    );
    const of = (id: string) => made.steps.find((step) => step.id === id)!;
    expect(of("c/read").after).toEqual(["first"]);
    expect(of("c/read").when).toMatchObject({ test: { value: { step: "first", key: "fields" } } });
    expect([of("c/judge").after, of("c/judge").when]).toEqual([[], undefined]);
    expect(of("last").after).toEqual(["c/judge"]);
  });

  it("nests", () => {
    const outer = composite(
      { name: "outer", in: ["text"], out: ["receipt"], cost: 0 },
      {
        steps: [
          { id: "look", node: "inspect" },
          { id: "tell", node: "send", when: { value: "look.verdict", op: "exists" } },
        ],
      },
    );
    const made = plan(
      [...NODES.slice(0, 2), INSPECT, { ...SEND, execution: { ...SEND.execution, cost: 50 } }, outer],
      ["receipt"],
      ["text"],
    );
    expect(made.steps.map((step) => [step.id, step.parent])).toEqual([
      ["outer/look/read", "outer/look"],
      ["outer/look/judge", "outer/look"],
      ["outer/tell", "outer"],
    ]);
    expect(made.boundaries?.map((one) => [one.id, one.parent, one.steps.length])).toEqual([
      ["outer", null, 3],
      ["outer/look", "outer", 2],
    ]);
    expect(made.steps[2]?.when).toMatchObject({ test: { value: { step: "outer/look/judge", key: "verdict" } } });
  });

  it("may name its outputs, hand an input through, and be used twice", () => {
    const twice = composite(
      { name: "rename", in: ["text"], out: ["title", "same"] },
      {
        steps: [{ id: "read", node: "extract" }],
        outputs: { title: "read.fields", same: "text" },
      },
    );
    const made = graph(
      [EXTRACT, twice],
      [
        { id: "a", node: "rename" },
        { id: "b", node: "rename", inputs: { text: "a.same" } },
      ],
      ["text"],
    );
    expect(made.steps.map((step) => [step.id, step.inputs.text])).toEqual([
      ["a/read", { step: null, key: "text" }],
      ["b/read", { step: null, key: "text" }],
    ]);
    expect(made.results).toEqual({
      "a.title": { step: "a/read", key: "fields" },
      "b.title": { step: "b/read", key: "fields" },
      "b.same": { step: null, key: "text" },
    });
  });

  it("is passed over for another variant when a part cannot be used, and says why", () => {
    const made = plan([EXTRACT, { ...CHECK, name: "check2" }, INSPECT], ["verdict"], ["text"]);
    expect(made.steps.map((step) => step.id)).toEqual(["extract", "check2"]);
    const told = made.why.find((choice) => choice.key === "verdict")?.candidates.find((one) => one.node === "inspect");
    expect(told).toMatchObject({
      verdict: "rejected",
      reasons: ["its body cannot be planned: no node is named check"],
    });
    expect(plan([EXTRACT, CHECK, INSPECT], ["verdict"], ["text"], { pins: { check: "^1" } }).steps[0]?.id).toBe(
      "inspect/read",
    );
  });

  it("whose part waits for an effect is cut like any other plan", () => {
    const made = plan([EXTRACT, CHECK, SEND, INSPECT], ["receipt", "fields"], ["text"], { fusion: "none" });
    expect(made.segments).toHaveLength(3);
  });
});

describe("the cost of a plan", () => {
  it("is what the search weighed: a composite costs what it declares, whatever its parts do", () => {
    const dear = [EXTRACT, CHECK].map((one) => ({ ...one, execution: { ...one.execution, cost: 10 } }));
    const priced = { ...INSPECT, execution: { ...INSPECT.execution, cost: 2 } };
    const rules = { prefer: { trust: 0, cost: 1, latency: 0 } };
    const made = plan([...dear, SEND, priced], ["verdict"], ["text"], rules);
    expect(made.boundaries?.map(({ node: name }) => name)).toEqual(["inspect"]);
    expect(made.cost).toBe(2);
    const [chosen] = made.why.find(({ key }) => key === "verdict")?.candidates ?? [];
    expect(chosen).toMatchObject({ node: "inspect", verdict: "chosen", reasons: ["costs 2"] });
    expect(plan(dear, ["verdict"], ["text"], rules).cost).toBe(20);
  });
});

describe("a composite is refused", () => {
  const bad = (graph: JsonObject, sketch: Partial<NodeSketch> = {}): Fault =>
    refused(composite({ name: "bad", in: ["text"], out: ["verdict"], ...sketch }, graph));

  it.each<[string, JsonObject, Partial<NodeSketch>, string, string, string]>([
    [
      "without a graph that is one",
      { steps: "none" },
      {},
      "PLAN_INVALID_COMPOSITE",
      "invalid_composite",
      "node bad@1.0.0",
    ],
    [
      "with an unknown part",
      { steps: [{ id: "a", node: "nope" }] },
      {},
      "NODE_NOT_FOUND",
      "unknown_node",
      "node bad@1.0.0: steps[0].node",
    ],
    [
      "with an output nobody yields",
      { steps: [{ id: "a", node: "extract" }] },
      {},
      "PLAN_DANGLING_EDGE",
      "dangling_edge",
      "node bad@1.0.0: want[0]",
    ],
    [
      "with a part that needs what the composite may lack",
      {
        steps: [
          { id: "a", node: "extract" },
          { id: "b", node: "check" },
        ],
      },
      { in: ["text?"] },
      "PLAN_INVALID_COMPOSITE",
      "invalid_composite",
      "node bad@1.0.0",
    ],
    [
      "with an input that cannot fit",
      {
        steps: [
          { id: "a", node: "extract" },
          { id: "b", node: "check" },
        ],
      },
      { in: { text: { type: "number" } } },
      "PLAN_INVALID_COMPOSITE",
      "invalid_composite",
      "node bad@1.0.0",
    ],
    [
      "with an output that cannot fit",
      {
        steps: [
          { id: "a", node: "extract" },
          { id: "b", node: "check" },
        ],
      },
      { out: { verdict: { type: "number" } } },
      "PLAN_INVALID_COMPOSITE",
      "invalid_composite",
      "node bad@1.0.0",
    ],
    [
      "with parts in a circle",
      {
        steps: [
          { id: "a", node: "extract", after: ["b"] },
          { id: "b", node: "check" },
        ],
      },
      {},
      "PLAN_CYCLE",
      "cycle",
      "",
    ],
  ])("%s", (_, body, sketch, code, problem, place) => {
    const fault = bad(body, sketch);
    expect([fault.code, (fault.details as JsonObject).problem]).toEqual([code, problem]);
    if (place !== "") expect(fault.place).toBe(place);
  });

  it("when it contains itself, with the path", () => {
    const ring = (name: string, inner: string): NodeDefinition =>
      composite({ name, in: ["text"], out: ["verdict"] }, { steps: [{ id: "i", node: inner }] });
    const fault = refused(ring("a", "b"), [...NODES, ring("b", "a")]);
    expect(fault).toMatchObject({
      code: "PLAN_COMPOSITE_CYCLE",
      message: "a composite contains itself: a@1.0.0 → b@1.0.0 → a@1.0.0",
      details: { problem: "self_containing_composite", path: ["a@1.0.0", "b@1.0.0", "a@1.0.0"] },
    });
    expect(refused(ring("self", "self")).message).toBe("a composite contains itself: self@1.0.0 → self@1.0.0");
  });

  it("when it is nested too deep, and only then", () => {
    const tower = (height: number): NodeDefinition[] =>
      Array.from({ length: height }, (_, i) =>
        composite(
          { name: `t${i}`, in: ["text"], out: ["fields"] },
          { steps: [{ id: "i", node: i === 0 ? "extract" : `t${i - 1}` }] },
        ),
      );
    const top = (height: number, rules: Partial<Policy> = {}) =>
      planGraph(
        { steps: [{ id: "c", node: `t${height - 1}` }], given: ["text"] },
        registry([EXTRACT, ...tower(height)]),
        policy(rules),
        ALL_SERVED,
      );
    expect(top(MAX_NESTING).ok).toBe(true);
    const deep = top(MAX_NESTING + 1);
    expect(!deep.ok && [deep.error.code, (deep.error.details as JsonObject).guard]).toEqual([
      "PLAN_TOO_DEEP",
      "max_depth",
    ]);
    expect(top(4, { maxDepth: 3 }).ok).toBe(false);
    expect(top(3, { maxDepth: 3 }).ok).toBe(true);
  });

  it("when it unfolds into more steps than the plan may have, however little is written", () => {
    const doubling = Array.from({ length: 20 }, (_, i) =>
      composite(
        { name: `d${i}`, in: ["text"], out: ["fields"] },
        {
          steps: [0, 1].map((j) => ({ id: `i${j}`, node: i === 0 ? "extract" : `d${i - 1}` })),
          outputs: { fields: "i0.fields" },
        },
      ),
    );
    expect(refused(doubling[19]!, [EXTRACT, ...doubling.slice(0, 19)])).toMatchObject({
      code: "PLAN_TOO_MANY_STEPS",
      details: { guard: "max_steps" },
    });
  });
});

it("a plan through composites is the plan of their parts, ids aside", () => {
  const length = fc.integer({ min: 1, max: 6 });
  fc.assert(
    fc.property(length, fc.integer({ min: 0, max: 5 }), (size, cut) => {
      const leaves = Array.from({ length: size }, (_, i) =>
        node({ name: `n${i}`, in: [`k.k${i}`], out: [`k.k${i + 1}`] }),
      );
      const inner = leaves.slice(0, Math.max(1, cut % size));
      const wrapped = composite(
        { name: "wrapped", in: ["k.k0"], out: [`k.k${inner.length}`], cost: 0, latencyMs: 0 },
        {
          steps: inner.map((one) => ({ id: one.name, node: one.name })),
        },
      );
      const plain = plan(leaves, [`k.k${size}`], ["k.k0"]);
      const through = plan([...leaves, wrapped], [`k.k${size}`], ["k.k0"]);
      expect(through.steps.map((step) => step.node)).toEqual(plain.steps.map((step) => step.node));
      expect(through.depth).toBe(plain.depth);
      expect(through.boundaries?.[0]?.steps).toHaveLength(inner.length);
    }),
  );
});
