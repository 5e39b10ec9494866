import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ErrorCode } from "../../../src/core/errors.ts";
import { Composites } from "../../../src/core/plan/graph/composites.ts";
import { allOf } from "../../../src/core/plan/search/eligible.ts";
import { cheapest } from "../../../src/core/plan/search/models.ts";
import { planGoal } from "../../../src/core/plan/search/plan-goal.ts";
import type { Policy } from "../../../src/core/plan/model/policy.ts";
import { search } from "../../../src/core/plan/search/search.ts";
import { buildSnapshot, type RegistrySnapshot } from "../../../src/core/registry/snapshot.ts";
import { bruteForceCosts, hypergraph, isOrdered, shuffled, type Hypergraph } from "./support/hypergraphs.ts";
import { policy } from "./support/nodes.ts";
import { ALL_SERVED } from "../../support/served.ts";

const isGuard = (code: ErrorCode): boolean =>
  ["PLAN_TOO_MANY_STEPS", "PLAN_TOO_DEEP", "PLAN_TOO_COSTLY"].includes(code);
const snapshotOf = (graph: Hypergraph, version = "1"): RegistrySnapshot =>
  buildSnapshot(version, graph.nodes, new Map());
const plan = (graph: Hypergraph, rules: Policy = policy(), snapshot = snapshotOf(graph)) =>
  planGoal({ want: graph.want, given: graph.given, policy: rules }, snapshot, ALL_SERVED);

function costs(graph: Hypergraph): ReadonlyMap<string, number> {
  const snapshot = snapshotOf(graph);
  const rules = policy();
  const found = search(
    {
      want: graph.want,
      given: new Set(graph.given),
      policy: rules,
      available: allOf(ALL_SERVED),
      guards: new Map(),
      composites: new Composites(snapshot, rules, allOf(ALL_SERVED)),
    },
    snapshot,
    cheapest(rules),
  );
  return new Map(found.wants.flatMap((demand) => (demand.by === null ? [] : [[demand.key, demand.cost] as const])));
}

const priceOf = cheapest(policy()).price;
const price = (one: Parameters<typeof bruteForceCosts>[0][number]): number =>
  priceOf({
    number: 0,
    node: one,
    trust: { score: 0.5, confidence: 0, samples: 0 },
    age: 0,
    required: [],
    outputs: [],
  });

describe("planGoal, on any registry", () => {
  it("is tried on registries of which many reach their goal, with several steps and variants", () => {
    const plans = fc.sample(hypergraph(), 1_000).flatMap((graph) => {
      const result = plan(graph);
      return result.ok ? [result.value] : [];
    });
    expect(plans.length).toBeGreaterThan(200);
    expect(plans.filter((one) => one.steps.length > 2).length).toBeGreaterThan(20);
    expect(
      plans.filter((one) =>
        one.why.some((choice) => choice.candidates.some((candidate) => candidate.verdict === "fallback")),
      ).length,
    ).toBeGreaterThan(20);
  });

  it("reaches a goal exactly when some choice of producers does, at the least additive cost", () => {
    fc.assert(
      fc.property(hypergraph(), (graph) => {
        const active = graph.nodes.filter((one) => one.lifecycle === "active");
        const best = bruteForceCosts(active, graph.given, price);
        const found = costs(graph);
        for (const key of graph.want) {
          if (graph.given.includes(key)) continue;
          expect(found.get(key)).toBe(best.get(key));
        }
        expect(plan(graph).ok).toBe(graph.want.every((key) => best.has(key) || graph.given.includes(key)));
      }),
      { numRuns: 300 },
    );
  });

  it("costs no more than its derivations one by one", () => {
    fc.assert(
      fc.property(hypergraph(), (graph) => {
        const result = plan(graph);
        if (!result.ok) return;
        const sum = [...costs(graph).values()].reduce((total, cost) => total + cost, 0);
        expect(result.value.cost * 1_000_000).toBeLessThanOrEqual(sum + 1e-3);
      }),
    );
  });

  it("is the same plan whatever the registry's order and version", () => {
    fc.assert(
      fc.property(hypergraph(), fc.nat(), (graph, seed) => {
        const other = {
          ...graph,
          nodes: shuffled(graph.nodes, seed),
          want: shuffled(graph.want, seed),
          given: shuffled(graph.given, seed),
        };
        const [a, b] = [plan(graph), plan(other, policy(), snapshotOf(other, "another"))];
        expect(b.ok).toBe(a.ok);
        if (!a.ok || !b.ok) return;
        expect(b.value.hash).toBe(a.value.hash);
        expect(b.value.steps).toEqual(a.value.steps);
        expect(b.value.why).toEqual(a.value.why);
      }),
    );
  });

  it("is acyclic, in order, complete, and has each node once", () => {
    fc.assert(
      fc.property(hypergraph(), (graph) => {
        const result = plan(graph);
        if (!result.ok) return;
        const { steps, results, segments } = result.value;
        expect(isOrdered(result.value)).toBe(true);
        expect(new Set(steps.map((step) => `${step.node}@${step.version}`)).size).toBe(steps.length);
        expect(segments.flatMap((segment) => segment.steps).toSorted()).toEqual(
          steps.map((step) => step.id).toSorted(),
        );
        expect(Object.keys(results).toSorted()).toEqual(graph.want.toSorted());
        const yields = new Map(steps.map((step) => [step.id, step.outputs]));
        for (const step of steps) {
          const definition = graph.nodes.find((one) => one.name === step.node)!;
          for (const [key, port] of Object.entries(definition.inputs)) {
            expect(port.optional || Object.hasOwn(step.inputs, key)).toBe(true);
          }
          for (const source of Object.values(step.inputs)) {
            expect(
              source.step === null ? graph.given.includes(source.key) : yields.get(source.step)!.includes(source.key),
            ).toBe(true);
          }
        }
      }),
    );
  });

  it("holds every guard, or refuses naming one", () => {
    const guards = fc.record({
      maxSteps: fc.integer({ min: 1, max: 4 }),
      maxDepth: fc.integer({ min: 1, max: 4 }),
      maxCost: fc.option(fc.integer({ min: 1, max: 20 })),
    });
    fc.assert(
      fc.property(hypergraph(), guards, (graph, limits) => {
        const result = plan(graph, policy(limits));
        if (result.ok) {
          expect(result.value.steps.length).toBeLessThanOrEqual(limits.maxSteps);
          expect(result.value.depth).toBeLessThanOrEqual(limits.maxDepth);
          expect(result.value.cost).toBeLessThanOrEqual(limits.maxCost ?? Infinity);
        } else if (isGuard(result.error.code)) {
          expect(result.error.place).toMatch(/^policy\.max_(steps|depth|cost)$/);
        } else {
          expect(result.error.code).toBe("PLAN_UNREACHABLE");
          expect(plan(graph).ok).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("never refuses for depth where a derivation is shallow enough", () => {
    fc.assert(
      fc.property(hypergraph(1), fc.integer({ min: 1, max: 4 }), (graph, maxDepth) => {
        fc.pre(graph.want.length === 1);
        const result = plan(graph, policy({ maxDepth }));
        const depths = shallowestDepths(graph);
        const reachable = graph.given.includes(graph.want[0]!) || (depths.get(graph.want[0]!) ?? Infinity) <= maxDepth;
        if (result.ok || isGuard(result.error.code)) expect(result.ok).toBe(reachable);
      }),
      { numRuns: 300 },
    );
  });

  it("without a chosen node is a plan without it, or a refusal that names what it gave", () => {
    fc.assert(
      fc.property(hypergraph(), fc.nat(), (graph, pick) => {
        const result = plan(graph);
        if (!result.ok || result.value.steps.length === 0) return;
        const gone = result.value.steps[pick % result.value.steps.length]!;
        const rest = { ...graph, nodes: graph.nodes.filter((one) => one.name !== gone.node) };
        const again = plan(rest);
        if (again.ok) {
          expect(again.value.steps.map((step) => step.node)).not.toContain(gone.node);
          return;
        }
        expect(again.error.code).toBe("PLAN_UNREACHABLE");
        const details = again.error.details as { missing: { key: string }[]; candidates: { reasons: string[] }[] };
        const named = JSON.stringify([details.missing, details.candidates]);
        expect(gone.outputs.some((key) => named.includes(key))).toBe(true);
      }),
    );
  });

  it("says of every candidate of every key why it was chosen or not", () => {
    fc.assert(
      fc.property(hypergraph(), (graph) => {
        const result = plan(graph);
        if (!result.ok) return;
        const snapshot = snapshotOf(graph);
        for (const choice of result.value.why) {
          if (choice.source === "given") continue;
          const told = choice.candidates.map((candidate) => candidate.node).toSorted();
          expect(told).toEqual((snapshot.producers.get(choice.key) ?? []).map((one) => one.name).toSorted());
          expect(choice.candidates.filter((candidate) => candidate.verdict === "chosen")).toHaveLength(1);
          expect(choice.candidates.every((candidate) => candidate.reasons.length > 0)).toBe(true);
        }
        const keys = new Set(result.value.why.map((choice) => choice.key));
        for (const key of graph.want) expect(keys).toContain(key);
        for (const step of result.value.steps) {
          for (const [key, port] of Object.entries(graph.nodes.find((one) => one.name === step.node)!.inputs)) {
            if (!port.optional) expect(keys).toContain(key);
          }
        }
      }),
    );
  });

  it("calls only those fallbacks that could really stand in", () => {
    fc.assert(
      fc.property(hypergraph(1), (graph) => {
        const result = plan(graph);
        if (!result.ok) return;
        for (const choice of result.value.why) {
          const chosen = choice.candidates.find((candidate) => candidate.verdict === "chosen");
          const fallbacks = choice.candidates.filter((candidate) => candidate.verdict === "fallback");
          if (!chosen || fallbacks.length === 0) continue;
          const rest = { ...graph, want: [choice.key], nodes: graph.nodes.filter((one) => one.name !== chosen.node) };
          expect(plan(rest).ok).toBe(true);
        }
      }),
    );
  });
});

/** Least chain length of each key, by plain iteration to the fixed point. */
function shallowestDepths(graph: Hypergraph): ReadonlyMap<string, number> {
  const depths = new Map<string, number>(graph.given.map((key) => [key, 0]));
  for (let round = 0; round < graph.nodes.length; round++) {
    for (const one of graph.nodes) {
      if (one.lifecycle !== "active") continue;
      const needs = Object.entries(one.inputs).flatMap(([key, port]) =>
        port.optional ? [] : [depths.get(key) ?? Infinity],
      );
      const depth = 1 + Math.max(0, ...needs);
      for (const key of Object.keys(one.outputs)) if (depth < (depths.get(key) ?? Infinity)) depths.set(key, depth);
    }
  }
  return depths;
}
