import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import { validateState } from "../../../src/core/contract/validate-state.ts";
import { formatDescription, formatSchema, formatTitle } from "../../../src/core/schema-docs/format-schema.ts";
import "../../support/properties.ts";

const KEYS = ["a", "b", "c"];
const { schema } = fc.letrec<{ schema: JsonSchema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, depthIdentifier: "schema" },
    fc.record(
      { description: fc.string(), type: fc.constantFrom("string", "integer", "boolean", "null") },
      { requiredKeys: ["type"] },
    ),
    fc.record({ title: fc.string(), enum: fc.array(fc.constantFrom<JsonValue>("x", 1, null), { minLength: 1 }) }),
    fc.record({ anyOf: fc.array(tie("schema"), { minLength: 1, maxLength: 2 }), description: fc.string() }),
    fc.record({ items: tie("schema"), type: fc.constant("array"), minItems: fc.constantFrom(0, 1) }),
    fc.record({
      required: fc.uniqueArray(fc.constantFrom(...KEYS)),
      additionalProperties: fc.boolean(),
      properties: fc.dictionary(fc.constantFrom(...KEYS), tie("schema")),
      type: fc.constant("object"),
      examples: fc.array(fc.constant({ title: "not a schema.", type: 3 })),
    }),
  ),
}));
const value = fc.oneof(
  fc.constantFrom<JsonValue>("x", 1, null, true, 1.5),
  fc.array(fc.constantFrom<JsonValue>("x", 1, null), { maxLength: 2 }),
  fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom<JsonValue>("x", 1, null)),
);

describe("formatSchema", () => {
  it("formats twice as once", () => {
    fc.assert(
      fc.property(schema, (one) => {
        const formatted = formatSchema(one, "a-name");
        expect(JSON.stringify(formatSchema(formatted, "a-name"))).toBe(JSON.stringify(formatted));
      }),
    );
  });

  it("changes nothing of what a schema accepts", () => {
    fc.assert(
      fc.property(schema, value, (one, state) => {
        expect(validateState(formatSchema(one), state).length === 0).toBe(validateState(one, state).length === 0);
      }),
    );
  });

  it("puts keywords in one order, keeps properties in theirs, and required in the order of the properties", () => {
    const formatted = formatSchema({
      required: ["b", "z", "a"],
      properties: { b: {}, a: {} },
      $defs: {},
      "x-own": 1,
      type: "object",
      title: "T",
      $schema: "s",
    });
    expect(Object.keys(formatted)).toEqual(["$schema", "title", "type", "required", "properties", "x-own", "$defs"]);
    expect(formatted["required"]).toEqual(["b", "a", "z"]);
    expect(Object.keys(formatted["properties"] as object)).toEqual(["b", "a"]);
  });

  it("leaves data alone that only looks like a schema", () => {
    const data = { description: "as it is", required: ["b", "a"], properties: { a: 1, b: 2 } };
    const formatted = formatSchema({ default: data, const: data, enum: [data], examples: [data] });
    for (const key of ["default", "const"]) expect(JSON.stringify(formatted[key])).toBe(JSON.stringify(data));
    expect(JSON.stringify(formatted["enum"])).toBe(JSON.stringify([data]));
  });

  it("titles a schema by its name when it has no title", () => {
    expect(formatSchema({ type: "object" }, "state-contract")["title"]).toBe("State contract");
    expect(formatSchema({ title: "Own", type: "object" }, "state-contract")["title"]).toBe("Own");
    expect(formatSchema({ $ref: "#/$defs/A" }, "state-contract")["title"]).toBeUndefined();
  });
});

describe("texts of a schema", () => {
  it.each([
    ["  the\n message   format. ", "The message format"],
    ["ONEX node", "ONEX node"],
    ["node.execute", "node.execute"],
  ])("title %j becomes %j", (given, expected) => {
    expect(formatTitle(given)).toBe(expected);
  });

  it.each([
    ["who sends", "Who sends."],
    ["Who sends?", "Who sends?"],
    ["`goal.run` …", "`goal.run` …"],
    ["goal.run is one", "goal.run is one."],
    ["run_id of the run", "run_id of the run."],
    ["one\nline\n\nand another:", "One line.\n\nAnd another:"],
    ["", ""],
  ])("description %j becomes %j", (given, expected) => {
    expect(formatDescription(given)).toBe(expected);
  });
});
