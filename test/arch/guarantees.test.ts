import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PLANTED } from "../sim/bugs/planted.ts";
import { brokenGuarantees, guaranteesIn } from "./support/guarantees.ts";
import { PROJECT } from "./support/planted-tree.ts";

const read = (file: string): string | null => {
  const path = join(PROJECT, file);
  return existsSync(path) ? readFileSync(path, "utf8") : null;
};
const planted = new Set(PLANTED.map(({ name }) => name));

describe("docs/guarantees.md", () => {
  const rows = guaranteesIn(read("docs/guarantees.md") ?? "");

  it("names tests that exist for everything that must never happen, and every planted bug", () => {
    expect(rows.length).toBeGreaterThanOrEqual(10);
    expect(brokenGuarantees(rows, read, planted)).toEqual([]);
  });
});

describe("the check of guarantees", () => {
  const table = (row: string) => guaranteesIn(`| never | because | guarded by | bug |\n| - | - | - | - |\n${row}\n`);
  const files: Readonly<Record<string, string>> = {
    "test/a.test.ts": 'it("holds", () => {});',
    "test/b.ts": "it(`${label}: keeps`, () => {});",
  };
  const check = (row: string) => brokenGuarantees(table(row), (file) => files[file] ?? null, new Set(["a bug"]));

  it("finds nothing wrong with a row whose tests and bugs are there", () => {
    expect(check('| x | y | `test/a.test.ts`: "holds" · `test/b.ts`: "keeps" | "a bug" |')).toEqual([]);
  });

  it.each([
    ['| x | y | | "a bug" |', '"x" is guarded by no test'],
    ['| x | y | `test/gone.test.ts`: "holds" | "a bug" |', "there is no test/gone.test.ts"],
    ['| x | y | `test/a.test.ts`: "hold" | "a bug" |', 'test/a.test.ts has no test "hold"'],
    ['| x | y | `test/a.test.ts`: "holds" | "a bug", "another" |', 'nobody plants "another"'],
    ['| x | y | `test/a.test.ts`: "holds" | |', 'no row names the planted "a bug"'],
  ])("finds %s", (row, problem) => {
    expect(check(row)).toEqual([problem]);
  });
});
