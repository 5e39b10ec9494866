import { asWire } from "../../../contracts/json/wire.ts";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import canonicalize from "canonicalize";
import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { goal } from "../../../contracts/documents/goal.ts";
import { graph } from "../../../contracts/documents/graph.ts";
import { mutation, planWire } from "../../../contracts/documents/plan.ts";
import { policy as policySchema, policyWire } from "../../../contracts/documents/policy.ts";
import type { Graph } from "../../../src/core/plan/model/graph.ts";
import { planContent, planHash } from "../../../src/core/plan/assemble/hash.ts";
import type { Mutation } from "../../../src/core/plan/replan/mutate-plan.ts";
import { nearest } from "../../../src/core/plan/model/nearest.ts";
import type { Plan } from "../../../src/core/plan/model/plan.ts";
import { planGoal } from "../../../src/core/plan/search/plan-goal.ts";
import { planGraph } from "../../../src/core/plan/graph/plan-graph.ts";
import { planFromWire } from "../../../src/core/plan/stored/plan-from-wire.ts";
import { planToWire, policyToWire } from "../../../src/core/plan/stored/plan-to-wire.ts";
import { DEFAULT_POLICY, type Policy } from "../../../src/core/plan/model/policy.ts";
import { dotView } from "../../../src/core/plan/views/dot.ts";
import { mermaidView } from "../../../src/core/plan/views/mermaid.ts";
import { treeView } from "../../../src/core/plan/views/tree.ts";
import { buildSnapshot } from "../../../src/core/registry/snapshot.ts";
import { hypergraph } from "./support/hypergraphs.ts";
import { node, policy, registry } from "./support/nodes.ts";
import { ALL_SERVED } from "../../support/served.ts";

const SNAPSHOT = registry([
  { name: "load", in: ["url"], out: ["text"], kind: "effect" },
  { name: "count", in: ["text"], out: ["words"] },
  {
    ...node({ name: "both", in: ["url"], out: ["sum"], entrypoint: { type: "composite", target: "both" } }),
    graph: {
      steps: [
        { id: "l", node: "load" },
        { id: "c", node: "count" },
      ],
      outputs: { sum: "c.words" },
    },
  },
]);

function example(): Plan {
  const request = graph.parse({
    steps: [
      { id: "l", node: "load" },
      { id: "c", node: "count", inputs: { text: "l.text" }, when: { value: "l.text", op: "ne", than: "" } },
      { id: "b", node: "both", after: ["c"] },
    ],
    given: ["url"],
  });
  const result = planGraph(request.graph, SNAPSHOT, request.policy, ALL_SERVED);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

describe("the policy's wire form", () => {
  it("has the planner's defaults, and only known fields", () => {
    expect(policySchema.parse({})).toEqual(DEFAULT_POLICY);
    expectTypeOf(policySchema.parse({})).toExtend<Policy>();
    expect(policyWire.safeParse({ min_turst: 1 }).success).toBe(false);
    expect(policySchema.parse({ cheap: { cost: 3 }, tags: { deny: ["old"] } })).toMatchObject({
      cheap: { cost: 3, timeoutMs: 1_000 },
      tags: { allow: null, deny: ["old"] },
    });
  });

  it("comes back as it went", () => {
    const changed = policy({
      maxCost: 3,
      mode: "batch",
      pins: { a: "^1" },
      groups: { allow: ["g"], deny: [] },
      deadlineMs: 5,
      onFailure: "stop",
    });
    expect(policySchema.parse(policyToWire(changed))).toEqual(changed);
  });

  it.each([
    { min_trust: 2 },
    { max_depth: 0 },
    { max_steps: 1.5 },
    { lifecycles: [] },
    { lifecycles: ["test"] },
    { mode: "fast" },
    { max_cost: 0 },
    { segment: { max_bytes: 1 } },
  ])("refuses %j", (wire) => {
    expect(policyWire.safeParse(wire).success).toBe(false);
  });
});

describe("the wire form of goals and graphs", () => {
  it("takes given values, or only their names", () => {
    expect(goal.parse({ want: ["x"], given: { "document.text": "hello" } })).toMatchObject({
      given: ["document.text"],
      values: { "document.text": "hello" },
    });
    expect(goal.parse({ want: ["x"], given: ["document.text"] })).toMatchObject({
      given: ["document.text"],
      values: null,
    });
    expect(goal.safeParse({ want: [] }).success).toBe(false);
    expect(goal.safeParse({ want: ["no spaces"] }).success).toBe(false);
  });

  it("of a graph is what planGraph takes", () => {
    const parsed = graph.parse({
      steps: [{ id: "a", node: "load", version: "^1", after: ["b"], inputs: { url: { step: null, key: "url" } } }],
    });
    expectTypeOf(parsed.graph).toExtend<Graph>();
    expect(parsed.graph).toEqual({
      steps: [{ id: "a", node: "load", version: "^1", after: ["b"], inputs: { url: { step: null, key: "url" } } }],
      given: [],
    });
  });

  it("of mutations is what mutatePlan takes", () => {
    const parsed = mutation.parse({ op: "insert", step: { id: "a", node: "load", when: { value: "b.x" } } });
    expectTypeOf(parsed).toExtend<Mutation>();
    expect(parsed).toMatchObject({ step: { id: "a", when: { test: { value: "b.x", op: "exists" } } } });
    expect(mutation.parse({ op: "replace", step: "a", node: "b" })).toEqual({ op: "replace", step: "a", node: "b" });
    expect(mutation.safeParse({ op: "explode", step: "a" }).success).toBe(false);
  });

  it("refuses conditions nested without end before it reads them", () => {
    let when: object = { value: "a.x" };
    for (let i = 0; i < 100_000; i++) when = { not: when };
    expect(graph.safeParse({ steps: [{ id: "a", node: "n", when }] }).success).toBe(false);
  });
});

describe("planToWire", () => {
  it("is what the contract says, every kind of edge and composite included", () => {
    const wire = planToWire(example());
    expect(planWire.parse(wire)).toEqual(wire);
    expect(new Set(wire.edges.map((edge) => edge.kind))).toEqual(new Set(["value", "signal", "gate"]));
    expect(wire.boundaries).toMatchObject([
      { id: "b", steps: ["b/l", "b/c"], outputs: { sum: { step: "b/c", key: "words" } } },
    ]);
  });

  it("is what the contract says of any goal's plan", () => {
    fc.assert(
      fc.property(hypergraph(), (one) => {
        const result = planGoal(
          { want: one.want, given: one.given, policy: policy() },
          buildSnapshot("1", one.nodes, new Map()),
          ALL_SERVED,
        );
        if (result.ok)
          expect(planWire.parse(JSON.parse(JSON.stringify(planToWire(result.value))))).toEqual(
            planToWire(result.value),
          );
      }),
      { numRuns: 50 },
    );
  });
});

describe("planFromWire", () => {
  const back = (plan: Plan): Plan => {
    const result = planFromWire(asWire(planWire.parse(JSON.parse(JSON.stringify(planToWire(plan))))));
    if (!result.ok) throw new Error(result.error.message);
    return result.value;
  };

  it("gives back the plan that was sent, down to its hash", () => {
    expect(back(example())).toEqual(example());
    expect(planHash(back(example()))).toBe(example().hash);
    fc.assert(
      fc.property(hypergraph(), (one) => {
        const request = { want: one.want, given: one.given, policy: policy({ maxCost: 1_000, mode: "batch" }) };
        const result = planGoal(request, buildSnapshot("1", one.nodes, new Map()), ALL_SERVED);
        if (result.ok) expect(back(result.value)).toEqual(result.value);
      }),
      { numRuns: 50 },
    );
  });

  it("refuses a condition that is none, with its place", () => {
    const wire = planToWire(example());
    const steps = wire.steps.map((step) => (step.when === undefined ? step : { ...step, when: { unless: true } }));
    expect(planFromWire({ ...wire, steps })).toMatchObject({
      ok: false,
      error: { code: "PLAN_NOT_A_PLAN", place: "$.steps[1].when" },
    });
  });
});

describe("the hash", () => {
  const canonicalHash = (plan: Plan): string => bytesToHex(sha256(utf8ToBytes(canonicalize(planContent(plan)) ?? "")));

  it("is that of canonical JSON, however long the plan", () => {
    expect(example().hash).toBe(canonicalHash(example()));
    const chain = Array.from({ length: 700 }, (_, i) => ({
      id: `s${i}`,
      node: "count",
      inputs: { text: i === 0 ? "text" : `s${i - 1}.words` },
    }));
    const long = planGraph({ steps: chain, given: ["text"] }, SNAPSHOT, policy({ maxDepth: 1_000 }), ALL_SERVED);
    expect(long.ok && long.value.hash).toBe(long.ok && canonicalHash(long.value));
    fc.assert(
      fc.property(hypergraph(), (one) => {
        const result = planGoal(
          { want: one.want, given: one.given, policy: policy() },
          buildSnapshot("1", one.nodes, new Map()),
          ALL_SERVED,
        );
        if (result.ok) expect(result.value.hash).toBe(canonicalHash(result.value));
      }),
      { numRuns: 50 },
    );
  });

  it("changes with what a plan does, not with how it was found", () => {
    const plan = (rules: Partial<Policy>) => {
      const result = planGoal({ want: ["words"], given: ["url"], policy: policy(rules) }, SNAPSHOT, ALL_SERVED);
      return result.ok ? result.value.hash : "";
    };
    expect(plan({ minTrust: 0.2 })).toBe(plan({}));
    expect(plan({ mode: "sequential" })).not.toBe(plan({}));
    expect(plan({ deadlineMs: 60_000 })).not.toBe(plan({}));
    expect(plan({ inline: "never", fusion: "none" })).toBe(plan({ inline: "never" }));
  });
});

describe("views", () => {
  it("show the plan as a tree, each step unfolded once", () => {
    expect(treeView(example())).toBe(
      [
        "sum (words) ← b/c: count@1.0.0 [s3]",
        "  text ← b/l: load@1.0.0 [s2]",
        "    url ← given",
        "    after ← c: count@1.0.0 [s1]",
        "      text ← l: load@1.0.0 [s0]",
        "        url ← given",
        "      when text ← l: load@1.0.0 [s0] ↑",
        "words ← c: count@1.0.0 [s1] ↑",
      ].join("\n"),
    );
  });

  it("show it as Mermaid and as DOT, with every step and edge", () => {
    const plan = example();
    const mermaid = mermaidView(plan);
    expect(mermaid.startsWith("flowchart TD\n")).toBe(true);
    expect(mermaid).toContain('n0 -->|"text"| n1');
    expect(mermaid).toContain('n0 ==>|"text"| n1');
    expect(mermaid).toContain("n1 -.-> n2");
    const dot = dotView(plan);
    expect(dot).toContain('"step l" -> "step c" [style=solid, label="text"];');
    expect(dot).toContain('"step c" -> "step b/l" [style=dashed];');
    for (const step of plan.steps) expect(dot).toContain(`"step ${step.id}"`);
  });

  it("of a deep plan do not overflow the stack", () => {
    const long = registry(
      Array.from({ length: 5_000 }, (_, i) => ({ name: `n${i}`, in: [`k.k${i}`], out: [`k.k${i + 1}`] })),
    );
    const result = planGoal(
      { want: ["k.k5000"], given: ["k.k0"], policy: policy({ maxDepth: 5_000 }) },
      long,
      ALL_SERVED,
    );
    expect(result.ok && treeView(result.value).split("\n")).toHaveLength(5_001);
  });
});

describe("nearest", () => {
  const names = ["document.text", "document.body", "page.title", "doc.title", "x"];
  it.each([
    ["document.txt", ["document.text"]],
    ["dokument.body", ["document.body"]],
    ["article.title", ["doc.title", "page.title"]],
    ["y", ["x"]],
    ["something.else", []],
    ["document.text", []],
  ])("of %s is %j", (wanted, expected) => {
    expect(nearest(wanted, names)).toEqual(expected);
  });
});
