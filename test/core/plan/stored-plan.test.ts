import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundedPlan } from "../../../src/core/plan/assemble/bounded-plan.ts";
import { planHash } from "../../../src/core/plan/assemble/hash.ts";
import { planGoal } from "../../../src/core/plan/search/plan-goal.ts";
import { planGraph } from "../../../src/core/plan/graph/plan-graph.ts";
import { planOfStoreText, planStoreText } from "../../../src/core/plan/stored/plan-store-text.ts";
import type { Plan } from "../../../src/core/plan/model/plan.ts";
import { DEFAULT_POLICY, type Policy } from "../../../src/core/plan/model/policy.ts";
import { restorePlan, storePlan, type StoredPlan } from "../../../src/core/plan/stored/stored-plan.ts";
import { ok } from "../../../src/core/result.ts";
import type { NodeDefinition } from "../../../src/core/registry/node.ts";
import { planned } from "./support/graphs.ts";
import { hypergraph } from "./support/hypergraphs.ts";
import { node, policy, registry } from "./support/nodes.ts";
import { ALL_SERVED } from "../../support/served.ts";

/** Through JSON, as a record goes. */
const again = (plan: Plan): Plan => restorePlan(JSON.parse(JSON.stringify(storePlan(plan))) as StoredPlan);

function expectSame(plan: Plan): void {
  const restored = again(plan);
  expect(restored).toEqual(plan);
  expect(planHash(restored)).toBe(plan.hash);
  expect(JSON.stringify(storePlan(restored))).toBe(JSON.stringify(storePlan(plan)));
}

const rules: fc.Arbitrary<Partial<Policy>> = fc.record(
  {
    minTrust: fc.constantFrom(0, 0.3),
    mode: fc.constantFrom("sequential" as const, "parallel" as const, "batch" as const),
    maxParallelism: fc.constantFrom(null, 3),
    pins: fc.constantFrom({}, { n0: "1.x" }),
    tags: fc.constantFrom({ allow: null, deny: [] }, { allow: null, deny: ["x"] }),
    order: fc.constantFrom("plan" as const, "critical" as const, "trusted" as const),
    priority: fc.integer({ min: -2, max: 2 }),
    fusion: fc.constantFrom("auto" as const, "none" as const),
  },
  { requiredKeys: [] },
);

describe("a stored plan", () => {
  it("is the plan again, down to its hash, when a goal was planned", () => {
    fc.assert(
      fc.property(hypergraph(), rules, ({ nodes, want, given }, changes) => {
        const plan = planGoal({ want, given, policy: policy(changes) }, registry(nodes), ALL_SERVED);
        if (plan.ok) expectSame(plan.value);
      }),
    );
  });

  it("is the plan again when an explicit graph was planned", () => {
    const dag = fc.array(fc.record({ node: fc.nat(20), range: fc.boolean(), after: fc.array(fc.nat(20)) }), {
      minLength: 1,
      maxLength: 8,
    });
    let planned = 0;
    fc.assert(
      fc.property(hypergraph(), dag, rules, ({ nodes }, rows, changes) => {
        const steps = rows.map((row, i) => {
          const { name, version } = nodes[row.node % nodes.length] as NodeDefinition;
          const after = [...new Set(row.after.filter((at) => at < i))].map((at) => `t${at}`);
          return { id: `t${i}`, node: name, after, ...(row.range ? { version: `^${version}` } : {}) };
        });
        const given = ["k.a", "k.b", "k.c", "k.d", "k.e", "k.f"];
        const plan = planGraph({ steps, given }, registry(nodes), policy(changes), ALL_SERVED);
        if (!plan.ok) return;
        planned++;
        expectSame(plan.value);
      }),
    );
    expect(planned).toBeGreaterThan(5);
  });

  it("keeps gates, waits, limits, composites and several versions of a node", () => {
    const limit = { group: null, key: null, allows: { kind: "slots" as const, max: 2 } };
    const sleep = { entrypoint: { type: "wait" as const, target: "sleep" } };
    const body = { steps: [{ id: "read", node: "get" }] };
    const snapshot = registry([
      { name: "get", in: ["url"], out: ["text"], execution: { limits: [limit], cache: { ttlMs: 5 } } },
      { name: "get", version: "0.9.0", in: ["url"], out: ["text"] },
      { name: "pause", kind: "effect", out: ["woken"], ...sleep },
      {
        ...node({ name: "both", in: ["url"], out: ["text"] }),
        graph: body,
        entrypoint: { type: "composite", target: "" },
      },
    ]);
    const gate = { test: { value: "a.text", path: "/x", op: "in" as const, than: ["y", 1, null] } };
    const plan = planned(
      {
        steps: [
          { id: "a", node: "get" },
          { id: "b", node: "get", version: "0.9.0", when: { not: gate } },
          { id: "c", node: "both", inputs: { url: "a.text" } },
          { id: "d", node: "pause", after: ["a", "c"] },
        ],
        given: ["url"],
      },
      {},
      snapshot,
    );
    expect(plan.steps.map(({ id }) => id)).toEqual(expect.arrayContaining(["a", "b", "c/read", "d"]));
    expect(plan.boundaries).toHaveLength(1);
    expectSame(plan);
  });

  it("keeps what a plan was cut to, and fields an older policy did not have", () => {
    const snapshot = registry([{ name: "n", in: ["a"], out: ["b"] }]);
    const steps = Array.from({ length: 250 }, (_, i) => ({ id: `t${i}`, node: "n" }));
    const plan = boundedPlan(planned({ steps, given: ["a"], want: ["t3.b"] }, {}, snapshot));
    expectSame(plan);
    const { priority: _p, order: _o, ...older } = DEFAULT_POLICY;
    expectSame({ ...plan, policy: older });
    expect(again({ ...plan, policy: older }).policy).not.toHaveProperty("order");
  });

  it("keeps reasons that do not follow from the plan", () => {
    const snapshot = registry([{ name: "n", in: ["a"], out: ["b"] }]);
    const plan = planned({ steps: [{ id: "t", node: "n" }], given: ["a"] }, {}, snapshot);
    expectSame({ ...plan, why: plan.why.slice(1) });
    expectSame({ ...plan, why: [...plan.why].reverse() });
    const said = plan.why.map((one) => ({
      ...one,
      candidates: one.candidates.map((candidate) => ({ ...candidate, reasons: ["because"] })),
    }));
    expectSame({ ...plan, why: said });
  });

  it("takes less than half of the plan's own JSON", () => {
    const snapshot = registry([{ name: "n", in: ["a"], out: ["a"] }]);
    const steps = Array.from({ length: 20 }, (_, i) => ({
      id: `t${i}`,
      node: "n",
      inputs: { a: i === 0 ? "a" : `t${i - 1}.a` },
    }));
    const plan = planned({ steps, given: ["a"] }, {}, snapshot);
    expect(JSON.stringify(storePlan(plan)).length).toBeLessThan(JSON.stringify(plan).length / 2);
  });

  it("means the same for ever", () => {
    const text =
      '{"form":2,"hash":"h","want":["t.b"],"given":["a"],"segments":[{"id":"s0","steps":["t"],"inline":true}],"cost":1,' +
      '"depth":1,"guards":[],"origin":"graph","nodes":[{"node":"n","version":"1.0.0","kind":"compute",' +
      '"entrypoint":"builtin","outputs":["b"],"cost":1,"timeoutMs":1000,"retry":{"maxRetries":3,' +
      '"backoff":"exponential","baseMs":100,"maxMs":5000},"cacheTtlMs":null}],"steps":[{"id":"t","node":0,' +
      '"inputs":{"a":"|a"}}],"results":{"t.b":"t|b"},"why":{"named":{}},"policy":{"set":{"mode":"batch"}}}';
    expect(restorePlan(JSON.parse(text) as StoredPlan)).toEqual({
      hash: "h",
      want: ["t.b"],
      given: ["a"],
      segments: [{ id: "s0", steps: ["t"], inline: true }],
      cost: 1,
      depth: 1,
      guards: [],
      origin: "graph",
      steps: [
        {
          id: "t",
          node: "n",
          version: "1.0.0",
          kind: "compute",
          entrypoint: "builtin",
          inputs: { a: { step: null, key: "a" } },
          outputs: ["b"],
          after: [],
          segment: "s0",
          cost: 1,
          timeoutMs: 1000,
          retry: { maxRetries: 3, backoff: "exponential", baseMs: 100, maxMs: 5000 },
          cacheTtlMs: null,
        },
      ],
      results: { "t.b": { step: "t", key: "b" } },
      why: [
        { key: "a", source: "given", candidates: [] },
        {
          key: "b",
          source: "node",
          candidates: [{ node: "n", version: "1.0.0", verdict: "chosen", reasons: ["named by the graph"] }],
        },
      ],
      policy: {
        minTrust: 0.3,
        minConfidence: 0.5,
        allowUnproven: true,
        maxCost: null,
        maxDepth: 50,
        maxSteps: 10_000,
        lifecycles: ["active"],
        namespaces: { allow: null, deny: [] },
        tags: { allow: null, deny: [] },
        groups: { allow: null, deny: [] },
        pins: {},
        prefer: { trust: 1, cost: 1, latency: 1 },
        mode: "batch",
        maxParallelism: null,
        deadlineMs: null,
        inline: "auto",
        fusion: "auto",
        cheap: { cost: 1, timeoutMs: 1_000 },
        segment: { maxSteps: 64, timeoutMs: 10_000, maxBytes: 1_048_576 },
        priority: 0,
        order: "plan",
        noCache: false,
        onFailure: "continue",
        maxReplans: 2,
      },
    });
  });

  it("is refused in a form from the future", () => {
    expect(planOfStoreText('{"form":3}')).toMatchObject({ ok: false, error: { code: "RECORD_NEWER" } });
    expect(planOfStoreText("{}")).toMatchObject({ ok: false, error: { code: "RECORD_UNREADABLE" } });
  });
});

describe("the text of a stored plan", () => {
  const snapshot = registry([{ name: "n", in: ["a"], out: ["b"] }]);
  const plan = planned({ steps: [{ id: "t", node: "n" }], given: ["a"] }, {}, snapshot);

  it("is one for a plan, and gives one plan", () => {
    const text = planStoreText(plan);
    expect(planStoreText(plan)).toBe(text);
    expect(planOfStoreText(text)).toEqual(ok(plan));
    const kept = new Map<string, typeof plan>();
    const known = {
      get: (own: string) => kept.get(own),
      keep: (own: string, one: typeof plan) => void kept.set(own, one),
    };
    const first = planOfStoreText(text, undefined, known);
    expect([...kept.keys()]).toEqual([text]);
    expect(first.ok && planOfStoreText(`${text}`, undefined, known)).toMatchObject({ value: first.ok && first.value });
  });

  it("may be of the time when plans were stored as they are", () => {
    expect(planOfStoreText(JSON.stringify(plan))).toEqual(ok(plan));
  });
});
