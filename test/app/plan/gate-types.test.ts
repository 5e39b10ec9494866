import { describe, expect, it } from "vitest";
import type { JsonObject, JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import { planOperation } from "../../../src/app/plan/planning.ts";
import { buildSnapshot, type RegistrySnapshot } from "../../../src/core/registry/snapshot.ts";
import { sampleNode } from "../../support/sample-node.ts";
import { ALL_SERVED } from "../../support/served.ts";
import type { NodeDefinition } from "../../../src/core/registry/node.ts";

const anyNode = (name: string, from: JsonSchema, to: JsonSchema, changes: Partial<NodeDefinition> = {}) =>
  sampleNode({
    name,
    inputs: { "doc.in": { schema: from, optional: false } },
    inputState: { type: "object", required: ["doc.in"], properties: { "doc.in": from } },
    outputs: { "doc.out": to },
    outputState: { type: "object", required: ["doc.out"], properties: { "doc.out": to } },
    ...changes,
  });

const planned = (payload: JsonObject, snapshot: RegistrySnapshot) =>
  planOperation({ operation: "graph.run", payload, targetNode: null }, { snapshot, served: ALL_SERVED });

const snapshotOf = (...nodes: readonly NodeDefinition[]): RegistrySnapshot => buildSnapshot("1", nodes, new Map());

/** A graph whose second step is gated by the first one's output of the given schema. */
function planWith(schema: JsonSchema, when: JsonObject) {
  const snapshot = snapshotOf(anyNode("make", {}, schema), anyNode("then_do", {}, {}));
  const steps = [
    { id: "a", node: "make", inputs: { "doc.in": "doc" } },
    { id: "b", node: "then_do", inputs: { "doc.in": "doc" }, when },
  ];
  return planned({ steps, given: { doc: {} } }, snapshot);
}

const DOCUMENT: JsonSchema = {
  type: "object",
  properties: {
    name: { type: "string" },
    total: { type: "integer" },
    paid: { type: "boolean" },
    note: { type: ["string", "null"] },
    tags: { type: "array", items: { type: "string" } },
    lines: { type: "array", items: { type: "object" } },
    state: { enum: ["open", "closed"] },
    free: {},
  },
};

describe("a condition that has one answer whatever the value is", () => {
  it.each<[string, string, string, JsonValue, string]>([
    ["text with a number", "/name", "eq", 5, "is text, and is compared with a number"],
    ["text with a number, not equal", "/name", "ne", 5, "is text, and is compared with a number"],
    ["a number with text", "/total", "gt", "10", "is a number, and is compared with text"],
    ["text with a number, in order", "/name", "lt", 10, "is text, and is compared with a number"],
    ["a boolean with text", "/paid", "eq", "true", "is a boolean, and is compared with text"],
    ["an enum of texts with a number", "/state", "eq", 1, "is text, and is compared with a number"],
    ["a number with a list", "/total", "eq", [1], "is a number, and is compared with a list"],
    ["an object with text", "", "eq", "x", "is an object, and is compared with text"],
    ["a number among texts", "/total", "in", ["1", "2"], "is a number, and is looked for among text"],
    ["text among texts and a number", "/name", "in", ["a", 2], "is text, and is looked for among a number"],
    ["the order of booleans", "/paid", "gt", 0, "is a boolean, which has no order"],
    ["the order of lists", "/tags", "lte", "x", "is a list, which has no order"],
    ["the order of objects", "", "gte", 1, "is an object, which has no order"],
    ["what a number contains", "/total", "contains", 1, "is a number, which contains nothing"],
    ["a number within text", "/name", "contains", 1, "is text, and cannot contain a number"],
    ["a number within texts", "/tags", "contains", 1, "holds text, and cannot contain a number"],
    ["a text within objects", "/lines", "contains", "x", "holds an object, and cannot contain text"],
  ])("is refused: %s", (_name, path, op, than, says) => {
    for (const wrap of [(test: JsonObject) => test, (test: JsonObject) => ({ all: [{ not: { any: [test] } }] })]) {
      const planned = planWith(DOCUMENT, wrap({ value: "a.doc.out", path, op, than }));
      expect(planned).toMatchObject({
        ok: false,
        error: { code: "PLAN_INVALID_GATE", message: `a.doc.out${path} ${says}` },
      });
      expect(planned.ok ? "" : planned.error.place).toMatch(/^steps\[1\]\.when/);
      expect(planned.ok ? "" : planned.error.hint).toBeDefined();
    }
  });

  it.each<[string, string, JsonValue]>([
    ["/name", "eq", "x"],
    ["/name", "eq", null],
    ["/name", "lt", "x"],
    ["/name", "in", ["x", null]],
    ["/name", "contains", "x"],
    ["/total", "gte", 0.5],
    ["/note", "eq", null],
    ["/note", "gt", "a"],
    ["/tags", "contains", "x"],
    ["/tags", "eq", ["x"]],
    ["/lines", "contains", null],
    ["/free", "gt", 5],
    ["/free", "eq", "x"],
    ["/other", "in", [1, "x", true]],
    ["/total/deeper", "eq", "x"],
    ["/paid", "exists", null],
  ])("is planned: %s %s %j", (path, op, than) => {
    expect(planWith(DOCUMENT, { value: "a.doc.out", path, op, than })).toMatchObject({ ok: true });
  });

  it("is refused in a composite, which is then no way to anything", () => {
    const composite = anyNode(
      "both",
      { type: "string" },
      {},
      {
        entrypoint: { type: "composite", target: "graph" },
        graph: {
          steps: [
            { id: "b", node: "then_do", inputs: { "doc.in": "doc.in" }, when: { value: "doc.in", op: "gt", than: 5 } },
          ],
        },
      },
    );
    const snapshot = snapshotOf(composite, anyNode("then_do", {}, {}));
    const payload = { steps: [{ id: "c", node: "both", inputs: { "doc.in": "doc" } }], given: { doc: "x" } };
    expect(planned(payload, snapshot)).toMatchObject({
      ok: false,
      error: { code: "PLAN_INVALID_GATE", place: "node both@1.0.0: steps[0].when" },
    });
  });

  const onGiven = (given: JsonValue, ...tests: readonly JsonObject[]) => {
    const snapshot = snapshotOf(anyNode("then_do", {}, {}), anyNode("read_text", { type: "string" }, {}));
    const steps = tests.map((test, i) => ({
      id: `s${i}`,
      node: "then_do",
      inputs: { "doc.in": "other" },
      when: { value: "amount", ...test },
    }));
    return planned({ steps, given: { amount: given, other: 1 } }, snapshot);
  };

  it("is refused where the given value is of another type", () => {
    expect(onGiven("150", { op: "gt", than: 100 })).toMatchObject({
      ok: false,
      error: {
        code: "PLAN_INVALID_GATE",
        message: "amount is text, and is compared with a number",
        place: "step s0: when",
      },
    });
    expect(onGiven({ n: true }, { path: "/n", op: "lt", than: 1 })).toMatchObject({ ok: false });
    expect(onGiven([1], { op: "contains", than: "x" })).toMatchObject({ ok: false });
  });

  it("is planned where the given value fits, is not there, or is expected to be several things", () => {
    expect(onGiven(150, { op: "gt", than: 100 })).toMatchObject({ ok: true });
    expect(onGiven(null, { op: "gt", than: 100 })).toMatchObject({ ok: true });
    expect(onGiven({}, { path: "/n", op: "gt", than: 100 })).toMatchObject({ ok: true });
    expect(onGiven([], { op: "contains", than: "x" })).toMatchObject({ ok: true });
    expect(onGiven("five", { op: "eq", than: 5 }, { op: "eq", than: "five" })).toMatchObject({ ok: true });
    expect(onGiven("five", { op: "exists" }, { op: "ne", than: null }, { op: "eq", than: 5 })).toMatchObject({
      ok: false,
    });
  });

  it("is refused where whoever takes the given value could not be given anything else", () => {
    const snapshot = snapshotOf(anyNode("read_text", { type: "string" }, {}));
    const step = {
      id: "s",
      node: "read_text",
      inputs: { "doc.in": "amount" },
      when: { value: "amount", op: "gt", than: 5 },
    };
    expect(planned({ steps: [step], given: { amount: null } }, snapshot)).toMatchObject({
      ok: false,
      error: {
        code: "PLAN_INVALID_GATE",
        message: "amount is text, and is compared with a number",
        place: "steps[0].when",
      },
    });
  });
});
