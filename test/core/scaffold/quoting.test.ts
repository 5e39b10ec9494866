import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { readYaml } from "../../../src/core/metadata/yaml.ts";
import { markdownLine, yamlValue } from "../../../src/core/scaffold/quoting.ts";

const wellFormed = fc.string({ unit: "grapheme" });
const json = fc.jsonValue({ maxDepth: 4, stringUnit: "grapheme" });

describe("yamlValue", () => {
  it("reads back as the very value, by any reader, and ends where it should", () => {
    const tricky = fc.constantFrom(
      "yes",
      "~",
      "1.0",
      "2024-01-01",
      "- x",
      "a: b",
      "#",
      "'",
      '"',
      "\n",
      " x ",
      "<<",
      "*a",
      "&a",
      "!!js",
      "---",
      "{{x}}",
    );
    fc.assert(
      fc.property(fc.oneof(json, tricky, wellFormed), (value) => {
        const text = `before: 1\nvalue:${yamlValue(value as JsonValue)}\nafter: 2\n`;
        const expected: unknown = JSON.parse(JSON.stringify({ before: 1, value, after: 2 }));
        expect(parse(text)).toEqual(expected);
        expect(readYaml(text)).toEqual({ ok: true, value: expected });
      }),
    );
  });

  it("leaves no blank at the end of a line", () => {
    fc.assert(
      fc.property(json, (value) => {
        const lines = `value:${yamlValue(value as JsonValue)}`.split("\n");
        expect(lines.filter((line) => line.endsWith(" "))).toEqual([]);
      }),
    );
  });
});

describe("markdownLine", () => {
  it("is one line that starts no markup", () => {
    expect(markdownLine("# a\n\n| b |  *c* <d> `e` [f]")).toBe("\\# a \\| b \\| \\*c\\* \\<d\\> \\`e\\` \\[f\\]");
  });
});
