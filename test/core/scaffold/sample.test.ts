import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonSchema } from "../../../contracts/json/json.ts";
import { validateState } from "../../../src/core/contract/validate-state.ts";
import { sampleOf } from "../../../src/core/scaffold/sample.ts";

describe("sampleOf", () => {
  it.each<readonly [JsonSchema, unknown]>([
    [{ const: 4 }, 4],
    [{ enum: ["b", "a"] }, "b"],
    [{ type: "string", default: "x" }, "x"],
    [{ type: ["integer", "null"] }, 0],
    [{ type: "number", exclusiveMinimum: 2 }, 3],
    [{ type: "integer", minimum: 5, multipleOf: 4 }, 8],
    [{ type: "number", maximum: -1 }, -1],
    [{ type: "string", minLength: 3 }, "xxx"],
    [{ type: "string", format: "uuid" }, "00000000-0000-4000-8000-000000000000"],
    [{ anyOf: [{ type: "boolean" }, { type: "string" }] }, false],
    [
      { properties: { a: { type: "string" } }, required: ["a", "b"] },
      { a: "", b: null },
    ],
    [{}, null],
  ])("%j", (schema, sample) => {
    expect(sampleOf(schema)).toEqual(sample);
  });

  it("is accepted by the schema it was made from", () => {
    const leaf = fc.oneof(
      fc.record({ type: fc.constant("string"), minLength: fc.nat(5) }),
      fc.record({ type: fc.constant("integer"), minimum: fc.integer({ min: -50, max: 50 }) }),
      fc.record({ type: fc.constant("number"), maximum: fc.integer({ min: -50, max: 50 }) }),
      fc.constant({ type: "boolean" }),
      fc.record({ enum: fc.array(fc.constantFrom("a", 1, null, true), { minLength: 1 }) }),
    );
    const { schema } = fc.letrec<{ schema: JsonSchema }>((tie) => ({
      schema: fc.oneof(
        { maxDepth: 3 },
        leaf as fc.Arbitrary<JsonSchema>,
        fc.record({
          type: fc.constant("array"),
          minItems: fc.nat(3),
          items: tie("schema"),
        }) as fc.Arbitrary<JsonSchema>,
        fc.dictionary(fc.constantFrom("a", "b", "c"), tie("schema")).map((properties) => ({
          type: "object",
          properties,
          required: Object.keys(properties),
          additionalProperties: false,
        })),
      ),
    }));
    fc.assert(
      fc.property(schema, (one) => {
        expect(validateState(one, sampleOf(one))).toEqual([]);
      }),
    );
  });

  it("ends on a schema that contains itself by reference or nests without end", () => {
    let deep: JsonSchema = { type: "string" };
    for (let i = 0; i < 1_000; i++) deep = { type: "array", minItems: 1, items: deep };
    expect(JSON.stringify(sampleOf(deep)).length).toBeLessThan(100);
    expect(sampleOf({ type: "array", minItems: 1e9, items: { $ref: "#" } })).toHaveLength(100);
  });
});
