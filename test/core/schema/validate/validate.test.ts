import { describe, expect, it } from "vitest";
import type { JsonSchema, JsonValue } from "../../../../contracts/json/json.ts";
import { validate } from "../../../../src/core/schema/validate/validate.ts";

const says = (schema: JsonSchema, value: JsonValue): readonly string[] => {
  const verdict = validate(schema, value);
  if (verdict.kind === "spent") return [`spent ${verdict.problem.place}`];
  if (verdict.kind === "unusable") return [`${verdict.problem.place} ${verdict.problem.message}`];
  return verdict.kind === "valid" ? [] : verdict.problems.map(({ place, message }) => `${place} ${message}`);
};

describe("what is wrong is said in words", () => {
  it.each<readonly [JsonSchema, JsonValue, string]>([
    [{ type: ["string", "null"] }, 1, "$ must be of type string or null"],
    [{ type: "integer" }, 1.5, "$ must be of type integer"],
    [{ const: "a" }, "b", '$ must be "a"'],
    [{ enum: [1, null, [2]] }, 2, "$ must be one of 1, null, a certain list"],
    [
      { enum: Array.from({ length: 30 }, (_, i) => i) },
      -1,
      "$ must be one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 or 20 others",
    ],
    [{ minLength: 2 }, "a", "$ has 1 characters, at least 2 are wanted"],
    [{ maxLength: 1 }, "😀😀", "$ has 2 characters, at most 1 are allowed"],
    [{ pattern: "^a" }, "b", "$ does not match the pattern ^a"],
    [{ format: "date" }, "b", "$ is not of the format date"],
    [{ minimum: 2 }, 1, "$ is less than 2"],
    [{ exclusiveMaximum: 2 }, 2, "$ is not less than 2"],
    [{ multipleOf: 0.1 }, 0.35, "$ is not a multiple of 0.1"],
    [{ minItems: 1 }, [], "$ has 0 items, at least 1 are wanted"],
    [{ uniqueItems: true }, [1, { a: 1, b: 2 }, { b: 2, a: 1 }], "$ has the same item at 1 and at 2"],
    [{ uniqueItems: true }, [0, 1, -0], "$ has the same item at 0 and at 2"],
    [{ contains: { const: 1 } }, [2], "$ contains 0 items of the wanted kind, at least 1 are wanted"],
    [{ required: ["a"] }, {}, "$ has no a"],
    [{ dependentRequired: { a: ["b"] } }, { a: 1 }, "$ has no b, which a asks for"],
    [{ maxProperties: 1 }, { a: 1, b: 1 }, "$ has 2 properties, at most 1 are allowed"],
    [{ propertyNames: { maxLength: 1 } }, { ab: 1 }, "$ has the property ab, whose name is not allowed"],
    [{ additionalProperties: false }, { "a b": 1 }, '$["a b"] is not allowed here'],
    [{ oneOf: [true, {}] }, 1, "$ must satisfy exactly one of the alternatives"],
    [{ not: {} }, 1, "$ is what the schema excludes"],
    [{ if: { required: ["a"] }, else: { required: ["b"] } }, {}, "$ has no b"],
    [{ properties: { a: { items: { type: "string" } } } }, { a: ["x", 1] }, "$.a[1] must be of type string"],
  ])("%j of %j", (schema, value, expected) => {
    expect(says(schema, value)).toEqual([expected]);
  });

  it("however long names and values are", () => {
    const name = "n".repeat(1_000_000);
    const long = says(
      { required: [name], properties: { [name]: { const: name } }, additionalProperties: { enum: [name] } },
      { [`${name}x`]: 1, a: 1 },
    );
    expect(long).toHaveLength(3);
    expect(long.join("").length).toBeLessThan(2_000);
  });
});

/** Cases the library gets wrong or does not know, decided by the specification. */
describe("what nobody has spoken of", () => {
  const extended: JsonSchema = {
    allOf: [{ $ref: "#/$defs/base" }],
    $defs: { base: { properties: { a: { type: "string" } } } },
    properties: { b: true },
    unevaluatedProperties: false,
  };

  // Read, not written: linters take an object with this member for a promise.
  const conditional = JSON.parse(
    '{"if":{"properties":{"a":{"const":1}}},"then":{"properties":{"b":true}}}',
  ) as JsonSchema;

  it.each<readonly [JsonSchema, JsonValue, readonly string[]]>([
    [extended, { a: "x", b: 1 }, []],
    [extended, { a: "x", b: 1, c: 2 }, ["$.c is not allowed here"]],
    [
      { anyOf: [{ properties: { a: true } }, { properties: { b: true } }], unevaluatedProperties: false },
      { a: 1, b: 1 },
      [],
    ],
    [
      { anyOf: [{ properties: { a: { const: 1 } } }, { properties: { b: true } }], unevaluatedProperties: false },
      { a: 2, b: 1 },
      ["$.a is not allowed here"],
    ],
    [
      {
        oneOf: [{ properties: { a: { const: 1 } }, required: ["a"] }, { required: ["z"] }],
        unevaluatedProperties: false,
      },
      { a: 1 },
      [],
    ],
    [
      { not: { not: { properties: { a: true } } }, unevaluatedProperties: false },
      { a: 1 },
      ["$.a is not allowed here"],
    ],
    [{ ...conditional, unevaluatedProperties: false }, { a: 1, b: 1 }, []],
    [
      { ...conditional, unevaluatedProperties: false },
      { a: 2, b: 1 },
      ["$.a is not allowed here", "$.b is not allowed here"],
    ],
    [
      { dependentSchemas: { a: { properties: { b: true } } }, properties: { a: true }, unevaluatedProperties: false },
      { a: 1, b: 1 },
      [],
    ],
    [{ allOf: [{ unevaluatedProperties: true }], unevaluatedProperties: false }, { a: 1 }, []],
    [
      { allOf: [{ patternProperties: { "^a": true } }], unevaluatedProperties: { type: "number" } },
      { ab: "x", b: 1 },
      [],
    ],
    [{ allOf: [{ prefixItems: [true] }], unevaluatedItems: false }, [1, 2], ["$[1] is not allowed here"]],
    [{ allOf: [{ prefixItems: [true] }], contains: { const: 3 }, unevaluatedItems: { const: 2 } }, [1, 2, 3], []],
    [{ anyOf: [{ items: { type: "number" } }], unevaluatedItems: false }, [1, 2], []],
    [
      {
        allOf: [{ $ref: "#/$defs/t" }, { $ref: "#/$defs/t" }],
        $defs: { t: { properties: { a: true }, allOf: [true] } },
        unevaluatedProperties: false,
      },
      { a: 1 },
      [],
    ],
    [
      {
        allOf: [{ not: { $ref: "#/$defs/t" } }],
        anyOf: [true, { $ref: "#/$defs/t" }],
        $defs: { t: { properties: { a: { type: "string" } } } },
        unevaluatedProperties: false,
      },
      { a: 1 },
      ["$.a is not allowed here"],
    ],
  ])("%j of %j", (schema, value, expected) => {
    expect(says(schema, value)).toEqual(expected);
  });
});

describe("references", () => {
  const tree: JsonSchema = {
    $ref: "#/$defs/tree",
    $defs: { tree: { type: "object", properties: { kids: { items: { $ref: "#/$defs/tree" } } }, required: ["kids"] } },
  };

  it("are followed into the value", () => {
    expect(says(tree, { kids: [{ kids: [] }, {}] })).toEqual(["$.kids[1] has no kids"]);
  });

  it("say what is wrong everywhere, though a value was asked about before", () => {
    const twice: JsonSchema = {
      anyOf: [{ $ref: "#/$defs/a" }, true],
      allOf: [{ $ref: "#/$defs/a" }],
      $defs: { a: { properties: { x: { type: "string" } }, minProperties: 2 } },
    };
    expect(says(twice, { x: 1 })).toEqual(["$ has 1 properties, at least 2 are wanted", "$.x must be of type string"]);
  });

  it.each<readonly [JsonSchema]>([
    [{ $ref: "#" }],
    [{ allOf: [{ $ref: "#" }] }],
    [{ $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } } }],
    [{ $ref: "#/$defs/a", $defs: { a: { anyOf: [{ not: { $ref: "#/$defs/a" } }] } } }],
  ])("that lead back to themselves with the same value are a finding: %j", (schema) => {
    expect(says(schema, {})).toEqual(["$ cannot be checked: the schema has a reference that leads back to itself"]);
  });
});
