import { describe, expect, it } from "vitest";
import type { JsonSchema, JsonValue } from "../../contracts/json/json.ts";
import { MAX_JSON_DEPTH } from "../../src/core/json/read-json.ts";
import { patternOf } from "../../src/core/schema/pattern/pattern.ts";
import { Budget } from "../../src/core/schema/budget.ts";
import { validate } from "../../src/core/schema/validate/validate.ts";
import { DECIDED, SPENT } from "../support/hostile-contracts.ts";

/** Inside workerd: another build of the engine, with a stack of its own. */
describe("in the Workers runtime", () => {
  it.each(DECIDED)("%s is decided as it is elsewhere", (_name, schema, value, verdict) => {
    expect(validate(schema, value).kind).toBe(verdict);
  });

  it.each(SPENT)("%s is too much as it is elsewhere", (_name, schema, value) => {
    expect(validate(schema, value).kind).toBe("spent");
  });

  it("patterns that take for ever elsewhere are matched", () => {
    const matches = (pattern: string, text: string) => patternOf(pattern)?.test(text, new Budget(1_000_000));
    expect([matches("^(a+)+$", `${"a".repeat(31)}!`), matches("^(a+)+$", "a".repeat(100_000))]).toEqual([false, true]);
    expect(matches("^[\\p{L}😀]+$", "Grüße😀")).toBe(true);
  });

  it.each<readonly [string, JsonSchema]>([
    ["a reference", { properties: { a: { $ref: "#/$defs/a" } } }],
    [
      "alternatives",
      { anyOf: [{ type: "null" }, { properties: { a: { $ref: "#/$defs/a" } }, unevaluatedProperties: false }] },
    ],
    ["three schemas a level", { allOf: [{ anyOf: [{ properties: { a: { $ref: "#/$defs/a" } } }] }] }],
  ])("a value as deep as values may be is judged through %s", (_name, level) => {
    const deep = Array.from({ length: MAX_JSON_DEPTH }).reduce<JsonValue>((inner) => ({ a: inner }), {});
    expect(validate({ $ref: "#/$defs/a", $defs: { a: level } }, deep).kind).toBe("valid");
  });
});
