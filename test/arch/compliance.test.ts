import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROJECT } from "./support/planted-tree.ts";

const read = (file: string): string | null => {
  const path = join(PROJECT, file);
  return existsSync(path) ? readFileSync(path, "utf8") : null;
};

/** The rows of every table of a page: the first cell, and the last. */
function rowsIn(markdown: string): readonly (readonly [line: string, held: string])[] {
  return markdown
    .split("\n")
    .filter((line) => line.startsWith("| ") && !/^\| (?:invariant|operation|scenario) \|/.test(line))
    .map((line) => {
      const cells = line.split("|").map((cell) => cell.trim());
      return [cells[1] ?? "", cells.at(-2) ?? ""] as const;
    });
}

/** What is wrong with a row: it names no test and gives no reason, or a test that is not there. */
function problemsOf(
  [line, held]: readonly [line: string, held: string],
  files: (file: string) => string | null,
): readonly string[] {
  const tests = [...held.matchAll(/`([^`]+)`: "([^"]+)"/g)];
  if (tests.length === 0) return /^reason: \S/.test(held) ? [] : [`"${line}" has neither a test nor a reason`];
  return tests.flatMap(([, file = "", name = ""]) => {
    const text = files(file);
    if (text === null) return [`there is no ${file}`];
    return text.includes(`"${name}"`) || text.includes(`\`${name}\``) ? [] : [`${file} has no "${name}"`];
  });
}

describe("docs/compliance.md", () => {
  const rows = rowsIn(read("docs/compliance.md") ?? "");

  it("has every line of the seed: 21 invariants, 12 operations, 8 scenarios", () => {
    expect(rows).toHaveLength(21 + 12 + 8);
  });

  it("names tests that exist, or says why there is none", () => {
    expect(rows.flatMap((row) => problemsOf(row, read))).toEqual([]);
  });
});

describe("the check of compliance", () => {
  const files = (file: string) => (file === "test/a.test.ts" ? 'it("holds", () => {});' : null);

  it.each([
    ['`test/a.test.ts`: "holds"', []],
    ["reason: it cannot be", []],
    ["", ['"x" has neither a test nor a reason']],
    ["reason: ", ['"x" has neither a test nor a reason']],
    ['`test/b.test.ts`: "holds"', ["there is no test/b.test.ts"]],
    ['`test/a.test.ts`: "hold"', ['test/a.test.ts has no "hold"']],
  ])("%j", (held, problems) => {
    expect(problemsOf(["x", held], files)).toEqual(problems);
  });
});
