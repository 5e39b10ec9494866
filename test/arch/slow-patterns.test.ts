import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROJECT } from "./support/planted-tree.ts";
import { growthOf, literalsIn } from "./support/slow-patterns.ts";
import { writtenPaths } from "./support/source-files.ts";

const SOURCES = /^(?:src|workers|contracts)\/.*\.m?ts$/;

describe("regular expressions of the source", () => {
  it("look at a text that does not match them in a time that grows with its length", async () => {
    const paths = (await writtenPaths(PROJECT)).filter((path) => SOURCES.test(path) && !path.endsWith(".d.ts"));
    const slow: string[] = [];
    let seen = 0;
    for (const path of paths) {
      for (const { line, ...literal } of literalsIn(path, await readFile(join(PROJECT, path), "utf8"))) {
        seen++;
        const growth = growthOf(literal);
        if (growth !== "linear") slow.push(`${path}:${line} /${literal.source}/${literal.flags} is ${growth}`);
      }
    }
    expect(slow).toEqual([]);
    expect(seen).toBeGreaterThan(100);
  });
});

describe("the judgement of regular expressions", () => {
  it.each([
    ["blanks at an end", "[ \\t]+$", "gm"],
    ["slashes at an end", "\\/+$", ""],
    ["two stars that take the same", "^\\s*(.*?)\\s*$", "m"],
    ["a comma among anything", "^.*,.*x$", ""],
    ["line breaks where a line begins", "^\\s*x", "m"],
    ["alternatives that overlap", "^(x|y)*(y|z)*!", ""],
    ["letters of either case", "[a-z]+[A-Z]+\\d", "i"],
    ["what looks ahead", "a+(?=b)", ""],
  ])("finds %s: quadratic", (_, source, flags) => {
    expect(growthOf({ source, flags })).toBe("quadratic");
  });

  it.each([
    ["a plus within a plus", "^(a+)+$"],
    ["a star within a star", "^(?:a*b?)*c"],
    ["blanks within what may be blank", "^(?:\\s+|x)*y"],
  ])("finds %s: exponential", (_, source) => {
    expect(growthOf({ source, flags: "" })).toBe("exponential");
  });

  it.each([
    ["a version", "^\\d+\\.\\d+\\.\\d+$", ""],
    ["what always matches", "\\s+", "g"],
    ["a tag after a blank", "(?:^|[\\s(])#([A-Za-z][\\w-]*)", "g"],
    ["a value between quotes", '"([^"\\\\]|\\\\.)*"$', "y"],
    ["blanks where a line begins", "^[ \\t]*export\\b", "m"],
    ["an ending", "\\.[^.]*$", ""],
  ])("passes %s", (_, source, flags) => {
    expect(growthOf({ source, flags })).toBe("linear");
  });

  it("reads every expression of a file with its line", () => {
    const text = "const a = /x+$/g;\n// /no/\nconst b = 'a/b/c'.replace(/\\/+/, `/${1 / 2}/`);\n";
    expect(literalsIn("a.ts", text)).toEqual([
      { line: 1, source: "x+$", flags: "g" },
      { line: 3, source: "\\/+", flags: "" },
    ]);
  });
});
