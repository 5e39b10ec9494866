import { describe, expect, it } from "vitest";
import { MAX_CASES } from "../../../contracts/documents/node-files.ts";
import { readCases } from "../../../src/core/registry/cases.ts";

const text = (value: unknown) => readCases(JSON.stringify(value));

describe("cases.json", () => {
  it("holds cases, with names of their own or numbers", () => {
    const cases = [{ name: "one", input: { "a.b": 1 }, output: { "c.d": 2 } }, { input: {} }];
    expect(text({ node: "n", cases })).toEqual({
      ok: true,
      value: [
        { name: "one", input: { "a.b": 1 }, output: { "c.d": 2 }, place: "cases.json:$.cases[0]" },
        { name: "case 2", input: {}, output: null, place: "cases.json:$.cases[1]" },
      ],
    });
    expect(text({ cases: [] })).toEqual({ ok: true, value: [] });
  });

  it.each<[string, unknown, string]>([
    ["is no object", [], "cases.json:$"],
    ["has no cases", {}, "cases.json:$.cases"],
    [
      "has a misspelt output, which would never be compared",
      { cases: [{ input: {}, outptu: {} }] },
      "cases.json:$.cases[0].outptu",
    ],
    ["has a case without input", { cases: [{ output: {} }] }, "cases.json:$.cases[0].input"],
    ["has a case that is none", { cases: ["x"] }, "cases.json:$.cases[0]"],
    ["has an output that is no state", { cases: [{ input: {}, output: 3 }] }, "cases.json:$.cases[0].output"],
    ["has too many", { cases: Array.from({ length: MAX_CASES + 1 }, () => ({ input: {} })) }, "cases.json:$.cases"],
  ])("is refused when it %s", (_, value, place) => {
    expect(text(value)).toMatchObject({ ok: false, error: { code: "CONTRACT_VALIDATION_ERROR", place } });
  });

  it("is refused when it is no JSON, or says a thing twice", () => {
    expect(readCases("{")).toMatchObject({ ok: false, error: { place: expect.stringMatching(/^cases\.json:/) } });
    expect(readCases('{"cases": [], "cases": []}')).toMatchObject({ ok: false });
  });
});
