import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject, JsonSchema } from "../../../contracts/json/json.ts";
import { checkSchema } from "../../../src/core/contract/check-schema.ts";
import { jsonPath, pointerSteps, pointerTo, valueAt } from "../../../src/core/contract/json-path.ts";
import { normaliseSchema } from "../../../src/core/contract/normalise-schema.ts";
import { asProperty, standingAlone } from "../../../src/core/contract/rebase-schema.ts";
import { validateState } from "../../../src/core/contract/validate-state.ts";

const places = (schema: JsonSchema): readonly string[] => checkSchema(schema, []).map((found) => found.place);

describe("checkSchema", () => {
  it.each<readonly [JsonSchema, string]>([
    [{ type: "objec" }, "$.type"],
    [{ type: ["string", "text"] }, "$.type"],
    [{ type: [] }, "$.type"],
    [{ type: 1 }, "$.type"],
    [{ properties: { a: { type: "str" } } }, "$.properties.a.type"],
    [{ properties: [] }, "$.properties"],
    [{ properties: { a: "string" } }, "$.properties.a"],
    [{ items: [{ type: "string" }] }, "$.items"],
    [{ items: { type: "x" } }, "$.items.type"],
    [{ prefixItems: [{}, { type: "x" }] }, "$.prefixItems[1].type"],
    [{ anyOf: [] }, "$.anyOf"],
    [{ allOf: {} }, "$.allOf"],
    [{ required: true }, "$.required"],
    [{ required: [1] }, "$.required"],
    [{ enum: "a" }, "$.enum"],
    [{ pattern: "(" }, "$.pattern"],
    [{ pattern: 1 }, "$.pattern"],
    [{ patternProperties: { "[": {} } }, '$.patternProperties["["]'],
    [{ minLength: -1 }, "$.minLength"],
    [{ maxItems: 1.5 }, "$.maxItems"],
    [{ minimum: "1" }, "$.minimum"],
    [{ multipleOf: 0 }, "$.multipleOf"],
    [{ uniqueItems: 1 }, "$.uniqueItems"],
    [{ format: 1 }, "$.format"],
    [{ $ref: "https://example.com/schema.json" }, "$.$ref"],
    [{ $ref: "other.json#/a" }, "$.$ref"],
    [{ $ref: "#/$defs/gone" }, "$.$ref"],
    [{ $ref: "#anchor" }, "$.$ref"],
    [{ $ref: 1 }, "$.$ref"],
    [{ $ref: "#" }, "$.$ref"],
    [{ $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } } }, "$.$ref"],
    [{ $dynamicRef: "#x" }, "$.$dynamicRef"],
    [{ not: 1 }, "$.not"],
    [{ pattern: "a(?=b)" }, "$.pattern"],
    [{ patternProperties: { "(?<=a)b": {} } }, '$.patternProperties["(?<=a)b"]'],
    [{ pattern: "(a)\\1" }, "$.pattern"],
    [{ pattern: "(?:a{500}){500}" }, "$.pattern"],
    [{ propertyNames: { pattern: "(?!a)" } }, "$.propertyNames.pattern"],
    [{ dependencies: { a: { pattern: "(?!a)" } } }, "$.dependencies.a.pattern"],
    [{ dependentSchemas: { a: { pattern: "(?!a)" } } }, "$.dependentSchemas.a.pattern"],
    [{ contains: { pattern: "(?!a)" } }, "$.contains.pattern"],
    [{ if: { pattern: "(?!a)" } }, "$.if.pattern"],
    [{ $defs: { a: { pattern: "(?!a)" } } }, "$.$defs.a.pattern"],
    [{ definitions: { a: { pattern: "(?!a)" } } }, "$.definitions.a.pattern"],
    // Schemas that stand where no keyword looks for them, and are referred to.
    [{ $ref: "#/components/a", components: { a: { pattern: "(?!a)" } } }, "$.$ref.pattern"],
    [
      { items: { $ref: "#/default" }, default: { $ref: "#/x/y", z: 1 }, x: { y: { type: "str" } } },
      "$.items.$ref.$ref.type",
    ],
    [{ allOf: [{ $ref: "#" }] }, "$"],
    [{ $ref: "#/$defs/a", $defs: { a: { anyOf: [{ not: { $ref: "#/$defs/a" } }] } } }, "$"],
    [{ type: Array.from({ length: 8 }, () => "string") }, "$.type"],
  ])("%j", (schema, place) => {
    expect(places(schema)[0]).toBe(place);
  });

  it.each<readonly [JsonSchema]>([
    [{}],
    [{ type: ["string", "null"], description: "x", default: { type: "objec" }, examples: [{ type: "objec" }] }],
    [{ const: { type: "objec" }, enum: [{ $ref: "gone" }] }],
    [{ properties: { type: { type: "string" }, $ref: { type: "string" } }, additionalProperties: false }],
    [{ $ref: "#/$defs/node", $defs: { node: { properties: { next: { $ref: "#/$defs/node" } } } } }],
    [{ properties: { "a/b": {}, again: { $ref: "#/properties/a~1b" } } }],
    [{ if: { type: "string" }, else: false }],
    [{ dependencies: { a: ["b"], b: { required: ["a"] } } }],
    [{ pattern: "^(?<word>[\\p{L}_]+)(?:-\\w+){0,20}$" }],
  ])("accepts %j", (schema) => {
    expect(places(schema)).toEqual([]);
  });

  it("says where in a pattern, and what to do instead", () => {
    expect(checkSchema({ pattern: "^ab(?=c)" }, ["x"])).toEqual([
      {
        code: "ST007",
        severity: "error",
        place: "$.x.pattern",
        message: "the pattern uses look-ahead, which is not accepted, at character 4",
        hint: "patterns are matched in linear time: put a second pattern under allOf, or under not",
      },
    ]);
  });

  it("bounds what all patterns of a schema become together", () => {
    const patterns = (count: number): JsonSchema => ({
      anyOf: Array.from({ length: count }, (_, i) => ({ pattern: `a{9000}${i}` })),
    });
    expect([places(patterns(5)), places(patterns(9))]).toEqual([[], ["$.anyOf[5].pattern"]]);
  });

  it("follows each of many references once", () => {
    const chain = (end: string): JsonSchema => {
      const links = Array.from({ length: 20_000 }, (_, i): [string, JsonSchema] => [
        `d${i}`,
        { $ref: `#/$defs/${i === 19_999 ? end : `d${i + 1}`}` },
      ]);
      return { $defs: { ...Object.fromEntries(links), end: { type: "string" } } };
    };
    expect([places(chain("end")), places(chain("d0")).length > 0]).toEqual([[], true]);
  });

  it("refuses nesting without end, and stops counting", () => {
    let deep: JsonSchema = {};
    for (let i = 0; i < 1_000; i++) deep = { items: deep };
    expect(places(deep)).toHaveLength(1);
    expect(
      places({ properties: Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`p${i}`, { type: "x" }])) }),
    ).toHaveLength(50);
  });
});

describe("normaliseSchema", () => {
  it.each<readonly [JsonSchema, JsonSchema]>([
    [{ type: "string", nullable: true }, { type: ["string", "null"] }],
    [{ type: "string", nullable: false }, { type: "string" }],
    [
      { type: "string", enum: ["a"], nullable: true },
      { type: ["string", "null"], enum: ["a", null] },
    ],
    [{ $ref: "#/$defs/a", nullable: true }, { anyOf: [{ $ref: "#/$defs/a" }, { type: "null" }] }],
    [{ nullable: true }, {}],
    [{ enum: ["a"], nullable: true }, { anyOf: [{ enum: ["a"] }, { type: "null" }] }],
    [{ required_fields: ["a"] }, { required: ["a"] }],
    [{ required_fields: { a: "first" } }, { required: ["a"] }],
    [
      { properties: { a: {}, b: {} }, optional_fields: ["b"] },
      { properties: { a: {}, b: {} }, required: ["a"] },
    ],
    [{ required: ["a"], required_fields: ["b"] }, { required: ["a"] }],
    [{ $id: "https://x", $schema: "y", type: "string" }, { type: "string" }],
    [
      { properties: { $id: { type: "string" }, nullable: { type: "string", nullable: true } } },
      { properties: { $id: { type: "string" }, nullable: { type: ["string", "null"] } } },
    ],
    [
      { items: { type: "string", nullable: true }, default: { nullable: true } },
      { items: { type: ["string", "null"] }, default: { nullable: true } },
    ],
  ])("%j becomes %j", (given, expected) => {
    expect(normaliseSchema(given)).toEqual(expected);
    expect(normaliseSchema(normaliseSchema(given))).toEqual(expected);
  });
});

describe("schemas moved into and out of a state", () => {
  const list: JsonSchema = {
    $ref: "#/$defs/list",
    $defs: { list: { type: "array", items: { $ref: "#/$defs/list" } } },
  };

  it("a schema that refers to itself works as a property", () => {
    const state = { type: "object", properties: { "a/b": asProperty(list, "a/b") } };
    expect(checkSchema(state, [])).toEqual([]);
    expect(validateState(state, { "a/b": [[], [[]]] })).toEqual([]);
    expect(validateState(state, { "a/b": [[], [1]] })).toMatchObject([{ place: '$["a/b"][1][0]' }]);
  });

  it("and as itself again", () => {
    const property = asProperty(list, "k");
    expect(standingAlone(property, "k", { properties: { k: property } })).toEqual(list);
  });

  const leaf = fc.constantFrom<JsonObject>(
    { type: "string" },
    { type: "integer", minimum: 1 },
    { type: ["boolean", "null"] },
    { enum: [1, "a", null] },
  );
  const schema = fc.letrec<{ any: JsonObject }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      leaf,
      tie("any").map((items) => ({ type: "array", items })),
      fc
        .dictionary(fc.constantFrom("a", "b", "$ref"), tie("any"))
        .map((properties) => ({ type: "object", properties })),
    ),
  })).any;

  it("moving changes no verdict", () => {
    fc.assert(
      fc.property(schema, fc.jsonValue({ maxDepth: 3 }), (one, value) => {
        const moved = { type: "object", properties: { "k.x": asProperty(one, "k.x") } };
        const direct = validateState(one, value as never);
        expect(validateState(moved, { "k.x": value as never }).map(({ message }) => message)).toEqual(
          direct.map(({ message }) => message),
        );
        const alone = standingAlone(moved.properties["k.x"], "k.x", moved);
        expect(validateState(alone, value as never)).toEqual(direct);
      }),
    );
  });
});

describe("validateState", () => {
  const state: JsonSchema = {
    type: "object",
    properties: {
      "document.text": { type: "string", minLength: 2 },
      pages: { type: "array", items: { type: "object", properties: { n: { type: "integer" } }, required: ["n"] } },
      either: { anyOf: [{ type: "string" }, { type: "number" }] },
    },
    required: ["document.text"],
    additionalProperties: false,
  };

  it.each([
    [{ "document.text": "ab" }, []],
    [{}, ["$ has no document.text"]],
    [{ "document.text": 1 }, ['$["document.text"] must be of type string']],
    [{ "document.text": "ab", extra: 1 }, ["$.extra is not allowed here"]],
    [
      { "document.text": "ab", pages: [{ n: 1 }, { n: 1.5 }, {}] },
      ["$.pages[1].n must be of type integer", "$.pages[2] has no n"],
    ],
    [{ "document.text": "ab", either: [] }, ["$.either satisfies none of the alternatives"]],
    [[], ["$ must be of type object"]],
    [null, ["$ must be of type object"]],
  ] as const)("%j", (value, expected) => {
    expect(
      validateState(state, value as never)
        .map(({ place, message }) => `${place} ${message}`)
        .sort(),
    ).toEqual([...expected].sort());
  });

  it("starts its paths where it is told to", () => {
    expect(validateState(state, {}, "$.examples.valid_input")[0]?.place).toBe("$.examples.valid_input");
  });

  it("leaves the schema as it is, even a frozen one", () => {
    const frozen = Object.freeze({
      type: "object",
      properties: Object.freeze({ a: Object.freeze({ $ref: "#/$defs/x" }) }),
      $defs: Object.freeze({ x: Object.freeze({ type: "string" }) }),
    });
    const before = JSON.stringify(frozen);
    expect(validateState(frozen, { a: 1 })).toHaveLength(1);
    expect([JSON.stringify(frozen), Object.getOwnPropertyNames(frozen)]).toEqual([
      before,
      ["type", "properties", "$defs"],
    ]);
  });

  it("a schema shared by two states is valid in both", () => {
    const shared: JsonSchema = { $ref: "#/$defs/x", $defs: { x: { type: "string" } } };
    expect(validateState(shared, "a")).toEqual([]);
    expect(validateState({ items: asProperty(shared, "unused"), properties: { unused: shared } }, [])).toEqual([]);
    expect(validateState(shared, 1)).toHaveLength(1);
  });

  it("a schema that cannot be applied is a finding, not an exception", () => {
    expect(validateState({ $ref: "#" }, 1)).toHaveLength(1);
    expect(validateState({ $ref: "https://x/y" }, 1)).toHaveLength(1);
    expect(validateState({ pattern: "(" }, "x")).toHaveLength(1);
  });

  it("names at most twenty findings", () => {
    expect(
      validateState(
        { items: { type: "string" } },
        Array.from({ length: 5_000 }, (_, i) => i),
      ),
    ).toHaveLength(20);
  });
});

describe("paths", () => {
  it("pointers say where values are", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 5 }), (steps) => {
        expect(pointerSteps(pointerTo(steps.map((step) => step.replaceAll("%", ""))))).toEqual(
          steps.map((step) => step.replaceAll("%", "")),
        );
      }),
    );
    expect(valueAt({ a: [{ b: 1 }] }, ["a", "0", "b"])).toBe(1);
    expect(valueAt({}, ["constructor"])).toBeUndefined();
    expect(pointerSteps("a")).toBeNull();
    expect(pointerSteps("#/%zz")).toBeNull();
    expect(pointerSteps("#/a%20b~1c")).toEqual(["a b/c"]);
  });

  it("are written the way people read them", () => {
    expect(jsonPath(["input_contract", "document.text", 0, "a b"])).toBe('$.input_contract["document.text"][0]["a b"]');
  });
});
