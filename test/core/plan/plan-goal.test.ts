import { describe, expect, it } from "vitest";
import type { Policy } from "../../../src/core/plan/model/policy.ts";
import { candidates, nodesOf, planned, refused } from "./support/goals.ts";
import { registry } from "./support/nodes.ts";

const DOCUMENT = [
  { name: "extract", in: ["document.text"], out: ["document.fields", "document.body"] },
  { name: "validate", in: ["document.fields"], out: ["metadata.validation"] },
  { name: "verify", in: ["document.text"], out: ["hash.verdict"] },
  { name: "report", in: ["document.fields", "metadata.validation", "hash.verdict"], out: ["metadata.report"] },
];

describe("planGoal", () => {
  it("resolves a goal to the nodes it takes, once each, with every input bound", () => {
    const plan = planned(["metadata.report"], ["document.text"], registry(DOCUMENT));
    expect(nodesOf(plan)).toEqual(["extract", "verify", "validate", "report"]);
    expect(plan.depth).toBe(3);
    expect(plan.steps.at(-1)?.inputs).toEqual({
      "document.fields": { step: "extract", key: "document.fields" },
      "hash.verdict": { step: "verify", key: "hash.verdict" },
      "metadata.validation": { step: "validate", key: "metadata.validation" },
    });
    expect(plan.results).toEqual({ "metadata.report": { step: "report", key: "metadata.report" } });
  });

  it("runs a node that yields two wanted keys once", () => {
    const plan = planned(["document.fields", "document.body"], ["document.text"], registry(DOCUMENT));
    expect(nodesOf(plan)).toEqual(["extract"]);
  });

  it("hands a wanted key that is given straight through", () => {
    const plan = planned(["document.text", "hash.verdict"], ["document.text"], registry(DOCUMENT));
    expect(plan.results["document.text"]).toEqual({ step: null, key: "document.text" });
    expect(planned(["document.text"], ["document.text"], registry(DOCUMENT)).steps).toEqual([]);
  });

  it("drops a node whose keys another chosen node gives anyway", () => {
    const snapshot = registry([
      { name: "both", in: ["a"], out: ["x", "y"], cost: 3 },
      { name: "only_y", in: ["a"], out: ["y"], cost: 2 },
    ]);
    expect(nodesOf(planned(["x", "y"], ["a"], snapshot))).toEqual(["both"]);
    expect(nodesOf(planned(["y"], ["a"], snapshot))).toEqual(["only_y"]);
  });

  it("keeps a node whose replacement would close a cycle", () => {
    const snapshot = registry([
      { name: "seed", in: ["a"], out: ["y"], cost: 9 },
      { name: "both", in: ["z"], out: ["x", "y"] },
      { name: "from_y", in: ["y"], out: ["z"] },
    ]);
    expect(nodesOf(planned(["x"], ["a"], snapshot))).toEqual(["seed", "from_y", "both"]);
  });

  it("does not enter a cycle of producers", () => {
    const snapshot = registry([
      { name: "ab", in: ["a"], out: ["b"] },
      { name: "ba", in: ["b"], out: ["a"] },
    ]);
    expect(nodesOf(planned(["b"], ["a"], snapshot))).toEqual(["ab"]);
    const fault = refused(["b"], ["c"], snapshot);
    expect(fault.code).toBe("PLAN_UNREACHABLE");
    expect(fault.message).toContain("need each other");
  });

  it("gives steps the node's name, numbered where two versions of it are used", () => {
    const snapshot = registry([
      { name: "split", version: "2.0.0", in: ["a"], out: ["x"] },
      { name: "split", version: "1.0.0", in: ["a"], out: ["y"] },
    ]);
    const plan = planned(["x", "y"], ["a"], snapshot);
    expect(plan.steps.map((step) => [step.id, step.version])).toEqual([
      ["split", "2.0.0"],
      ["split_2", "1.0.0"],
    ]);
  });

  it("never carries what an effect caches, and carries what a compute node does", () => {
    const cache = { cache: { ttlMs: 60_000 } };
    const snapshot = registry([
      { name: "pure", in: [], out: ["x"], execution: cache },
      { name: "send", in: [], out: ["y"], kind: "effect", execution: cache },
    ]);
    expect(planned(["x"], [], snapshot).steps[0]?.cacheTtlMs).toBe(60_000);
    expect(planned(["y"], [], snapshot).steps[0]?.cacheTtlMs).toBeNull();
  });

  it("takes keys named like Object's own members for what they are", () => {
    const snapshot = registry([{ name: "odd", in: ["__proto__", "constructor"], out: ["toString"] }]);
    const plan = planned(["toString"], ["__proto__", "constructor"], snapshot);
    expect(Object.keys(plan.steps[0]?.inputs ?? {})).toEqual(["__proto__", "constructor"]);
    expect(refused(["valueOf"], [], snapshot).code).toBe("PLAN_UNREACHABLE");
  });

  it("refuses a goal that wants nothing", () => {
    expect(refused([], ["a"], registry([]))).toMatchObject({
      code: "PLAN_NOTHING_WANTED",
      place: "goal.want",
      details: { problem: "nothing_wanted" },
    });
  });
});

describe("optional inputs", () => {
  const snapshot = registry([
    { name: "text", in: [], out: ["text", "language"] },
    { name: "summary", in: ["text", "language?", "hints?"], out: ["summary"] },
    { name: "hints", in: ["summary"], out: ["hints"] },
  ]);

  it("are bound when given or yielded anyway, and left out otherwise", () => {
    expect(Object.keys(planned(["summary"], [], snapshot).steps[1]?.inputs ?? {})).toEqual(["language", "text"]);
    expect(planned(["summary"], ["hints"], snapshot).steps[1]?.inputs.hints).toEqual({ step: null, key: "hints" });
  });

  it("never close a cycle", () => {
    const plan = planned(["summary", "hints"], [], snapshot);
    expect(nodesOf(plan)).toEqual(["text", "summary", "hints"]);
    expect(Object.keys(plan.steps[1]?.inputs ?? {})).toEqual(["language", "text"]);
  });

  it("of which two would close a cycle together lose only as many as they must", () => {
    const mutual = registry([
      { name: "a", in: ["b.out?"], out: ["a.out"] },
      { name: "b", in: ["a.out?"], out: ["b.out"] },
    ]);
    const plan = planned(["a.out", "b.out"], [], mutual);
    expect(plan.steps.flatMap((step) => Object.keys(step.inputs))).toHaveLength(1);
  });

  it("do not deepen a plan beyond its depth", () => {
    const chain = registry([
      { name: "a", in: [], out: ["x"] },
      { name: "b", in: ["x?"], out: ["y"] },
    ]);
    expect(planned(["x", "y"], [], chain).depth).toBe(2);
    const flat = planned(["x", "y"], [], chain, { maxDepth: 1 });
    expect(flat.depth).toBe(1);
    expect(flat.guards).toEqual(["max_depth 1 left optional inputs unbound"]);
  });
});

describe("variants", () => {
  const makers = [
    { name: "slow", in: ["a"], out: ["x"], cost: 1, latencyMs: 2_000 },
    { name: "dear", in: ["a"], out: ["x"], cost: 5, latencyMs: 10 },
    { name: "cheap", in: ["a"], out: ["x"], cost: 1, latencyMs: 10 },
  ];
  const by = (rules: Partial<Policy>, trust: Parameters<typeof registry>[1] = {}, nodes = makers) =>
    planned(["x"], ["a"], registry(nodes, trust), rules).steps[0]?.node;

  it("are chosen by cost and latency, as the policy weighs them", () => {
    expect(by({})).toBe("cheap");
    const two = makers.slice(0, 2);
    expect(by({}, {}, two)).toBe("dear");
    expect(by({ prefer: { trust: 1, cost: 1, latency: 0 } }, {}, two)).toBe("slow");
    expect(by({ prefer: { trust: 1, cost: 10, latency: 1 } }, {}, two)).toBe("slow");
  });

  it("are chosen by trust, unless trust is weighed nothing", () => {
    const trust = { "cheap@1.0.0": { score: 0.1, confidence: 0.9 }, "dear@1.0.0": { score: 0.95 } };
    expect(by({ minTrust: 0 }, trust)).toBe("dear");
    expect(by({ minTrust: 0, prefer: { trust: 0, cost: 1, latency: 1 } }, trust)).toBe("cheap");
  });

  it("that tie are chosen by version, then by name", () => {
    const tie = (name: string, version: string) => ({ name, version, in: ["a"], out: ["x"] });
    expect(by({}, {}, [tie("b", "1.0.0"), tie("a", "1.0.0")] as never)).toBe("a");
    const plan = planned(["x"], ["a"], registry([tie("a", "1.0.0"), tie("b", "1.10.0"), tie("b", "1.9.0")]));
    expect([plan.steps[0]?.node, plan.steps[0]?.version]).toEqual(["b", "1.10.0"]);
    expect(
      candidates(plan, "x").map((one) => `${one.node}@${one.version} ${one.verdict}: ${one.reasons.join("; ")}`),
    ).toEqual([
      "b@1.10.0 chosen: costs 2.2",
      "b@1.9.0 fallback: costs the same, but version 1.9.0 is older than 1.10.0",
      "a@1.0.0 fallback: costs the same, but version 1.0.0 is older than 1.10.0",
    ]);
  });

  it("that all cost nothing are chosen by the fewest steps", () => {
    const snapshot = registry([
      { name: "far", in: ["m"], out: ["x"], cost: 0, latencyMs: 0 },
      { name: "half", in: ["a"], out: ["m"], cost: 0, latencyMs: 0 },
      { name: "near", in: ["a"], out: ["x"], cost: 0, latencyMs: 0 },
    ]);
    expect(nodesOf(planned(["x"], ["a"], snapshot))).toEqual(["near"]);
  });

  it("say by how much they lost", () => {
    const plan = planned(["x"], ["a"], registry(makers));
    expect(candidates(plan, "x").map((one) => [one.node, one.verdict, one.reasons])).toEqual([
      ["cheap", "chosen", ["costs 2.2"]],
      ["dear", "fallback", ["costs 10.2, chosen costs 2.2"]],
      ["slow", "fallback", ["costs 42, chosen costs 2.2"]],
    ]);
  });

  it("whose output cannot fit their consumer are not used for it", () => {
    const snapshot = registry([
      { name: "text_price", in: ["a"], out: { price: { type: "string" } } },
      { name: "number_price", in: ["a"], out: { price: { type: "number" } }, cost: 5 },
      { name: "total", in: { price: { type: "number" } }, out: ["total"] },
    ]);
    const plan = planned(["total"], ["a"], snapshot);
    expect(nodesOf(plan)).toEqual(["number_price", "total"]);
    expect(candidates(plan, "price").at(-1)).toMatchObject({
      node: "text_price",
      verdict: "rejected",
      reasons: ["its price does not fit at $: string is not number"],
    });
  });

  it("whose fit cannot be decided are marked to be checked", () => {
    const snapshot = registry([
      { name: "loose", in: ["a"], out: { price: {} } },
      { name: "total", in: { price: { type: "number" } }, out: ["total"] },
    ]);
    expect(planned(["total"], ["a"], snapshot).steps.map((step) => step.unchecked)).toEqual([undefined, ["price"]]);
  });
});

describe("unreachable goals", () => {
  it("name the missing key, who needs it, and the nearest key there is", () => {
    const fault = refused(["metadata.report"], ["document.txt"], registry(DOCUMENT));
    expect(fault).toMatchObject({ code: "PLAN_UNREACHABLE", place: "goal.want" });
    expect(fault.message).toBe("cannot reach metadata.report: missing document.text");
    expect(fault.hint).toBe("give document.text, or register a node that produces it; did you mean document.txt?");
    expect(fault.details).toMatchObject({
      missing: [{ key: "document.text", needed_by: "extract", nearest: ["document.txt"] }],
    });
  });

  it("suggest the wanted key that was meant", () => {
    expect(refused(["metadata.reprot"], ["document.text"], registry(DOCUMENT)).hint).toContain(
      "did you mean metadata.report?",
    );
  });

  it("name the candidates that were rejected, and why", () => {
    const snapshot = registry([...DOCUMENT.slice(0, 3), { ...DOCUMENT[3]!, lifecycle: "draft" }]);
    const fault = refused(["metadata.report"], ["document.text"], snapshot);
    expect(fault.hint).toBe("report@1.0.0 would produce metadata.report, but lifecycle draft is not allowed");
    expect(fault.details).toMatchObject({
      missing: [{ key: "metadata.report" }],
      candidates: [
        { key: "metadata.report", node: "report", version: "1.0.0", reasons: ["lifecycle draft is not allowed"] },
      ],
    });
  });

  it("stay readable when very much is missing", () => {
    const many = registry([{ name: "hub", in: Array.from({ length: 500 }, (_, i) => `k.k${i}`), out: ["x"] }]);
    const fault = refused(["x"], [], many);
    expect(fault.message).toBe("cannot reach x: missing k.k0, k.k1, k.k2, k.k3, k.k4 and 495 more");
    expect((fault.details as { missing: unknown[] }).missing).toHaveLength(50);
  });
});

describe("size", () => {
  it("does not matter to the stack: chains of 10,000 nodes, exponential sharing", () => {
    const long = registry(
      Array.from({ length: 10_000 }, (_, i) => ({ name: `n${i}`, in: [`k.k${i}`], out: [`k.k${i + 1}`] })),
    );
    const plan = planned(["k.k10000"], ["k.k0"], long, { maxDepth: 10_000 });
    expect(plan.depth).toBe(10_000);
    expect(refused(["k.k10000"], ["k.k0"], long).place).toBe("policy.max_depth");
    expect(refused(["k.k10000"], ["nothing"], long).code).toBe("PLAN_UNREACHABLE");
    const shared = registry(
      Array.from({ length: 3_000 }, (_, i) => ({
        name: `n${i}`,
        in: [`a.k${i}`, `b.k${i}`],
        out: [`a.k${i + 1}`, `b.k${i + 1}`],
      })),
    );
    expect(planned(["a.k3000"], ["a.k0", "b.k0"], shared, { maxDepth: 3_000 }).steps).toHaveLength(3_000);
  });
});
