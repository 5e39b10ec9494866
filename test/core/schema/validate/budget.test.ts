import { describe, expect, it } from "vitest";
import type { JsonSchema, JsonValue } from "../../../../contracts/json/json.ts";
import { budgetFor, MAX_VALIDATION_WORK, validate } from "../../../../src/core/schema/validate/validate.ts";
import { DECIDED, list, SPENT } from "../../../support/hostile-contracts.ts";

/** The verdict, and how much work it was. */
function judged(schema: JsonSchema, value: JsonValue): readonly [kind: string, used: number] {
  const work = budgetFor(schema, value);
  return [validate(schema, value, "$", work).kind, work.used];
}

describe("work on a value", () => {
  it.each(DECIDED)("%s is decided", (_name, schema, value, verdict, most) => {
    const [kind, used] = judged(schema, value);
    expect([kind, used <= most ? "in bounds" : used]).toEqual([verdict, "in bounds"]);
  });

  it.each(SPENT)("%s is too much, and said so", (_name, schema, value, place) => {
    const verdict = validate(schema, value);
    expect(verdict).toMatchObject({ kind: "spent" });
    expect(verdict.kind === "spent" ? verdict.problem.place.slice(0, place.length) : "").toBe(place);
  });

  it("is bounded for a small value by little, for a large one by the whole", () => {
    const schema = { allOf: list(2_000, () => ({ pattern: "^(?:[a-z]?[a-z]?){20}$" })) };
    const [small, large] = [
      judged(schema, "a"),
      judged(
        { items: schema },
        list(20_000, () => "abcdefghij"),
      ),
    ];
    expect([small[0], large[0]]).toEqual(["spent", "spent"]);
    expect(small[1]).toBeLessThan(MAX_VALIDATION_WORK / 5);
    expect(large[1]).toBeGreaterThan(MAX_VALIDATION_WORK);
    expect(large[1]).toBeLessThan(MAX_VALIDATION_WORK * 1.05);
  });

  it("is the same the second time, whatever was learnt the first", () => {
    const schema = { items: { pattern: "^(?:[a-z]+-?)+$", format: "hostname", minLength: 3 }, uniqueItems: true };
    const value = list(300, (i) => `some-host-name-${i.toString(36)}`.replace(/\d/g, "q") + "abc".repeat(i % 7));
    expect(judged(schema, value)).toEqual(judged(schema, value));
  });

  it("counts what several values take together", () => {
    const schema = { items: { type: "number" } };
    const work = budgetFor(schema, []);
    const first = validate(
      schema,
      list(20_000, (i) => i),
      "$",
      work,
    ).kind;
    const second = validate(
      schema,
      list(20_000, (i) => i),
      "$.second",
      work,
    );
    expect([first, second.kind]).toEqual(["valid", "spent"]);
    expect(second).toMatchObject({ problem: { place: expect.stringMatching(/^\$\.second\[\d+\]$/) } });
  });
});
