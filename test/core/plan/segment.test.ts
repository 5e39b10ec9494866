import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Plan } from "../../../src/core/plan/model/plan.ts";
import { planGoal } from "../../../src/core/plan/search/plan-goal.ts";
import { planGraph } from "../../../src/core/plan/graph/plan-graph.ts";
import type { Policy } from "../../../src/core/plan/model/policy.ts";
import { planWaves } from "../../../src/core/plan/assemble/waves.ts";
import { isOrdered } from "./support/hypergraphs.ts";
import { policy, registry } from "./support/nodes.ts";
import { ALL_SERVED } from "../../support/served.ts";

const NODES = registry([
  { name: "pure", in: ["x?"], out: ["x"] },
  { name: "sandboxed", in: ["x?"], out: ["x"], entrypoint: { type: "function", target: "node.js" } },
  { name: "effect", in: ["x?"], out: ["x"], kind: "effect" },
  { name: "remote", in: ["x?"], out: ["x"], entrypoint: { type: "http", target: "https://example.com" } },
  { name: "dear", in: ["x?"], out: ["x"], cost: 2 },
  { name: "slow", in: ["x?"], out: ["x"], timeoutMs: 5_000 },
]);

/** Steps as `id: [node, ...steps before]`. */
function graph(steps: Readonly<Record<string, readonly string[]>>, rules: Partial<Policy> = {}): Plan {
  const result = planGraph(
    {
      steps: Object.entries(steps).map(([id, [node, ...after]]) => ({ id, node: node!, after, exact: true })),
      given: [],
    },
    NODES,
    policy(rules),
    ALL_SERVED,
  );
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

const segments = (plan: Plan): readonly string[] =>
  plan.segments.map((one) => `${one.steps.join("+")}${one.inline ? " inline" : ""}`);

describe("segments", () => {
  it("fuse what is pure, local, cheap and connected, and run it inline", () => {
    expect(segments(graph({ a: ["pure"], b: ["sandboxed", "a"], c: ["pure", "b"], d: ["pure"] }))).toEqual([
      "a+b+c inline",
      "d inline",
    ]);
  });

  it("keep everything else apart", () => {
    expect(segments(graph({ a: ["effect"], b: ["remote"], c: ["dear"], d: ["slow"] }))).toEqual(["a", "b", "c", "d"]);
  });

  it("are not inline after something that is not", () => {
    expect(segments(graph({ a: ["pure"], b: ["effect", "a"], c: ["pure", "b"], d: ["pure", "c"] }))).toEqual([
      "a inline",
      "b",
      "c+d",
    ]);
  });

  it("do not make a step wait for what it does not need", () => {
    // c could join a, or b, but then a would wait for the effect, or c for nothing it needs.
    expect(segments(graph({ a: ["pure"], e: ["effect"], c: ["pure", "a", "e"], d: ["pure", "a"] }))).toEqual([
      "a+d inline",
      "e",
      "c",
    ]);
  });

  it("follow the policy", () => {
    const steps = { a: ["pure"], b: ["pure", "a"], c: ["dear", "b"] };
    expect(segments(graph(steps, { fusion: "none" }))).toEqual(["a", "b", "c"]);
    expect(segments(graph(steps, { inline: "never" }))).toEqual(["a+b", "c"]);
    expect(segments(graph(steps, { cheap: { cost: 2, timeoutMs: 1_000 } }))).toEqual(["a+b+c inline"]);
    expect(segments(graph(steps, { cheap: { cost: 2, timeoutMs: 500 } }))).toEqual(["a", "b", "c"]);
  });

  it("are split over their budget, keeping chains together", () => {
    const steps = Object.fromEntries(
      ["a", "b"].flatMap((chain) =>
        [0, 1, 2].map((i) => [`${chain}${i}`, i === 0 ? ["pure", "root"] : ["pure", `${chain}${i - 1}`]]),
      ),
    );
    const plan = graph({ root: ["pure"], ...steps }, { segment: { maxSteps: 4, timeoutMs: 60_000, maxBytes: 1 } });
    expect(segments(plan)).toEqual(["root+b0+b1+b2 inline", "a0+a1+a2 inline"]);
    const timed = graph({ root: ["pure"], ...steps }, { segment: { maxSteps: 64, timeoutMs: 3_000, maxBytes: 1 } });
    expect(Math.max(...timed.segments.map((one) => one.steps.length))).toBe(3);
    expect(segments(graph({ a: ["pure"] }, { segment: { maxSteps: 1, timeoutMs: 1, maxBytes: 1 } }))).toEqual([
      "a inline",
    ]);
  });

  it("of a gated step are its own: the reducer decides between segments", () => {
    const result = planGraph(
      {
        steps: [
          { id: "a", node: "pure", exact: true },
          {
            id: "b",
            node: "pure",
            inputs: { x: "a.x" },
            when: { test: { value: "a.x", path: "", op: "exists", than: null } },
          },
          { id: "c", node: "pure", inputs: { x: "b.x" } },
        ],
        given: [],
      },
      NODES,
      policy(),
      ALL_SERVED,
    );
    expect(result.ok && segments(result.value)).toEqual(["a inline", "b", "c"]);
  });
});

const random = fc
  .array(
    fc.record({
      node: fc.constantFrom("pure", "pure", "pure", "sandboxed", "effect", "dear"),
      before: fc.array(fc.nat(30), { maxLength: 3 }),
      gated: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    }),
    { minLength: 1, maxLength: 14 },
  )
  .map((sketches) =>
    sketches.map(({ node, before, gated }, i) => {
      const after = i === 0 ? [] : [...new Set(before.map((n) => `s${n % i}`))];
      const when =
        gated && after[0]
          ? { when: { test: { value: `${after[0]}.x`, path: "", op: "exists" as const, than: null } } }
          : {};
      return { id: `s${i}`, node, after, exact: true, ...when };
    }),
  );

describe("segments, of any graph", () => {
  const plan = (steps: Parameters<typeof planGraph>[0]["steps"], rules: Partial<Policy> = {}): Plan => {
    const result = planGraph({ steps, given: [] }, NODES, policy(rules), ALL_SERVED);
    if (!result.ok) throw new Error(result.error.message);
    return result.value;
  };

  it("hold every step once, in an order in which none waits for a later one", () => {
    fc.assert(
      fc.property(random, fc.integer({ min: 1, max: 4 }), (steps, maxSteps) => {
        const made = plan(steps, { segment: { maxSteps, timeoutMs: 60_000, maxBytes: 1 } });
        expect(made.segments.flatMap((one) => one.steps).toSorted()).toEqual(steps.map((one) => one.id).toSorted());
        expect(isOrdered(made)).toBe(true);
        for (const one of made.segments) expect(one.steps.length).toBeLessThanOrEqual(maxSteps);
      }),
    );
  });

  it("never delay a step: all steps of one wait for the same effects and costly steps", () => {
    fc.assert(
      fc.property(random, (steps) => {
        const made = plan(steps, { segment: { maxSteps: 64, timeoutMs: 60_000, maxBytes: 1 } });
        const light = (id: string): boolean => {
          const step = made.steps.find((one) => one.id === id)!;
          return step.kind === "compute" && step.cost <= 1 && step.when === undefined;
        };
        const heavyBefore = (id: string): string => {
          const seen = new Set<string>([id]);
          for (const at of seen) {
            const step = made.steps.find((one) => one.id === at)!;
            for (const next of step.after) seen.add(next);
          }
          seen.delete(id);
          return [...seen]
            .filter((one) => !light(one))
            .toSorted()
            .join(",");
        };
        for (const one of made.segments) {
          if (one.steps.length > 1) expect(one.steps.every(light)).toBe(true);
          expect(new Set(one.steps.map(heavyBefore)).size).toBe(1);
          expect(one.inline).toBe(one.steps.every(light) && one.steps.every((id) => heavyBefore(id) === ""));
        }
        // And nothing that could be fused is not: joined light steps with the same heavy ancestors share a segment.
        const segmentOf = new Map(made.segments.flatMap((one) => one.steps.map((id) => [id, one.id] as const)));
        for (const step of made.steps) {
          for (const from of step.after) {
            if (!light(step.id) || !light(from) || heavyBefore(step.id) !== heavyBefore(from)) continue;
            expect(segmentOf.get(from)).toBe(segmentOf.get(step.id));
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("planWaves", () => {
  it("groups segments by what they wait for", () => {
    const made = graph({ a: ["effect"], b: ["effect"], c: ["pure", "a"], d: ["pure", "c", "b"], e: ["effect", "d"] });
    expect(segments(made)).toEqual(["a", "b", "c", "d", "e"]);
    expect(planWaves(made)).toEqual([["s0", "s1"], ["s2"], ["s3"], ["s4"]]);
    expect(planWaves(made)).toBe(planWaves(made));
  });

  it("holds every segment once, each in the first wave after all it waits for", () => {
    fc.assert(
      fc.property(random, (steps) => {
        const result = planGraph({ steps, given: [] }, NODES, policy(), ALL_SERVED);
        const made = result.ok ? result.value : (undefined as never);
        const waves = planWaves(made);
        expect(waves.flat().toSorted()).toEqual(made.segments.map((one) => one.id).toSorted());
        const waveOf = new Map(waves.flatMap((wave, i) => wave.map((id) => [id, i] as const)));
        const segmentOf = new Map(made.steps.map((step) => [step.id, step.segment]));
        for (const one of made.segments) {
          const before = one.steps
            .flatMap((id) => made.steps.find((step) => step.id === id)!.after.map((from) => segmentOf.get(from)!))
            .filter((id) => id !== one.id)
            .map((id) => waveOf.get(id)!);
          expect(waveOf.get(one.id)).toBe(1 + Math.max(-1, ...before));
        }
      }),
    );
  });
});

it("segments of a goal's plan are cut as those of a graph", () => {
  const snapshot = registry([
    { name: "load", in: ["a"], out: ["b"], kind: "effect" },
    { name: "clean", in: ["b"], out: ["c"] },
    { name: "count", in: ["c"], out: ["d"] },
  ]);
  const result = planGoal({ want: ["d"], given: ["a"], policy: policy() }, snapshot, ALL_SERVED);
  expect(result.ok && segments(result.value)).toEqual(["load", "clean+count"]);
});
