import { Validator, type Schema } from "@cfworker/json-schema";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject, JsonSchema, JsonValue } from "../../../../contracts/json/json.ts";
import { validate } from "../../../../src/core/schema/validate/validate.ts";

/** What a library that takes all the time it wants says; null where it never ends. */
function oracle(schema: JsonSchema, value: JsonValue): boolean | null {
  try {
    return new Validator(JSON.parse(JSON.stringify(schema)) as Schema, "2020-12").validate(value).valid;
  } catch {
    return null;
  }
}

const NAMES = ["a", "b", "ab", "__proto__", "a/b"] as const;
const value = fc.letrec<{ any: JsonValue }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<JsonValue>(null, true, false, 0, 1, -0, 1.5, 0.3, 3, "", "a", "ab", "é", "😀", "2026-02-29"),
    fc.array(tie("any"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...NAMES), tie("any"), { maxKeys: 3, noNullPrototype: true }),
  ),
})).any;

const count = fc.integer({ min: 0, max: 3 });
const number = fc.constantFrom(0, 1, 0.1, 1.5, 2, 3, 0.01);
const names = fc.uniqueArray(fc.constantFrom(...NAMES), { maxLength: 2 });
const mapOf = <T>(one: fc.Arbitrary<T>) =>
  fc.dictionary(fc.constantFrom(...NAMES), one, { maxKeys: 3, noNullPrototype: true });
const type = fc.constantFrom("string", "number", "integer", "boolean", "null", "array", "object");

const schema = fc.letrec<{ any: JsonValue; object: JsonObject; list: readonly JsonValue[] }>((tie) => ({
  any: fc.oneof({ maxDepth: 5, withCrossShrink: true }, fc.boolean(), tie("object")),
  list: fc.array(tie("any"), { minLength: 1, maxLength: 3 }),
  object: fc
    .array(
      fc.oneof(
        { maxDepth: 5, withCrossShrink: true },
        fc.record({ type: fc.oneof(type, fc.uniqueArray(type, { minLength: 1, maxLength: 3 })) }),
        fc.record({ enum: fc.array(value, { maxLength: 3 }) }),
        fc.record({ const: value }),
        fc.record({ minLength: count }),
        fc.record({ maxLength: count }),
        fc.record({ pattern: fc.constantFrom("^a", "b$", "^(a|ab)*$", "\\d", "[^a]", "^.$") }),
        fc.record({ format: fc.constantFrom("date", "email", "uri", "nothing-known") }),
        fc.record({ minimum: number }),
        fc.record({ maximum: number }),
        fc.record({ exclusiveMinimum: number }),
        fc.record({ exclusiveMaximum: number }),
        fc.record({ multipleOf: number.filter((one) => one > 0) }),
        fc.record({ minItems: count }),
        fc.record({ maxItems: count }),
        fc.record({ uniqueItems: fc.boolean() }),
        fc.record({ minProperties: count }),
        fc.record({ maxProperties: count }),
        fc.record({ required: names }),
        fc.record({ dependentRequired: mapOf(names) }),
        fc.record({ $ref: fc.constantFrom("#", "#/$defs/a", "#/$defs/b", "#/properties/a", "#/definitions/b") }),
        fc.record({ not: tie("any") }),
        fc.record({ allOf: tie("list") }),
        fc.record({ anyOf: tie("list") }),
        fc.record({ oneOf: tie("list") }),
        fc
          .tuple(tie("any"), fc.dictionary(fc.constantFrom("then", "else"), tie("any"), { noNullPrototype: true }))
          .map(([condition, branches]) => ({ if: condition, ...branches })),
        fc.record({ dependentSchemas: mapOf(tie("any")) }),
        fc.record({ dependencies: mapOf(fc.oneof(names, tie("any"))) }),
        fc.record({ properties: mapOf(tie("any")) }),
        fc.record({ patternProperties: fc.record({ "^a": tie("any"), b$: tie("any") }, { requiredKeys: [] }) }),
        fc.record({ additionalProperties: tie("any") }),
        fc.record({ propertyNames: tie("any") }),
        fc.record({ items: tie("any") }),
        fc.record({ prefixItems: tie("list") }),
        fc.record({ items: tie("list"), additionalItems: tie("any") }, { requiredKeys: ["items"] }),
        fc.record({ contains: tie("any"), minContains: count, maxContains: count }, { requiredKeys: ["contains"] }),
      ),
      { maxLength: 3 },
    )
    .map((parts): JsonObject => {
      const whole = Object.assign({}, ...parts) as JsonObject;
      // Two ways of saying the same, of two drafts: nothing says what they mean together.
      return Array.isArray(whole["items"])
        ? Object.fromEntries(Object.entries(whole).filter(([name]) => name !== "prefixItems"))
        : whole;
    }),
})).object;

const root = fc
  .tuple(schema, fc.record({ a: schema, b: schema }), fc.record({ b: schema }))
  .map(([one, $defs, definitions]): JsonSchema => ({ ...one, $defs, definitions }));

describe("the validator", () => {
  it("says of generated schemas and values what a validator without bounds says", () => {
    let judged = 0;
    let refused = 0;
    fc.assert(
      fc.property(root, fc.array(value, { minLength: 1, maxLength: 4 }), (one, values) => {
        for (const each of values) {
          const expected = oracle(one, each);
          const verdict = validate(one, each);
          if (expected === null) {
            if (verdict.kind === "spent") expect.fail(`${JSON.stringify(one)} on ${JSON.stringify(each)}`);
            continue;
          }
          judged++;
          if (!expected) refused++;
          if ((verdict.kind === "valid") !== expected || verdict.kind === "spent")
            expect.fail(
              `${JSON.stringify(one)} on ${JSON.stringify(each)} is ${JSON.stringify(verdict)}, should be ${expected}`,
            );
        }
      }),
      { numRuns: 3_000 },
    );
    expect([judged > 3_000, refused > 500]).toEqual([true, true]);
  });
});
