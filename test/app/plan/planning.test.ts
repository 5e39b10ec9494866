import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { Fault } from "../../../src/core/errors.ts";
import { buildSnapshot, type RegistrySnapshot } from "../../../src/core/registry/snapshot.ts";
import type { Result } from "../../../src/core/result.ts";
import { planOperation, type Planned } from "../../../src/app/plan/planning.ts";
import { PlanMemo } from "../../../src/app/plan/plan-memo.ts";
import { node, registry } from "../../core/plan/support/nodes.ts";
import { ALL_SERVED } from "../../support/served.ts";

const NODES = [
  { name: "load", in: ["url"], out: ["text"] },
  { name: "load", version: "2.0.0", in: ["url", "limit?"], out: ["text"] },
  { name: "count", in: ["text"], out: ["words"] },
] as const;
const SNAPSHOT = registry(NODES);

const MEMO = new PlanMemo();

/** Equal, and nothing is remembered of it. */
const copy = ({ version, nodes, trust }: RegistrySnapshot): RegistrySnapshot => buildSnapshot(version, nodes, trust);

const plan = (operation: string, payload: JsonObject, snapshot = SNAPSHOT, target: string | null = null) =>
  planOperation({ operation, payload, targetNode: target }, { snapshot, served: ALL_SERVED }, MEMO);

function planned(result: Result<Planned, Fault>): Planned {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}

const graph = (given: JsonObject["given"], more: JsonObject = {}): JsonObject => ({
  steps: [
    { id: "a", node: "load" },
    { id: "b", node: "count" },
  ],
  given: given ?? {},
  ...more,
});

describe("planOperation", () => {
  it("makes one plan of requests that differ in their values only, and gives each its own", () => {
    const [first, second] = ["x", "y"].map((url) => planned(plan("graph.run", graph({ url }))));
    expect(second?.plan).toBe(first?.plan);
    expect([first?.given, second?.given]).toEqual([{ url: "x" }, { url: "y" }]);
    const goals = ["x", "y"].map((url) => planned(plan("goal.run", { want: ["words"], given: { url } })));
    expect(goals[1]?.plan).toBe(goals[0]?.plan);
    expect(goals[1]?.given).toEqual({ url: "y" });
    const runs = ["x", "y"].map((url) => planned(plan("node.execute", { node: "load", input: { url } })));
    expect(runs[1]?.plan).toBe(runs[0]?.plan);
    expect(runs[1]?.given).toEqual({ url: "y" });
  });

  it("makes another plan of any other difference", () => {
    const base = planned(plan("graph.run", graph({ url: "x" }))).plan;
    const others = [
      plan("graph.run", graph({ url: "x", limit: 1 })),
      plan("graph.run", graph({ url: "x" }, { policy: { priority: 1 } })),
      plan("graph.run", graph({ url: "x" }, { want: ["b.words"] })),
      plan("graph.run", graph({ url: "x" }), copy(SNAPSHOT)),
    ];
    for (const other of others) expect(planned(other).plan).not.toBe(base);
    const bare = { input: { url: "x" } };
    const named = ["load", "load"].map((target) => planned(plan("node.execute", bare, SNAPSHOT, target)).plan);
    expect(named[0]).toBe(named[1]);
    expect(plan("node.execute", bare, SNAPSHOT, null)).toMatchObject({ error: { place: "$.payload.node" } });
    expect(plan("node.execute", bare, SNAPSHOT, "count")).toMatchObject({ error: { code: "INPUT_STATE_INVALID" } });
  });

  it("tells names from values, whichever came first", () => {
    const snapshot = registry(NODES);
    planned(plan("graph.run", graph({ url: "x" }), snapshot));
    expect(plan("graph.run", graph(["url"]), snapshot)).toMatchObject({ error: { place: "$.payload.given" } });
    const other = registry(NODES);
    expect(plan("graph.run", graph(["url"]), other).ok).toBe(false);
    expect(planned(plan("graph.run", graph({ url: null }), other)).given).toEqual({ url: null });
  });

  it("tells a number beyond all bounds, which JSON writes as null, from null", () => {
    const payload = (text: string) => JSON.parse(`{"want":["words"],"given":{"url":1},"policy":{"max_cost":${text}}}`);
    expect(plan("goal.run", payload("null")).ok).toBe(true);
    expect(plan("goal.run", payload("1e999")).ok).toBe(false);
    expect(plan("goal.run", payload("null")).ok).toBe(true);
  });

  it("takes no value under a name that is none", () => {
    const given = JSON.parse('{"url":"x","__proto__":{"polluted":true}}') as JsonObject;
    const { given: values } = planned(plan("graph.run", graph(given)));
    expect(values).toEqual({ url: "x" });
    expect((values as { polluted?: true }).polluted).toBeUndefined();
  });

  it("remembers refusals too, and each registry's own", () => {
    const payload = { want: ["words", "nothing"], given: { url: "x" } };
    const refused = plan("goal.run", payload);
    expect(refused).toMatchObject({ ok: false, error: { code: "PLAN_UNREACHABLE" } });
    expect(plan("goal.run", payload)).toEqual(refused);
    expect(plan("goal.run", payload, registry([...NODES, { name: "no", in: [], out: ["nothing"] }])).ok).toBe(true);
  });

  it("answers as if nothing were remembered, however registry and requests change", () => {
    const names = ["load", "count", "join"];
    const keys = ["url", "text", "words"];
    const someKeys = fc.uniqueArray(fc.constantFrom(...keys), { maxLength: 2 });
    const change = fc.record({
      name: fc.constantFrom(...names),
      version: fc.constantFrom("1.0.0", "1.1.0", "2.0.0"),
      in: someKeys,
      out: fc.uniqueArray(fc.constantFrom(...keys), { minLength: 1, maxLength: 2 }),
      lifecycle: fc.constantFrom("active" as const, "active" as const, "draft" as const),
    });
    const values = fc.dictionary(
      fc.constantFrom(...keys, "1bad", "__proto__"),
      fc.constantFrom<JsonObject | string | null>("x", null, {}),
      {
        maxKeys: 3,
      },
    );
    const given = fc.oneof(values, values, someKeys, fc.constant("x"));
    const policy = fc.constantFrom({}, { fusion: "none" }, { lifecycles: ["active", "draft"] }, { nonsense: 1 });
    const request = fc.oneof(
      fc.record({ operation: fc.constant("goal.run"), payload: fc.record({ want: someKeys, given, policy }) }),
      fc.record({
        operation: fc.constant("graph.run"),
        payload: fc.record({
          steps: fc.array(fc.record({ id: fc.constantFrom("a", "b"), node: fc.constantFrom(...names) }), {
            maxLength: 2,
          }),
          given,
          policy,
        }),
      }),
      fc.record({
        operation: fc.constant("node.execute"),
        payload: fc.record({ node: fc.constantFrom(...names), input: values, policy }),
      }),
    );
    const moves = fc.array(fc.oneof({ weight: 1, arbitrary: change }, { weight: 5, arbitrary: request }), {
      minLength: 5,
      maxLength: 25,
    });
    let [answers, plans] = [0, 0];
    fc.assert(
      fc.property(moves, (list) => {
        let snapshot = SNAPSHOT;
        for (const move of list) {
          if ("name" in move) {
            const made = node(move);
            const rest = snapshot.nodes.filter((one) => one.digest !== made.digest);
            snapshot = buildSnapshot(snapshot.version, [...rest, made], new Map());
            continue;
          }
          const payload = JSON.parse(JSON.stringify(move.payload)) as JsonObject;
          const answer = plan(move.operation, payload, snapshot);
          expect(answer).toEqual(plan(move.operation, payload, copy(snapshot)));
          answers++;
          if (answer.ok) plans++;
        }
      }),
    );
    // Or nothing was compared but refusals.
    expect(plans).toBeGreaterThan(answers / 20);
  });
});
