import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import { validateState } from "../../../src/core/contract/validate-state.ts";
import { loops } from "../../../src/core/schema/references.ts";
import { assignable } from "../../../src/core/schema/assignable.ts";

const fit = (from: JsonSchema, to: JsonSchema): string => assignable(from, to).fit;
const at = (from: JsonSchema, to: JsonSchema): string => {
  const verdict = assignable(from, to);
  return verdict.fit === "no" ? verdict.place : verdict.fit;
};
const object = (properties: JsonSchema, ...required: string[]): JsonSchema => ({
  type: "object",
  properties,
  required,
});
const string = { type: "string" };
const number = { type: "number" };

describe("assignable", () => {
  it.each<[string, JsonSchema, JsonSchema, string]>([
    [
      "the same schema fits",
      { type: "object", properties: { a: { enum: [1, 2] } } },
      { properties: { a: { enum: [1, 2] } }, type: "object" },
      "yes",
    ],
    ["anything fits a consumer that takes everything", {}, { title: "anything", default: 3 }, "yes"],
    ["a silent producer is checked later", {}, string, "unknown"],
    ["whole numbers are numbers", { type: "integer" }, number, "yes"],
    ["numbers are not whole", number, { type: "integer" }, "$"],
    ["numbers with a step may be whole", { type: "number", multipleOf: 2 }, { type: "integer" }, "unknown"],
    ["null is not a string", { type: ["string", "null"] }, string, "$"],
    ["a string is a string or null", string, { type: ["string", "null"] }, "yes"],
    ["listed values are tried", { enum: ["a", "b"] }, string, "yes"],
    ["a listed value that is refused", { enum: ["a", 1] }, string, "$"],
    ["a listed value its own type excludes does not count", { type: "string", enum: ["a", 1] }, string, "yes"],
    ["a consumer's list is checked later", string, { enum: ["a"] }, "unknown"],
    ["a consumer's list of another type", string, { enum: [1, 2] }, "$"],
    ["both booleans are all booleans", { type: "boolean" }, { enum: [true, false] }, "yes"],
    ["bounds within bounds", { type: "number", minimum: 1, maximum: 5 }, { minimum: 0, maximum: 5 }, "yes"],
    ["bounds beyond bounds", { type: "number", maximum: 100 }, { type: "number", maximum: 50 }, "$"],
    ["unsaid bounds are checked later", number, { type: "number", maximum: 50 }, "unknown"],
    [
      "an open bound on whole numbers is a closed one",
      { type: "integer", exclusiveMaximum: 51 },
      { maximum: 50 },
      "yes",
    ],
    ["an open bound on numbers is not", { type: "number", exclusiveMaximum: 51 }, { maximum: 50 }, "$"],
    ["multiples of multiples", { type: "integer", multipleOf: 6 }, { multipleOf: 3 }, "yes"],
    ["multiples of something else", { type: "integer", multipleOf: 4 }, { multipleOf: 6 }, "$"],
    ["the same pattern", { type: "string", pattern: "^a" }, { pattern: "^a" }, "yes"],
    ["another pattern is checked later", { type: "string", pattern: "^ab" }, { pattern: "^a" }, "unknown"],
    ["length within length", { type: "string", minLength: 2, maxLength: 4 }, { minLength: 1, maxLength: 4 }, "yes"],
    ["a keyword for other types says nothing", number, { minLength: 3 }, "yes"],
    ["a promised property", object({ a: string }, "a"), object({ a: string }, "a"), "yes"],
    ["a property of another type", object({ a: number }, "a"), object({ a: string }, "a"), "$.a"],
    ["a property that may be absent", object({ a: string, b: string }, "b"), object({ a: string }, "a"), "$.a"],
    [
      "a producer silent about what it promises",
      { type: "object", properties: { a: string } },
      object({ a: string }, "a"),
      "unknown",
    ],
    ["a property that is never there", { type: "object", additionalProperties: false }, { required: ["a"] }, "$.a"],
    [
      "a property refused by a closed consumer",
      object({ a: string }),
      { type: "object", additionalProperties: false },
      "$.a",
    ],
    [
      "a closed producer for a closed consumer",
      { ...object({ a: string }), additionalProperties: false },
      { properties: { a: {} }, additionalProperties: false },
      "yes",
    ],
    [
      "an open producer for a closed consumer is checked later",
      { type: "object" },
      { additionalProperties: false },
      "unknown",
    ],
    [
      "other properties of another type",
      { type: "object", additionalProperties: number },
      { additionalProperties: string },
      "$.*",
    ],
    [
      "items deep inside",
      object({ items: { type: "array", items: object({ price: number }, "price") } }, "items"),
      object({ items: { type: "array", items: object({ price: string }) } }),
      "$.items[].price",
    ],
    [
      "items of a tuple",
      { type: "array", prefixItems: [string, number], items: false },
      { type: "array", items: { type: ["string", "number"] } },
      "yes",
    ],
    [
      "an item of a tuple that does not fit",
      { type: "array", prefixItems: [string, number] },
      { type: "array", prefixItems: [string, string] },
      "$[1]",
    ],
    ["unique items", { type: "array", items: string, uniqueItems: true }, { uniqueItems: true }, "yes"],
    ["unique items unsaid", { type: "array" }, { uniqueItems: true }, "unknown"],
    ["every branch of a choice must fit", { anyOf: [string, number] }, string, "$"],
    ["a choice within a choice", { anyOf: [string, number] }, { anyOf: [number, string, { type: "null" }] }, "yes"],
    ["types spread over the branches of a choice", { type: ["string", "number"] }, { anyOf: [number, string] }, "yes"],
    ["no branch of a choice", string, { anyOf: [number, { type: "null" }] }, "$"],
    ["exactly one branch", string, { oneOf: [string, number] }, "yes"],
    ["one or two branches is checked later", string, { oneOf: [string, { minLength: 0 }] }, "unknown"],
    [
      "the parts of allOf together",
      { allOf: [{ type: "string" }, { maxLength: 3 }] },
      { type: "string", maxLength: 4 },
      "yes",
    ],
    ["all parts of a consumer's allOf", { type: "string", maxLength: 3 }, { allOf: [string, { maxLength: 2 }] }, "$"],
    ["negation is checked later", string, { not: { const: "a" } }, "unknown"],
    [
      "a counter-example that negation might exclude",
      { type: "number", not: { minimum: 40 }, maximum: 100 },
      { maximum: 50 },
      "unknown",
    ],
    ["nothing fits a consumer that takes nothing", object({ a: string }, "a"), { properties: { a: false } }, "$.a"],
    [
      "a property with an odd name",
      object({ "unit price": number }),
      object({ "unit price": string }),
      '$["unit price"]',
    ],
    [
      "a property named like one of Object's own",
      { type: "object" },
      { properties: { constructor: string } },
      "unknown",
    ],
    ["a remote reference is checked later", { $ref: "https://example.com/a.json" }, string, "unknown"],
    ["a reference that leads nowhere is checked later", { $ref: "#/$defs/none" }, string, "unknown"],
    ["a reference to itself is checked later", { $ref: "#" }, string, "unknown"],
    [
      "a consumer that refers to itself only",
      string,
      { $defs: { x: { $ref: "#/$defs/x" } }, $ref: "#/$defs/x" },
      "unknown",
    ],
    ["unknown keywords say nothing", string, { type: "string", "x-unit": "EUR", nullable: false }, "yes"],
  ])("%s", (_, from, to, expected) => {
    expect(at(from, to)).toBe(expected);
  });

  it("follows recursive schemas", () => {
    const list = (item: JsonSchema): JsonSchema => ({
      $defs: {
        node: object({ value: item, next: { anyOf: [{ $ref: "#/$defs/node" }, { type: "null" }] } }, "value", "next"),
      },
      $ref: "#/$defs/node",
    });
    expect(fit(list({ type: "integer" }), list(number))).toBe("yes");
    expect(at(list(number), list(string))).toBe("$.value");
  });

  it("gives up on schemas made to be slow, and says so", () => {
    const wide = (depth: number): JsonSchema => {
      let schema: JsonSchema = { type: "string", maxLength: 3 };
      for (let i = 0; i < depth; i++)
        schema = { anyOf: [schema, { ...schema, title: String(i) }, { allOf: [schema, { minLength: i }] }] };
      return schema;
    };
    expect(fit(wide(8), { anyOf: [{ maxLength: 2 }, wide(8)] })).toBe("unknown");
    let deep: JsonSchema = string;
    let other: JsonSchema = number;
    for (let i = 0; i < 5_000; i++)
      [deep, other] = [
        { type: "array", items: deep },
        { type: "array", items: other },
      ];
    expect(fit(deep, other)).toBe("unknown");
  });
});

const value: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<JsonValue>(null, true, false, 0, 1, 2, 3, 1.5, -1, "", "a", "b", "ab", "abc"),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { maxKeys: 3 }),
  ),
})).value;

const TYPES = ["string", "number", "integer", "boolean", "null", "object", "array"];
const small = fc.integer({ min: 0, max: 3 });

/** Schemas of up to three keywords, nested up to three deep: schemas that say everything at once take nothing. */
const schema: fc.Arbitrary<JsonSchema> = fc.letrec<{
  schema: JsonSchema;
  sub: JsonSchema | boolean;
  keyword: JsonSchema;
}>((tie) => {
  const one = (keyword: string, values: fc.Arbitrary<unknown>): fc.Arbitrary<JsonSchema> =>
    values.map((given) => ({ [keyword]: given }) as JsonSchema);
  const plain = [
    one(
      "type",
      fc.oneof(fc.constantFrom(...TYPES), fc.uniqueArray(fc.constantFrom(...TYPES), { minLength: 1, maxLength: 3 })),
    ),
    one(
      "enum",
      fc.array(fc.constantFrom<JsonValue>(null, true, 1, 2, 1.5, "a", "ab", [], {}), { minLength: 1, maxLength: 3 }),
    ),
    one("required", fc.uniqueArray(fc.constantFrom("a", "b", "c"), { maxLength: 2 })),
    ...["minProperties", "maxProperties", "minItems", "maxItems", "minLength", "maxLength"].map((keyword) =>
      one(keyword, small),
    ),
    ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"].map((keyword) => one(keyword, small)),
    one("uniqueItems", fc.boolean()),
    one("pattern", fc.constantFrom("^a", "b$")),
    one("multipleOf", fc.constantFrom(1, 2, 3, 0.5)),
    one("$ref", fc.constantFrom("#/$defs/one", "#/$defs/two", "#")),
  ];
  const nested = [
    one("properties", fc.dictionary(fc.constantFrom("a", "b", "c"), tie("sub"), { maxKeys: 2 })),
    one("additionalProperties", tie("sub")),
    one("patternProperties", fc.dictionary(fc.constantFrom("^a", "b"), tie("sub"), { maxKeys: 1 })),
    one("items", tie("sub")),
    one("not", tie("sub")),
    ...["prefixItems", "anyOf", "oneOf", "allOf"].map((keyword) =>
      one(keyword, fc.array(tie("sub"), { minLength: 1, maxLength: 2 })),
    ),
  ];
  return {
    keyword: fc.oneof({ maxDepth: 3, depthIdentifier: "schema" }, fc.oneof(...plain), fc.oneof(...nested)),
    schema: fc
      .array(tie("keyword"), { maxLength: 3, depthIdentifier: "schema" })
      .map((parts) => Object.assign({}, ...parts) as JsonSchema),
    sub: fc.oneof({ weight: 8, arbitrary: tie("schema") }, { weight: 1, arbitrary: fc.boolean() }),
  };
}).schema;

const rooted = fc
  .record({ schema, one: schema, two: schema })
  .map(({ schema: root, one, two }): JsonSchema => ({ ...root, $defs: { one, two } }));

/** A schema and a variation of it, so that "yes" and near misses are common. */
const pair = fc.tuple(rooted, rooted, fc.nat(6), small).map(([from, to, how, bound]): [JsonSchema, JsonSchema] => {
  const keys = Object.keys(from).filter((key) => key !== "$defs");
  const dropped = keys[bound % Math.max(1, keys.length)];
  switch (how) {
    case 0:
      return [from, Object.fromEntries(Object.entries(from).filter(([key]) => key !== dropped))];
    case 1:
      return [from, { ...from, maximum: bound, maxLength: bound }];
    case 2:
      return [
        { ...from, type: "object", additionalProperties: false },
        { ...from, ...to },
      ];
    case 3:
      return [from, { $defs: from.$defs ?? {}, anyOf: [{ ...from, $defs: {} }, to] }];
    case 4:
      return [{ ...to, ...from }, to];
    default:
      return [from, to];
  }
});

const valid = (of: JsonSchema, instance: JsonValue): boolean => validateState(of, instance).length === 0;

describe("assignable is sound", () => {
  it("never says yes where a value tells the schemas apart", () => {
    let yes = 0;
    let witnesses = 0;
    fc.assert(
      fc.property(pair, fc.array(value, { minLength: 20, maxLength: 20 }), ([from, to], instances) => {
        if (fit(from, to) !== "yes") return;
        yes++;
        for (const instance of instances) {
          if (!valid(from, instance)) continue;
          witnesses++;
          expect(valid(to, instance), JSON.stringify({ from, to, instance })).toBe(true);
        }
      }),
      { numRuns: 4_000 },
    );
    // The property says something only if it met its case.
    expect(yes).toBeGreaterThan(200);
    expect(witnesses).toBeGreaterThan(500);
  });

  it("says yes of every schema and itself", () => {
    fc.assert(fc.property(rooted, (one) => loops(one) || fit(one, one) === "yes"));
  });

  it("says yes of a listed value exactly when the consumer takes it", () => {
    fc.assert(
      fc.property(schema, value, (to, instance) => {
        fc.pre(!JSON.stringify(to).includes("$ref"));
        expect(fit({ const: instance }, to)).toBe(valid(to, instance) ? "yes" : "no");
      }),
      { numRuns: 500 },
    );
  });
});

describe("comparing takes no more work than is allowed", () => {
  const list = <T>(length: number, item: (i: number) => T): T[] => Array.from({ length }, (_, i) => item(i));
  const object = (length: number, item: (i: number) => JsonSchema): JsonSchema =>
    Object.fromEntries(list(length, (i) => [`k${i}`, item(i)]));
  const ladder = (keyword: string): JsonSchema => ({
    $ref: "#/$defs/k0",
    $defs: {
      ...object(25, (i) => ({ [keyword]: list(2, () => ({ $ref: `#/$defs/k${i + 1}` })) })),
      k25: { type: "string" },
    },
  });

  it.each<readonly [string, JsonSchema, JsonSchema]>([
    ["a producer of 25 levels", ladder("allOf"), { type: "number" }],
    ["a consumer of 25 levels", { type: "number" }, ladder("allOf")],
    ["25 levels on both sides", ladder("anyOf"), ladder("oneOf")],
    ["5,000 parts that are one", { allOf: list(5_000, (i) => ({ required: [`k${i}`] })) }, { required: ["x"] }],
    [
      "2,000 alternatives against as many",
      { anyOf: list(2_000, (i) => ({ const: i })) },
      { anyOf: list(2_000, (i) => ({ const: -i })) },
    ],
    [
      "values and patterns",
      { enum: list(150, (i) => `${"abc".repeat(300)}${i}`) },
      { allOf: list(400, (i) => ({ pattern: `^(?:[a-z]|${i})*x?[a-z]{20}$` })) },
    ],
    [
      "4,000 properties",
      { properties: object(4_000, () => ({ type: "string" })) },
      { properties: object(4_000, () => ({ minLength: 1 })) },
    ],
  ])("%s: the answer is that nobody knows", (_what, from, to) => {
    expect(assignable(from, to)).toEqual({ fit: "unknown", reason: "$: the schemas are too large to compare" });
  });

  it("but 9,000 names are compared with 9,000", () => {
    const names = list(9_000, (i) => `k${i}`);
    expect(assignable({ required: names }, { required: names.toReversed() }).fit).toBe("yes");
  });
});
