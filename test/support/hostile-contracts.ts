import type { JsonObject, JsonSchema, JsonValue } from "../../contracts/json/json.ts";

/*
 * Contracts and values that were, or could be, made to hold an isolate. Tests say what becomes of each, and
 * `npm run bench -- contracts` how long it takes.
 */

export const list = <T>(length: number, item: (i: number) => T): T[] => Array.from({ length }, (_, i) => item(i));
const object = (length: number, name: (i: number) => string, member: (i: number) => JsonValue): JsonObject =>
  Object.fromEntries(list(length, (i) => [name(i), member(i)]));
const nested = (depth: number, wrap: (inner: JsonValue) => JsonValue, core: JsonValue): JsonValue =>
  list(depth, (i) => i).reduce((inner) => wrap(inner), core);

/** `levels` definitions, each of which refers to the next one as `refer` says, the last being `last`. */
function ladder(levels: number, refer: (next: JsonObject) => JsonObject, last: JsonObject): JsonSchema {
  const rungs = object(
    levels,
    (i) => `l${i}`,
    (i) => refer({ $ref: `#/$defs/l${i + 1}` }),
  );
  return { $ref: "#/$defs/l0", $defs: { ...rungs, [`l${levels}`]: last } };
}

/** As and bs in no order that repeats. */
function letters(length: number): string {
  let seed = 1;
  return list(length, () => "ab"[((seed = (seed * 48_271) % 2_147_483_647) >> 8) & 1]).join("");
}

const tree = (depth: number): JsonObject => ({ v: depth, k: depth === 0 ? [] : [tree(depth - 1), tree(depth - 1)] });

/** What took seconds, minutes or for ever: each is decided now, for the work that is named at most. */
export const DECIDED: readonly (readonly [
  name: string,
  schema: JsonSchema,
  value: JsonValue,
  verdict: string,
  most: number,
])[] = [
  ["a pattern with nested stars", { pattern: "^(a+)+$" }, `${"a".repeat(31)}!`, "invalid", 1_000],
  ["25 levels of allOf", ladder(25, (next) => ({ allOf: [next, next] }), { type: "string" }), "x", "valid", 1_000],
  ["25 levels of anyOf", ladder(25, (next) => ({ anyOf: [next, next] }), { type: "string" }), 1, "invalid", 1_000],
  [
    "25 levels of oneOf, not and what is unevaluated",
    ladder(25, (next) => ({ oneOf: [next, { not: next }], unevaluatedProperties: false }), { type: "object" }),
    { a: 1 },
    "invalid",
    5_000,
  ],
  [
    "30 levels that refer into one another where they stand",
    list(30, (i) => i).reduce<JsonObject>(
      (inner, i) => ({ allOf: [inner, { $ref: `#${"/allOf/0".repeat(30 - i)}` }] }),
      { type: "string" },
    ),
    "x",
    "valid",
    2_000,
  ],
  [
    "an enum of 2,000 lists and a list of 100,000",
    { enum: list(2_000, (i) => [i]) },
    list(100_000, (i) => i),
    "invalid",
    400_000,
  ],
  [
    "an enum of 2,000 for each of 50,000",
    { items: { enum: list(2_000, (i) => i) } },
    list(50_000, (i) => i % 2_000),
    "valid",
    200_000,
  ],
  [
    "20,000 objects that are unique",
    { uniqueItems: true },
    list(20_000, (i) => ({ a: i, b: `x${i}`, c: [i] })),
    "valid",
    1_500_000,
  ],
  [
    "500 alternatives for the first of 20,000",
    { items: { anyOf: list(500, (i) => ({ const: `k${i}` })) } },
    list(20_000, () => "z"),
    "invalid",
    200_000,
  ],
  [
    "5,000 names that are required of 20,000",
    { items: { required: list(5_000, (i) => `k${i}`) } },
    list(20_000, () => ({})),
    "invalid",
    10_000,
  ],
  [
    "5,000 properties that 20,000 lack",
    {
      items: {
        properties: object(
          5_000,
          (i) => `k${i}`,
          () => ({}),
        ),
      },
    },
    list(20_000, () => ({})),
    "valid",
    200_000,
  ],
  [
    "a tree of 32,767",
    { $ref: "#/$defs/t", $defs: { t: { properties: { v: { type: "number" }, k: { items: { $ref: "#/$defs/t" } } } } } },
    tree(14),
    "valid",
    700_000,
  ],
  [
    "an enum at each of 300 levels",
    { $ref: "#/$defs/a", $defs: { a: { not: { enum: [[1], { a: 1 }] }, items: { $ref: "#/$defs/a" } } } },
    nested(
      300,
      (inner) => [inner],
      list(1_000, (i) => i),
    ),
    "valid",
    400_000,
  ],
  ["60,000 numbers", { items: { type: "number" } }, list(60_000, (i) => i), "valid", 200_000],
  [
    "a megabyte of text",
    { pattern: "^[\\s\\S]*$", minLength: 1, maxLength: 2_000_000 },
    "x".repeat(1_048_576),
    "valid",
    600_000,
  ],
];

/** What takes more than is allowed, and where that is said. */
export const SPENT: readonly (readonly [name: string, schema: JsonSchema, value: JsonValue, place: string])[] = [
  [
    "500 patterns for 60,000 characters",
    { allOf: list(500, (i) => ({ pattern: `^(?:[a-z]|${i})*x?[a-z]{20}$` })) },
    "abc".repeat(20_000),
    "$",
  ],
  [
    "a pattern of 3,990 places",
    { properties: { a: { pattern: "a{3990}" } } },
    { a: `${"a".repeat(3_989)}b`.repeat(50) },
    "$.a",
  ],
  ["a pattern with too many states", { items: { pattern: "[ab]*a[ab]{200}c" } }, [letters(100_000)], "$[0]"],
  [
    "300 patterns for 20,000 names",
    {
      patternProperties: object(
        300,
        (i) => `^(a|b|c)*x${i}$`,
        () => ({}),
      ),
    },
    object(
      20_000,
      (i) => `abc${i}`,
      () => 1,
    ),
    "$",
  ],
  [
    "1,000 times contains over 100,000",
    { allOf: list(1_000, (i) => ({ contains: { const: i } })) },
    list(100_000, () => -1),
    "$",
  ],
  [
    "500 alternatives, of which one, for 20,000",
    { items: { oneOf: list(500, (i) => ({ properties: { k: { const: i } }, required: ["k"] })) } },
    list(20_000, (i) => ({ k: i % 500 })),
    "$[",
  ],
  [
    "5,000 schemas that 5,000 names call for",
    {
      dependentSchemas: object(
        5_000,
        (i) => `k${i}`,
        () => ({ properties: { a: true } }),
      ),
    },
    object(
      5_000,
      (i) => `k${i}`,
      () => 1,
    ),
    "$",
  ],
  ["decimals with 600 places", { items: { multipleOf: 5e-324 } }, list(20_000, (i) => 1.7e308 - i * 1e300), "$["],
  [
    "uniqueness at each of 400 levels",
    { $ref: "#/$defs/a", $defs: { a: { uniqueItems: true, items: { $ref: "#/$defs/a" } } } },
    nested(400, (inner) => [inner, ...list(100, (i) => i)], []),
    "$[0]",
  ],
  [
    "5,000 levels",
    { $ref: "#/$defs/a", $defs: { a: { properties: { a: { $ref: "#/$defs/a" } } } } },
    nested(5_000, (inner) => ({ a: inner }), {}),
    "$",
  ],
  ["a reference through 3,000 others", ladder(3_000, (next) => ({ ...next, type: "string" }), {}), "x", "$"],
];
