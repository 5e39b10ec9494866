import { describe, expect, it } from "vitest";
import type { JsonSchema } from "../../../contracts/json/json.ts";
import { ITEM, typesAt, type PathStep } from "../../../src/core/schema/types-at.ts";

const at = (schema: JsonSchema, ...path: PathStep[]): readonly string[] => [...typesAt(schema, path)].sort();
const ANY = ["array", "boolean", "null", "number", "object", "string"];

describe("the types at a path", () => {
  it.each<[string, JsonSchema, readonly PathStep[], readonly string[]]>([
    ["of a type", { type: "string" }, [], ["string"]],
    ["of an integer", { type: "integer" }, [], ["number"]],
    ["of several types", { type: ["integer", "null"] }, [], ["null", "number"]],
    ["of nothing said", {}, [], ANY],
    ["of a const", { const: [1] }, [], ["array"]],
    ["of an enum", { enum: ["a", 1, null] }, [], ["null", "number", "string"]],
    ["of a property", { type: "object", properties: { n: { type: "number" } } }, ["n"], ["number"]],
    ["of another property", { type: "object", properties: { n: { type: "number" } } }, ["m"], ANY],
    ["of one the schema rules out", { type: "object", additionalProperties: false }, ["m"], []],
    ["of one the rest speaks of", { type: "object", additionalProperties: { type: "boolean" } }, ["m"], ["boolean"]],
    ["of one a pattern may speak of", { patternProperties: { "^m": { type: "null" } } }, ["m"], ANY],
    ["within a text", { type: "string" }, ["m"], []],
    ["of an item", { type: "array", items: { type: "boolean" } }, ["3"], ["boolean"]],
    [
      "of a first item",
      { type: "array", prefixItems: [{ type: "null" }], items: { type: "boolean" } },
      ["0"],
      ["null"],
    ],
    [
      "of any item",
      { type: "array", prefixItems: [{ type: "null" }], items: { type: "boolean" } },
      [ITEM],
      ["boolean", "null"],
    ],
    ["of an item that is no number", { type: "array", items: {} }, ["x"], []],
    ["of alternatives", { anyOf: [{ type: "string" }, { type: "number" }] }, [], ["number", "string"]],
    ["of all at once", { type: ["string", "null"], allOf: [{ type: ["string", "number"] }] }, [], ["string"]],
    [
      "through a reference",
      { $ref: "#/$defs/a", $defs: { a: { type: "array", items: { $ref: "#/$defs/b" } }, b: { type: "null" } } },
      ["0"],
      ["null"],
    ],
    ["of a property inside an enum", { enum: [{ n: 1 }, { n: "x" }, 5] }, ["n"], ["number", "string"]],
    ["of a reference to nowhere", { $ref: "#/$defs/none" }, [], ANY],
    ["of what nothing satisfies", { type: "object", properties: { n: false } }, ["n"], []],
  ])("%s", (_name, schema, path, types) => {
    expect(at(schema, ...path)).toEqual(types);
  });

  it("gives up on schemas without end, and says that anything may be", () => {
    expect(at({ allOf: [{ $ref: "#" }] })).toEqual(ANY);
    const wide: JsonSchema = { $defs: {} };
    let inner: JsonSchema = { type: "string" };
    for (let i = 0; i < 40; i++) inner = { anyOf: [inner, inner] };
    expect(at({ ...wide, ...inner })).toEqual(ANY);
  });
});
