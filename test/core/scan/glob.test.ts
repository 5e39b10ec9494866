import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchesGlob, parseGlob } from "../../../src/core/scan/glob.ts";
import "../../support/properties.ts";

const matches = (pattern: string, path: string): boolean => matchesGlob(parseGlob(pattern), path.split("/"));

describe("glob", () => {
  it.each([
    ["a.md", "a.md", true],
    ["a.md", "b.md", false],
    ["*.md", "a.md", true],
    ["*.md", "a.md.txt", false],
    ["*.md", "d/a.md", false],
    ["?.md", "a.md", true],
    ["?.md", ".md", false],
    ["[ab].md", "b.md", true],
    ["[!ab].md", "b.md", false],
    ["[a-c]x", "bx", true],
    ["[]]x", "]x", true],
    ["[a", "[a", true],
    ["[z-a]", "m", false],
    ["[\\]x]", "]", true],
    ["[a]b]", "ab]", true],
    ["[]", "[]", true],
    ["\\*.md", "*.md", true],
    ["\\*.md", "a.md", false],
    ["a\\", "a\\", true],
    ["**/a.md", "a.md", true],
    ["**/a.md", "x/y/a.md", true],
    ["x/**", "x/a/b", true],
    ["x/**", "x", false],
    ["x/**/y", "x/y", true],
    ["x/**/y", "x/a/b/y", true],
    ["x/**/y", "x/a/b/z", false],
    ["**", "a/b", true],
    ["a*b*c", "a1b2c", true],
    ["a*b*c", "a1c2b", false],
  ])("%s against %s: %s", (pattern, path, expected) => {
    expect(matches(pattern, path)).toBe(expected);
  });

  it("agrees with a regular expression on patterns of stars and letters", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 6 });
    const pattern = fc
      .array(fc.constantFrom("a", "b", "*", "?"), { maxLength: 8 })
      .map((parts) => parts.join("").replace(/\*+/g, "*"));
    fc.assert(
      fc.property(pattern, letters, (glob, name) => {
        fc.pre(glob !== "" && name !== "");
        const expression = new RegExp(`^${glob.replaceAll("*", ".*").replaceAll("?", ".")}$`);
        expect(matches(glob, name)).toBe(expression.test(name));
      }),
    );
  });

  it("matches a path to itself, whatever characters it has", () => {
    const segment = fc.string({ minLength: 1 }).filter((text) => !text.includes("/") && text !== "**");
    const escaped = (text: string): string => text.replace(/[*?[\]\\!]/g, "\\$&");
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), (path) => {
        expect(matchesGlob(parseGlob(path.map(escaped).join("/")), path)).toBe(true);
      }),
    );
  });

  it("takes no exponential time for many stars", () => {
    expect(matches(`${"*a".repeat(200)}b`, "a".repeat(5_000))).toBe(false);
    expect(matches(`*[${"a".repeat(50_000)}]b`, "a".repeat(5_000))).toBe(false);
    expect(matches(`${"*[".repeat(20_000)}x`, "[".repeat(255))).toBe(false);
    expect(matches(`${"**/a/".repeat(60)}b`, `${"a/".repeat(300)}c`)).toBe(false);
  });
});
