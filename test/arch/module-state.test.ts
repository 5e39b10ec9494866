import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { moduleState } from "./support/module-state.ts";
import { PROJECT } from "./support/planted-tree.ts";
import { writtenPaths } from "./support/source-files.ts";

describe("core", () => {
  it("keeps nothing between calls but constants, and data kept weakly by an immutable value", async () => {
    const paths = (await writtenPaths(PROJECT)).filter((path) => /^src\/core\/.*\.ts$/.test(path));
    expect(paths.length).toBeGreaterThan(200);
    const found = await Promise.all(
      paths.map(async (path) => ({ path, kept: moduleState(path, await readFile(join(PROJECT, path), "utf8")) })),
    );
    expect(found.filter(({ kept }) => kept.length > 0)).toEqual([]);
  });
});

describe("the check of what modules keep", () => {
  it.each([
    ["a counter", "let count = 0; export const next = () => ++count;", "count"],
    [
      "a map that is filled",
      "const known = new Map<string, number>();\nexport const f = (k: string) => known.set(k, 1);",
      "known",
    ],
    [
      "a set that is filled",
      "const seen: Set<string> = new Set();\nexport const f = (k: string) => void seen.add(k);",
      "seen",
    ],
    ["a list that grows", "const all: string[] = [];\nexport const f = (k: string) => all.push(k);", "all"],
    [
      "an object that is written",
      "const o: Record<string, number> = {};\nexport const f = (k: string) => { o[k] = 1; };",
      "o",
    ],
    ["a member that is written", "const o = { n: 0 };\nexport const f = () => { o.n += 1; };", "o"],
    ["a memo of a class of its own", "export const memo = new BoundedMemo({ entries: 1 });", "memo"],
    ["a memo in parentheses", "const memo = (new LruCache() as Cache) satisfies Cache;", "memo"],
    ["a static field", "export class A { static count = 0; }", "count"],
    ["a static map that is filled", "export class A { static readonly #m = new Map(); f() { A.#m.set(1, 1); } }", "#m"],
    ["a closure", "export const f = (() => { const m = new Map(); return (k: string) => m.get(k); })();", "f"],
  ])("finds %s", (_, text, name) => {
    expect(moduleState("planted.ts", text).map((kept) => kept.name)).toEqual([name]);
  });

  it.each([
    "const A = new Set(['a']); export const has = (x: string) => A.has(x);",
    "const NONE: ReadonlyMap<string, number> = new Map();",
    "const known = new WeakMap<object, number>(); export const f = (o: object) => known.set(o, 1);",
    "const P = /x/; const T = { a: 1 } as const; const L = ['a'].map((x) => x);",
    "export const f = (xs: string[]) => { const own = new Map(); own.set(1, 2); xs.push('a'); let n = 0; n++; };",
    "export class A { readonly #m = new Map(); static readonly N = 5; f() { this.#m.set(1, 1); } }",
  ])("lets pass %s", (text) => {
    expect(moduleState("planted.ts", text)).toEqual([]);
  });
});
