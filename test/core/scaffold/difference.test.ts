import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { firstDifference } from "../../../src/core/scaffold/difference.ts";

describe("firstDifference", () => {
  it.each<readonly [JsonValue, JsonValue, string]>([
    [{ "a.b": { words: 3 } }, { "a.b": { words: 4 } }, '$["a.b"].words is 3, expected 4'],
    [{ a: 1 }, { a: 1, b: 2 }, "$.b is missing, expected 2"],
    [{ a: 1, b: [] }, { a: 1 }, "$.b is [], not expected"],
    [[1, 2], [1], "$ has 2 items, expected 1"],
    [[1, { x: null }], [1, { x: 0 }], "$[1].x is null, expected 0"],
    ["1", 1, '$ is "1", expected 1'],
    [[], {}, "$ is [], expected {}"],
    ["x".repeat(200), "", `$ is "${"x".repeat(79)}…, expected ""`],
  ])("%j against %j", (actual, expected, text) => {
    expect(firstDifference(actual, expected)).toBe(text);
  });

  it("is null exactly when the two are the same JSON", () => {
    const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>;
    const sorted = (value: JsonValue): unknown => {
      if (Array.isArray(value)) return (value as readonly JsonValue[]).map(sorted);
      if (typeof value !== "object" || value === null) return value === 0 ? 0 : value;
      return Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, member]) => [key, sorted(member)]);
    };
    const same = (a: JsonValue, b: JsonValue) =>
      JSON.stringify([typeof a, sorted(a)]) === JSON.stringify([typeof b, sorted(b)]);
    fc.assert(fc.property(json, (a) => firstDifference(a, JSON.parse(JSON.stringify(a)) as JsonValue) === null));
    fc.assert(
      fc.property(json, json, (a, b) => {
        fc.pre(JSON.stringify(a).includes("[") === false && JSON.stringify(b).includes("[") === false);
        expect(firstDifference(a, b) === null).toBe(same(a, b));
      }),
    );
  });
});
