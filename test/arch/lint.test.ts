import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { CLEAN_TREE } from "./support/clean-tree.ts";
import { lint, type LintReport } from "./support/lint.ts";
import { plantTree, type PlantedTree } from "./support/planted-tree.ts";

const GLOBAL = "eslint(no-restricted-globals)";
const PROPERTY = "eslint(no-restricted-properties)";
const IMPORT = "eslint(no-restricted-imports)";
const SOURCE = "onex(no-ambient-source)";
const ENV = "onex(one-file-reads-env)";
const ENV_TYPE = "typescript(no-restricted-types)";
const FLOATING = "typescript(no-floating-promises)";

const LATER = "async function later(): Promise<void> {}\n";

/** Planted file → the rule that must reject it → its text. */
const PLANTED: readonly (readonly [path: string, rule: string, text: string])[] = [
  ["src/core/now.ts", PROPERTY, `export const x = (): number => Date.now();`],
  ["src/core/now-destructured.ts", PROPERTY, `export const { now } = Date;`],
  ["src/core/now-quoted.ts", PROPERTY, `export const x = (): number => Date["now"]();`],
  ["src/core/now-renamed.ts", SOURCE, `const Clock = Date;\nexport const x = (): number => Clock.now();`],
  ["src/core/new-date.ts", SOURCE, `export const x = (): Date => new Date();`],
  [
    "src/core/new-date-spread.ts",
    SOURCE,
    `export const x = (...at: [] | [number]): Date => new Date(...(at as [number]));`,
  ],
  ["src/core/called-date.ts", SOURCE, `export const x = (): string => Date();`],
  ["src/core/passed-date.ts", SOURCE, `export const x = (make: (d: DateConstructor) => number): number => make(Date);`],
  ["src/core/random.ts", PROPERTY, `export const x = (): number => Math.random();`],
  ["src/core/random-renamed.ts", SOURCE, `const M = Math;\nexport const x = (): number => M.random();`],
  ["src/core/random-destructured.ts", PROPERTY, `export const { random } = Math;`],
  ["src/core/console.ts", "eslint(no-console)", `export const x = (): void => { console.log("x"); };`],
  ["src/core/crypto.ts", GLOBAL, `export const x = (): string => crypto.randomUUID();`],
  ["src/core/fetch.ts", GLOBAL, `export const x = async (): Promise<unknown> => fetch("https://example.com");`],
  ["src/core/timeout.ts", GLOBAL, `export const x = (f: () => void): void => { setTimeout(f, 1); };`],
  ["src/core/interval.ts", GLOBAL, `export const x = (f: () => void): void => { setInterval(f, 1); };`],
  ["src/core/process.ts", GLOBAL, `export const x = (): unknown => process.env;`],
  ["src/core/performance.ts", GLOBAL, `export const x = (): number => performance.now();`],
  ["src/core/global-this.ts", GLOBAL, `export const x = (): unknown => globalThis;`],
  ["src/core/hidden-fetch.ts", GLOBAL, `export const x = (): unknown => globalThis.fetch;`],
  ["src/core/encoder.ts", GLOBAL, `export const x = (): unknown => new TextEncoder();`],
  ["src/core/locale.ts", PROPERTY, `export const x = (a: string, b: string): number => a.localeCompare(b);`],
  ["src/core/evaluated.ts", "eslint(no-eval)", `export const x = (code: string): unknown => eval(code) as unknown;`],
  ["src/core/node-module.ts", IMPORT, `export { join } from "node:path";`],
  ["src/core/platform.ts", IMPORT, `export { env } from "cloudflare:workers";`],
  ["src/core/router.ts", IMPORT, `import type { Hono } from "hono";\nexport type X = Hono;`],
  ["src/core/database.ts", IMPORT, `export { drizzle } from "drizzle-orm/d1";`],
  ["src/core/runtime.ts", IMPORT, `export type { Miniflare } from "miniflare";`],
  ["src/core/tool.ts", IMPORT, `export type { Unstable_DevWorker } from "wrangler";`],
  ["src/core/adapter.ts", IMPORT, `export { systemClock } from "../infra/memory/clock.ts";`],
  ["src/core/deep/worker.ts", IMPORT, `export { wire } from "../../../workers/env.ts";`],
  ["src/spi/now.ts", PROPERTY, `export const x = (): number => Date.now();`],
  ["src/spi/adapter.ts", IMPORT, `export { systemClock } from "../infra/memory/clock.ts";`],
  ["contracts/now.ts", PROPERTY, `export const x = (): number => Date.now();`],
  ["src/app/now.ts", PROPERTY, `export const x = (): number => Date.now();`],
  ["src/app/runs/new-date.ts", SOURCE, `export const x = (): Date => new Date();`],
  ["src/app/clock-renamed.ts", SOURCE, `const Clock = Date;\nexport const x = (): number => Clock.now();`],
  ["src/app/random.ts", PROPERTY, `export const x = (): number => Math.random();`],
  ["src/app/crypto.ts", GLOBAL, `export const x = (): string => crypto.randomUUID();`],
  ["src/app/ring/timeout.ts", GLOBAL, `export const x = (f: () => void): void => { setTimeout(f, 1); };`],
  ["src/app/hidden-timeout.ts", GLOBAL, `export const x = (f: () => void): void => { globalThis.setTimeout(f, 1); };`],
  ["src/app/console.ts", "eslint(no-console)", `export const x = (): void => { console.log("x"); };`],
  ["src/app/fetch.ts", GLOBAL, `export const x = async (): Promise<unknown> => fetch("https://example.com");`],
  ["src/app/process.ts", GLOBAL, `export const x = (): unknown => process.env;`],
  ["workers/http/env.ts", IMPORT, `export { env } from "cloudflare:workers";`],
  ["workers/http/env-type.ts", ENV_TYPE, `export const x = (bindings: Env): unknown => bindings;`],
  ["workers/http/env-read.ts", ENV, `export const x = (c: { env: { DB: unknown } }): unknown => c.env.DB;`],
  ["workers/objects/env-read.ts", ENV, `export const x = (env: Env): unknown => env.DB;`],
  ["workers/queues/env-read.ts", ENV, `export const x = (env: { DB: unknown }): unknown => env.DB;`],
  ["src/infra/d1/env.ts", ENV_TYPE, `export const x = (bindings: Env): unknown => bindings;`],
  ["src/infra/d1/imported-env.ts", IMPORT, `export { env } from "cloudflare:workers";`],
  // What the seed forbids handlers, a line each.
  ["src/infra/handlers/timeout.ts", GLOBAL, `export const x = (f: () => void): void => { setTimeout(f, 1); };`],
  ["src/infra/handlers/interval.ts", GLOBAL, `export const x = (f: () => void): void => { setInterval(f, 1); };`],
  ["src/infra/handlers/clock.ts", PROPERTY, `export const x = (): number => Date.now();`],
  ["src/infra/handlers/thread.ts", GLOBAL, `export const x = (): unknown => new Worker("x");`],
  ["src/infra/handlers/settings.ts", GLOBAL, `export const x = (): unknown => process.env;`],
  ["src/infra/handlers/files.ts", IMPORT, `export { readFileSync } from "node:fs";`],
  ["src/infra/handlers/children.ts", IMPORT, `export { spawnSync } from "node:child_process";`],
  [
    "src/infra/handlers/found.ts",
    "onex(no-dynamic-import)",
    `export const x = (name: string): unknown => import(name);`,
  ],
  ["src/infra/handlers/waiting.ts", "onex(no-top-level-await)", `export const x = await Promise.resolve(1);`],
  [
    "src/infra/handlers/waiting-loop.ts",
    "onex(no-top-level-await)",
    `for await (const x of [1]) String(x);\nexport {};`,
  ],
  ["src/infra/handlers/console.ts", "eslint(no-console)", `export const x = (): void => { console.log("x"); };`],
  ["src/infra/handlers/forgotten.ts", FLOATING, `${LATER}export const x = (): void => { void later(); };`],
  [
    "src/infra/handlers/raw.ts",
    "onex(mapped-exceptions)",
    `export const x = (): never => { throw new TypeError("x"); };`,
  ],
  [
    "src/infra/handlers/passed-on.ts",
    "onex(mapped-exceptions)",
    `export const x = (f: () => void): void => { try { f(); } catch (e) { throw e; } };`,
  ],
  ["src/infra/handlers/platform.ts", ENV_TYPE, `export const x = (db: D1Database): unknown => db;`],
  ["src/nodes/late/found.ts", "onex(no-dynamic-import)", `export const x = (name: string): unknown => import(name);`],
  ["src/nodes/late/raw.ts", "onex(mapped-exceptions)", `export const x = (): never => { throw new TypeError("x"); };`],
  ["src/app/platform.ts", ENV_TYPE, `export const x = (bucket: R2Bucket): unknown => bucket;`],
  ["src/core/any.ts", "typescript(no-explicit-any)", `export const x = (value: any): string => String(value);`],
  [
    "src/core/untyped.ts",
    "typescript(no-unsafe-assignment)",
    `export const x = JSON.parse("1");\nexport const y: number = x;`,
  ],
  ["src/core/thrown.ts", "typescript(only-throw-error)", `export const x = (): never => { throw { code: "X" }; };`],
  ["src/core/forgotten.ts", FLOATING, `${LATER}export const x = (): void => { later(); };`],
  ["src/infra/r2/forgotten.ts", FLOATING, `${LATER}export const x = (): void => { later(); };`],
  ["src/nodes/late/forgotten.ts", FLOATING, `${LATER}export const x = (): void => { later(); };`],
  ["src/client/forgotten.ts", FLOATING, `${LATER}export const x = (): void => { later(); };`],
  ["src/cli/forgotten.ts", FLOATING, `${LATER}later();`],
  ["src/cli/console.ts", "eslint(no-console)", `export const x = (): void => { console.log("x"); };`],
  ["src/cli/stdout.ts", PROPERTY, `export const x = (): boolean => process.stdout.write("x");`],
  ["src/cli/stderr.ts", PROPERTY, `const { stderr } = process;\nexport const x = (): boolean => stderr.write("x");`],
  [
    "src/cli/reader.ts",
    IMPORT,
    `import { readFileSync } from "node:fs";\nexport const x = (): unknown => readFileSync("x");`,
  ],
  [
    "src/cli/deep/writer.ts",
    IMPORT,
    `import { writeFileSync } from "node:fs";\nexport const x = (): void => writeFileSync("x", "");`,
  ],
  ["src/cli/any-fs.ts", IMPORT, `import * as fs from "node:fs";\nexport const x = (): void => fs.rmSync("x");`],
  ["src/cli/later-fs.ts", IMPORT, `export { writeFile } from "node:fs/promises";`],
  ["workers/forgotten.ts", FLOATING, `export const x = (env: Env): void => { env.DB.exec("x"); };`],
  ["test/core/forgotten.test.ts", FLOATING, `import { readFile } from "node:fs/promises";\nreadFile("x");`],
  ["test/infra/forgotten.test.ts", FLOATING, `import { reset } from "cloudflare:test";\nreset();`],
  [
    "test/core/focused.test.ts",
    "vitest(no-focused-tests)",
    `import { expect, it } from "vitest";\nit.only("x", () => { expect(1).toBe(1); });`,
  ],
  ["test/core/empty.test.ts", "vitest(expect-expect)", `import { it } from "vitest";\nit("cannot fail", () => {});`],
];

const within = async (files: Readonly<Record<string, string>>): Promise<{ tree: PlantedTree; report: LintReport }> => {
  const tree = await plantTree(files);
  return { tree, report: await lint(tree.root) };
};

describe("lint rules", () => {
  let tree: PlantedTree;
  let report: LintReport;

  beforeAll(async () => {
    const planted = Object.fromEntries(PLANTED.map(([path, , text]) => [path, `${text}\n`]));
    ({ tree, report } = await within({ ...CLEAN_TREE, ...planted }));
  });
  afterAll(() => tree.remove());

  it.each(PLANTED)("%s breaks %s", (path, rule) => {
    expect(report.findings.filter(({ file }) => file === path).map((finding) => finding.rule)).toContain(rule);
  });

  it("accuses no file that keeps the rules", () => {
    const accused = new Set(report.findings.map(({ file }) => file));
    expect(Object.keys(CLEAN_TREE).filter((path) => accused.has(path))).toEqual([]);
  });
});

describe("a tree that keeps the rules", () => {
  it("passes, and was looked at", async () => {
    const { tree, report } = await within(CLEAN_TREE);
    onTestFinished(tree.remove);
    expect(report.findings).toEqual([]);
    expect(report.code).toBe(0);
    expect(report.files).toBeGreaterThanOrEqual(Object.keys(CLEAN_TREE).length);
  });
});
