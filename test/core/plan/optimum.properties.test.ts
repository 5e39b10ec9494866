import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planGoal } from "../../../src/core/plan/search/plan-goal.ts";
import type { Policy } from "../../../src/core/plan/model/policy.ts";
import { buildSnapshot } from "../../../src/core/registry/snapshot.ts";
import { ALL_SERVED } from "../../support/served.ts";
import { leastOf } from "./support/brute-force.ts";
import { hypergraph, type Hypergraph } from "./support/hypergraphs.ts";
import { policy } from "./support/nodes.ts";

const plan = (graph: Hypergraph, rules: Policy = policy()) =>
  planGoal(
    { want: graph.want, given: graph.given, policy: rules },
    buildSnapshot("1", graph.nodes, new Map()),
    ALL_SERVED,
  );

describe("a plan, beside every choice of nodes there is", () => {
  it("costs the least, and says that it is proved", () => {
    fc.assert(
      fc.property(hypergraph(3), (graph) => {
        const result = plan(graph);
        const least = leastOf(graph);
        expect(result.ok).toBe(least !== null);
        if (!result.ok || least === null) return;
        const { cost, optimum } = result.value;
        expect(Math.round(cost * 1_000_000)).toBe(least.price);
        expect(optimum).toMatchObject({ bound: cost, proved: true });
        expect(optimum!.firstCost).toBeGreaterThanOrEqual(cost);
      }),
      { numRuns: 400 },
    );
  });

  it("is within every guard that some choice is within, or the refusal does not say it is proved", () => {
    const guards = fc.record({
      maxSteps: fc.integer({ min: 1, max: 5 }),
      maxDepth: fc.integer({ min: 1, max: 5 }),
      maxCost: fc.option(fc.integer({ min: 1, max: 30 })),
    });
    fc.assert(
      fc.property(hypergraph(3), guards, (graph, limits) => {
        if (!plan(graph).ok) return;
        const result = plan(graph, policy(limits));
        const least = leastOf(graph, limits);
        if (result.ok) {
          expect(least).not.toBeNull();
          const { cost, optimum } = result.value;
          expect(Math.round(optimum!.bound * 1_000_000)).toBeLessThanOrEqual(least!.price);
          if (optimum!.proved) expect(Math.round(cost * 1_000_000)).toBe(least!.price);
          return;
        }
        const { proved } = result.error.details as { proved: boolean };
        if (proved) expect(least).toBeNull();
      }),
      { numRuns: 400 },
    );
  });

  it("is never refused for one guard alone that some choice is within", () => {
    const guard = fc.oneof(
      fc.record({ maxSteps: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ maxDepth: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ maxCost: fc.integer({ min: 1, max: 30 }) }),
    );
    fc.assert(
      fc.property(hypergraph(3), guard, (graph, limits) => {
        if (!plan(graph).ok) return;
        const result = plan(graph, policy(limits));
        expect(result.ok).toBe(leastOf(graph, limits) !== null);
        if (!result.ok) expect(result.error.details).toMatchObject({ proved: true });
      }),
      { numRuns: 400 },
    );
  });

  it("without effort is the first plan, of which nothing is claimed", () => {
    fc.assert(
      fc.property(hypergraph(3), (graph) => {
        const result = plan(graph, policy({ effort: 0 }));
        if (!result.ok) return;
        const { cost, optimum } = result.value;
        expect(optimum).toEqual({ bound: 0, proved: cost === 0, firstCost: cost });
      }),
    );
  });
});
