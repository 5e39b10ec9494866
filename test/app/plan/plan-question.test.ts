import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { isObject } from "../../../contracts/json/narrow.ts";
import type { RegistrySnapshot } from "../../../src/core/registry/snapshot.ts";
import { valuesField } from "../../../contracts/documents/operation.ts";
import { planQuestion } from "../../../src/app/plan/plan-question.ts";
import { planOperation } from "../../../src/app/plan/planning.ts";
import { registry } from "../../core/plan/support/nodes.ts";
import { ALL_SERVED } from "../../support/served.ts";

const SNAPSHOT = registry([
  { name: "load", in: ["url"], out: ["text"] },
  { name: "count", in: ["text"], out: ["words"] },
]);

const on = (snapshot: RegistrySnapshot) => ({ snapshot, served: ALL_SERVED });

interface Request {
  readonly operation: string;
  readonly payload: JsonObject;
  readonly target: string | null;
}

/** Names that objects have of their own, that JSON treats in a way of its own, or that are written like one another. */
const names = fc.constantFrom(
  ...[
    "given",
    "input",
    "want",
    "policy",
    "__proto__",
    "constructor",
    "toJSON",
    "a",
    '"',
    "\\ud800",
    "\ud800",
    "é",
    "e\u0301",
  ],
);
const leaf = fc.constantFrom<JsonValue>(0, 1, "", "1", "true", "false", "null", true, false, null, "\ud800", "\\ud800");
const values: fc.Arbitrary<JsonValue> = fc.letrec<{ any: JsonValue }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    leaf,
    fc.array(tie("any"), { maxLength: 2 }),
    objects(tie("any")),
  ),
})).any;

/** As JSON.parse makes them, so `__proto__` is a key like any other. */
function objects(value: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonObject> {
  return fc
    .array(fc.tuple(names, value), { maxLength: 3 })
    .map((entries) => JSON.parse(JSON.stringify(Object.fromEntries(entries))) as JsonObject);
}

const requests: fc.Arbitrary<Request> = fc.record({
  operation: fc.constantFrom("goal.run", "graph.run", "node.execute"),
  payload: objects(values),
  target: fc.constantFrom(null, "", "load", "false"),
});

/** Two requests that have much in common, so that some ask the same. */
const pairs = fc
  .tuple(requests, requests, fc.subarray(["operation", "payload", "target"] as const), values)
  .map(([one, two, shared, value]): readonly [Request, Request] => {
    const other = { ...two, ...Object.fromEntries(shared.map((field) => [field, one[field]])) };
    const field = valuesField(other.operation);
    const given = other.payload[field];
    if (!isObject(given)) return [one, other];
    const revalued = Object.fromEntries(Object.keys(given).map((key) => [key, value]));
    return [one, { ...other, payload: { ...other.payload, [field]: revalued } }];
  });

/** The question as it is meant: all but the values. */
function meaning({ operation, payload, target }: Request): unknown {
  const field = valuesField(operation);
  const given = payload[field];
  const rest = Object.entries(payload).filter(([key]) => key !== field);
  const asked = isObject(given) ? { names: Object.keys(given) } : { as: given };
  return { operation, target, rest, asked };
}

const question = ({ operation, payload, target }: Request): string | null =>
  planQuestion(operation, valuesField(operation), payload, target);

describe("planQuestion", () => {
  it("gives two requests one text only when they differ in nothing but their values", () => {
    let same = 0;
    fc.assert(
      fc.property(pairs, ([one, two]) => {
        if (question(one) !== question(two)) return;
        same++;
        expect(meaning(two)).toEqual(meaning(one));
      }),
      { numRuns: 2_000 },
    );
    expect(same).toBeGreaterThan(20);
  });

  it("holds no value", () => {
    const asked = (secret: string) => planQuestion("goal.run", "given", { want: ["b"], given: { a: secret } }, null);
    expect(asked("hunter2")).toBe(asked("another"));
    expect(asked("hunter2")).not.toContain("hunter2");
  });

  it("has no text for what no text can tell, or that is nested too deep to be written", () => {
    const deep = JSON.parse(`${"[".repeat(200_000)}${"]".repeat(200_000)}`) as JsonValue;
    expect(planQuestion("goal.run", "given", { want: deep }, null)).toBeNull();
    expect(planQuestion("goal.run", "given", { want: [], given: { a: deep } }, null)).not.toBeNull();
    expect(
      planQuestion("goal.run", "given", JSON.parse('{"policy":{"max_cost":1e999}}') as JsonObject, null),
    ).toBeNull();
    expect(planQuestion("goal.run", "given", JSON.parse('{"given":{"a":1e999}}') as JsonObject, null)).not.toBeNull();
  });
});

describe("planning", () => {
  it("refuses what is nested too deep, as it refuses anything else of the wrong shape", () => {
    const deep = JSON.parse(`${"[".repeat(200_000)}${"]".repeat(200_000)}`) as JsonValue;
    for (const payload of [{ want: deep }, { want: ["text"], policy: { pins: deep } }]) {
      expect(planOperation({ operation: "goal.run", payload, targetNode: null }, on(SNAPSHOT))).toMatchObject({
        error: { code: "INVALID_PARAMETER" },
      });
    }
  });

  it("looks at no value: whatever is given, the plan is the one of its names", () => {
    const any = fc.oneof(values, fc.jsonValue() as fc.Arbitrary<JsonValue>, fc.constant(Infinity));
    fc.assert(
      fc.property(fc.constantFrom("goal.run", "graph.run", "node.execute"), any, (operation, url) => {
        const ask = (value: JsonValue) => {
          const payload: JsonObject =
            operation === "node.execute"
              ? { node: "load", input: { url: value } }
              : operation === "goal.run"
                ? { want: ["words"], given: { url: value } }
                : { steps: [{ id: "a", node: "load" }], given: { url: value } };
          const answer = planOperation({ operation, payload, targetNode: null }, on(SNAPSHOT));
          if (!answer.ok) throw new Error(answer.error.message);
          return answer.value;
        };
        const [plan, usual] = [ask(url), ask("x")];
        expect(plan.plan).toEqual(usual.plan);
        expect(plan.given).toEqual({ url });
      }),
    );
  });
});
