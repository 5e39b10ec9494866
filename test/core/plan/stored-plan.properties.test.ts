import fc from "fast-check";
import { expect, it } from "vitest";
import { planHash } from "../../../src/core/plan/assemble/hash.ts";
import { planOfStoreText, planStoreText } from "../../../src/core/plan/stored/plan-store-text.ts";
import type { Boundary, Candidate, KeyChoice, Plan, PlanStep, Source } from "../../../src/core/plan/model/plan.ts";
import { DEFAULT_POLICY, type Policy } from "../../../src/core/plan/model/policy.ts";
import { RuntimeHostError } from "../../../src/core/errors.ts";
import { storePlan, type StoredPlan } from "../../../src/core/plan/stored/stored-plan.ts";

/*
 * Plans that no planner need have made: steps of one node that differ in any field, segments that do not list their
 * steps, reasons that follow from nothing, keys that objects have of their own.
 */

const ids = fc.constantFrom("a", "b", "a/b", "a/b/c", "constructor", "c");
const keys = fc.constantFrom("k.a", "k.b", "constructor", "toString", "__proto__", "k");
const maybe = <T, K extends string>(key: K, value: fc.Arbitrary<T>) =>
  fc.oneof(
    fc.constant({}),
    value.map((made) => ({ [key]: made }) as Record<K, T>),
  );
/** Own properties all of them, as JSON makes them. */
const record = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Readonly<Record<string, T>>> =>
  fc.array(fc.tuple(keys, value), { maxLength: 3 }).map((entries) => Object.fromEntries(entries) as Record<string, T>);
const some = <T>(value: fc.Arbitrary<T>) => fc.array(value, { maxLength: 2 });

const source: fc.Arbitrary<Source> = fc.record({ step: fc.oneof(ids, fc.constant(null)), key: keys });
const wait = fc.record({
  kind: fc.constantFrom("sleep" as const, "event" as const),
  ms: fc.constantFrom(null, 5),
  event: fc.constantFrom(null, "go"),
  timeoutMs: fc.constantFrom(1, 2),
});
const limit = fc.record({
  group: fc.constantFrom(null, "g"),
  key: fc.constantFrom(null, "k"),
  allows: fc.constantFrom({ kind: "slots" as const, max: 1 }, { kind: "rate" as const, max: 1, perMs: 5 }),
});
const gate = fc.record({
  value: source,
  path: fc.constant("/x"),
  op: fc.constant("eq" as const),
  than: fc.constant(1),
});

const step: fc.Arbitrary<PlanStep> = fc
  .tuple(
    fc.record({
      id: ids,
      node: fc.constantFrom("n", "m"),
      version: fc.constantFrom("1.0.0", "2.0.0"),
      kind: fc.constantFrom("compute" as const, "effect" as const),
      entrypoint: fc.constantFrom("builtin", "function"),
      inputs: record(source),
      outputs: some(keys),
      after: some(ids),
      segment: fc.constantFrom("s0", "s1", ""),
      cost: fc.constantFrom(0, 1.5),
      timeoutMs: fc.constantFrom(1, 1_000),
      retry: fc.record({
        maxRetries: fc.nat(2),
        backoff: fc.constantFrom("fixed" as const, "exponential" as const),
        baseMs: fc.nat(1),
        maxMs: fc.nat(1),
      }),
      cacheTtlMs: fc.constantFrom(null, 0, 5),
    }),
    maybe(
      "when",
      fc.oneof(
        gate.map((test) => ({ test })),
        gate.map((test) => ({ not: { test } })),
      ),
    ),
    maybe("wait", wait),
    maybe("parent", ids),
    maybe("unchecked", some(keys)),
    maybe("limits", some(limit)),
  )
  .map((parts) => Object.assign({}, ...parts) as PlanStep);

const candidate: fc.Arbitrary<Candidate> = fc.record({
  node: fc.constantFrom("n", "m"),
  version: fc.constantFrom("1.0.0", "2.0.0"),
  verdict: fc.constantFrom("chosen" as const, "rejected" as const),
  reasons: some(fc.constantFrom("named by the graph", "because")),
});
const choice: fc.Arbitrary<KeyChoice> = fc.record({
  key: keys,
  source: fc.constantFrom("given" as const, "node" as const),
  candidates: some(candidate),
});
const boundary: fc.Arbitrary<Boundary> = fc.record({
  id: ids,
  node: fc.constantFrom("n", "m"),
  version: fc.constant("1.0.0"),
  parent: fc.oneof(ids, fc.constant(null)),
  steps: some(ids),
  inputs: record(source),
  outputs: record(source),
  cacheTtlMs: fc.constantFrom(null, 7),
});

const policy: fc.Arbitrary<Policy> = fc
  .record(
    {
      minTrust: fc.constantFrom(0, 0.3),
      maxCost: fc.constantFrom(null, 9),
      pins: fc.constantFrom<Policy["pins"]>({}, { n: "1.x" }, { constructor: "2.x" }),
      tags: fc.constantFrom<Policy["tags"]>({ allow: null, deny: [] }, { allow: [], deny: ["x"] }),
      priority: fc.integer({ min: -1, max: 1 }),
      order: fc.constantFrom("plan" as const, "critical" as const),
      cheap: fc.constantFrom({ cost: 1, timeoutMs: 1_000 }, { cost: 2, timeoutMs: 1_000 }),
      later: fc.constantFrom(null, false, "set"),
    },
    { requiredKeys: [] },
  )
  .chain((changes) =>
    fc.subarray(["order", "priority", "maxReplans"] as const).map((without) => {
      const whole = Object.entries({ ...DEFAULT_POLICY, ...changes });
      return Object.fromEntries(whole.filter(([field]) => !(without as readonly string[]).includes(field))) as never;
    }),
  );

const plans: fc.Arbitrary<Plan> = fc
  .tuple(
    fc.record({
      want: some(keys),
      given: some(keys),
      steps: fc.array(step, { maxLength: 5 }),
      segments: fc.array(fc.record({ id: fc.constantFrom("s0", "s1"), steps: some(ids), inline: fc.boolean() }), {
        maxLength: 2,
      }),
      results: record(source),
      cost: fc.constantFrom(0, 1.25),
      depth: fc.nat(3),
      why: fc.array(choice, { maxLength: 3 }),
      guards: some(fc.constant("max_cost 3 ruled out a plan")),
      policy,
    }),
    maybe("boundaries", some(boundary)),
    maybe("origin", fc.constantFrom("goal" as const, "graph" as const)),
  )
  .map((parts) => {
    const plan = Object.assign({}, ...parts) as Omit<Plan, "hash">;
    return { hash: planHash(plan), ...plan };
  });

function restoredFrom(text: string): Plan {
  const read = planOfStoreText(text);
  if (!read.ok) throw new RuntimeHostError(read.error);
  return read.value;
}

it("any plan comes back as it was stored, and so does its hash", () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const restored = restoredFrom(planStoreText(plan));
      expect(restored).toEqual(plan);
      expect(JSON.parse(JSON.stringify(restored))).toEqual(JSON.parse(JSON.stringify(plan)));
      expect(planHash(restored)).toBe(plan.hash);
      expect(JSON.stringify(storePlan(restored))).toBe(planStoreText(plan));
    }),
    { numRuns: 500 },
  );
});

it("a plan that was changed where it is stored no longer has its hash", () => {
  let edits = 0;
  fc.assert(
    fc.property(plans, fc.constantFrom("1.5", "1000", '"n"', '"2.0.0"', '"builtin"', '"k.a"'), (plan, part) => {
      const stored = planStoreText(plan);
      const { nodes } = JSON.parse(stored) as StoredPlan;
      const before = JSON.stringify(nodes);
      const edited = stored.replace(before, () => before.replaceAll(part, '"edited"'));
      if (edited === stored) return;
      edits++;
      const restored = restoredFrom(edited);
      expect(restored.hash).toBe(plan.hash);
      expect(planHash(restored)).not.toBe(plan.hash);
    }),
  );
  expect(edits).toBeGreaterThan(10);
});

it("a plan that gives every step of a node a profile of its own is stored in steps, not in pairs of them", () => {
  const [sample] = fc.sample(step, 1);
  let reads = 0;
  const steps = Array.from({ length: 400 }, (_, cost) => ({
    ...(sample as PlanStep),
    id: `t${cost}`,
    get cost() {
      reads++;
      return cost;
    },
  }));
  const plan: Plan = { ...(fc.sample(plans, 1)[0] as Plan), steps };
  expect(storePlan(plan).nodes).toHaveLength(steps.length);
  expect(reads).toBeLessThan(20 * steps.length);
});
