import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { checkBoundaries, type Boundaries } from "./support/boundaries.ts";
import { CLEAN_TREE } from "./support/clean-tree.ts";
import { type Exit, PROJECT, plantTree, type PlantedTree, run } from "./support/planted-tree.ts";

/** Planted file → the rule that must reject it → its text. */
const PLANTED: readonly (readonly [path: string, rule: string, text: string])[] = [
  ["src/core/a-package.ts", "core-is-pure", `import { drizzle } from "drizzle-orm/d1"; export const x = drizzle;`],
  ["src/core/a-router.ts", "core-is-pure", `import type { Hono } from "hono"; export type X = Hono;`],
  ["src/core/a-schema-library.ts", "core-is-pure", `import { z } from "zod"; export const x = z;`],
  [
    "src/core/a-node-module.ts",
    "core-is-pure",
    `import { readFile } from "node:fs/promises"; export const x = readFile;`,
  ],
  ["src/core/a-bare-node-module.ts", "core-is-pure", `import { readFile } from "fs"; export const x = readFile;`],
  ["src/core/a-platform.ts", "core-is-pure", `import { env } from "cloudflare:workers"; export const x = env;`],
  ["src/core/a-port.ts", "core-is-pure", `import type { Clock } from "../spi/clock.ts"; export type X = Clock;`],
  [
    "src/core/an-adapter.ts",
    "core-is-pure",
    `import { systemClock } from "../infra/memory/clock.ts"; export const x = systemClock;`,
  ],
  ["src/core/a-late-import.ts", "core-is-pure", `export const x = () => import("../infra/memory/clock.ts");`],
  ["src/core/a-worker.ts", "core-is-pure", `export { wire } from "../../workers/env.ts";`],
  ["src/spi/an-adapter.ts", "spi-is-interfaces", `export { systemClock } from "../infra/memory/clock.ts";`],
  ["src/spi/a-package.ts", "spi-is-interfaces", `export { parse } from "yaml";`],
  ["contracts/a-core-type.ts", "contracts-know-only-zod", `export type { Json } from "../src/core/planted-target.ts";`],
  ["contracts/a-package.ts", "contracts-know-only-zod", `export { parse } from "yaml";`],
  ["contracts/a-file.ts", "contracts-know-only-zod", `export { readFile } from "node:fs/promises";`],
  ["src/infra/d1/another-adapter.ts", "adapters-stand-alone", `export { systemClock } from "../memory/clock.ts";`],
  ["src/infra/memory/another-adapter.ts", "adapters-stand-alone", `export { table } from "../d1/table.ts";`],
  ["src/app/a-file.ts", "app-knows-ports", `export { readFile } from "node:fs/promises";`],
  ["src/app/an-adapter.ts", "app-knows-ports", `export { table } from "../infra/d1/table.ts";`],
  ["src/app/runs/a-clock.ts", "app-knows-ports", `export { systemClock } from "../../infra/memory/clock.ts";`],
  ["src/app/ring/a-timer.ts", "app-knows-ports", `export { systemClock } from "../../infra/system/clock.ts";`],
  ["src/infra/memory/a-loop.ts", "adapters-stand-alone", `export { wait } from "../../app/wait.ts";`],
  ["src/infra/memory/a-clock.ts", "adapters-stand-alone", `export { systemClock } from "../system/clock.ts";`],
  ["src/app/an-engine.ts", "app-knows-ports", `export { pause } from "../embedded/pause.ts";`],
  ["src/embedded/an-adapter.ts", "embedded-is-of-memory", `export { table } from "../infra/d1/table.ts";`],
  ["src/embedded/a-clock.ts", "embedded-is-of-memory", `export { systemClock } from "../infra/system/clock.ts";`],
  ["src/infra/r2/a-loop.ts", "adapters-stand-alone", `export { wait } from "../../app/wait.ts";`],
  ["src/infra/r2/another-adapter.ts", "adapters-stand-alone", `export { table } from "../d1/table.ts";`],
  [
    "src/infra/queues/a-route.ts",
    "adapters-stand-alone",
    `export { healthRoutes } from "../../../workers/http/health.ts";`,
  ],
  ["src/infra/durable/a-loop.ts", "adapters-stand-alone", `export { wait } from "../../app/wait.ts";`],
  ["src/infra/durable/a-clock.ts", "adapters-stand-alone", `export { systemClock } from "../system/clock.ts";`],
  ["src/infra/durable/a-node.ts", "adapters-stand-alone", `export { echo } from "../../nodes/echo/node.ts";`],
  ["src/infra/handlers/a-sandbox.ts", "adapters-stand-alone", `export { run } from "../sandbox/run.ts";`],
  ["src/infra/unheard-of/an-adapter.ts", "adapters-stand-alone", `export { table } from "../d1/table.ts";`],
  ["src/infra/sandbox/a-file.ts", "adapters-stand-alone", `export { readFile } from "node:fs/promises";`],
  [
    "src/nodes/fetch/node.ts",
    "nodes-get-ports-handed-in",
    `export { systemClock } from "../../infra/memory/clock.ts";`,
  ],
  ["src/nodes/query/node.ts", "nodes-get-ports-handed-in", `export { drizzle } from "drizzle-orm/d1";`],
  ["src/authoring/an-adapter.ts", "authors-need-no-engine", `export { table } from "../infra/d1/table.ts";`],
  ["src/testing/an-adapter.ts", "testing-is-an-engine-in-memory", `export { table } from "../infra/d1/table.ts";`],
  ["src/client/a-core.ts", "client-knows-contracts", `export { larger } from "../core/instant.ts";`],
  ["src/client/a-file.ts", "client-knows-contracts", `export { readFile } from "node:fs/promises";`],
  ["src/cli/a-database.ts", "cli-is-local", `export { table } from "../infra/d1/table.ts";`],
  ["src/cli/a-worker.ts", "cli-is-local", `export { wire } from "../../workers/env.ts";`],
  ["workers/http/an-env.ts", "http-takes-capabilities", `export { wire } from "../env.ts";`],
  ["workers/http/an-adapter.ts", "http-takes-capabilities", `export { table } from "../../src/infra/d1/table.ts";`],
  ["workers/http/a-platform.ts", "http-takes-capabilities", `export { env } from "cloudflare:workers";`],
  ["workers/queues/an-adapter.ts", "shells-take-an-engine", `export { table } from "../../src/infra/d1/table.ts";`],
  ["workers/cron.ts", "shells-take-an-engine", `export { table } from "../src/infra/d1/table.ts";`],
  ["workers/a-command.ts", "workers-do-not-use-the-command", `export * from "../src/cli/a-database.ts";`],
  ["src/core/cycle-a.ts", "no-cycles", `export { b } from "./cycle-b.ts"; export const a = 1;`],
  ["src/core/a-drawer.ts", "no-junk-drawers", `export { x } from "./utils.ts";`],
  ["src/core/a-deep-drawer.ts", "no-junk-drawers", `export { x } from "./helpers/text.ts";`],
  ["src/core/a-test.ts", "nothing-imports-tests", `export { fake } from "../../test/support/fake.ts";`],
  ["workers/a-dev-tool.ts", "no-dev-dependencies-at-run-time", `export { Miniflare } from "miniflare";`],
  ["workers/a-dead-end.ts", "every-import-resolves", `export { nothing } from "./not-there.ts";`],
];

/** What the planted files point at; nothing wrong with these themselves. */
const TARGETS = {
  "src/core/planted-target.ts": "export type Json = string;",
  "src/core/cycle-b.ts": `import type { a } from "./cycle-a.ts"; export const b: typeof a = 1;`,
  "src/core/utils.ts": "export const x = 1;",
  "src/core/helpers/text.ts": "export const x = 1;",
  "src/infra/d1/table.ts": "export const table = 1;",
  "src/infra/sandbox/run.ts": "export const run = 1;",
  "test/support/fake.ts": "export const fake = 1;",
  "package.json": JSON.stringify({ dependencies: { hono: "*" }, devDependencies: { miniflare: "*" } }),
};

describe("import boundaries", () => {
  let tree: PlantedTree;
  let report: Boundaries;

  beforeAll(async () => {
    const planted = Object.fromEntries(PLANTED.map(([path, , text]) => [path, text]));
    tree = await plantTree({ ...CLEAN_TREE, ...TARGETS, ...planted });
    report = await checkBoundaries(tree.root);
  });
  afterAll(() => tree.remove());

  it.each(PLANTED)("%s breaks %s", (path, rule) => {
    expect(report.violations.filter(({ from }) => from === path).map((violation) => violation.rule)).toContain(rule);
  });

  it("finds nothing wrong with a file that keeps the table", () => {
    const from = new Set(report.violations.map((violation) => violation.from));
    expect(Object.keys(CLEAN_TREE).filter((path) => from.has(path))).toEqual([]);
  });

  it("has a planted violation for every rule", async () => {
    const { default: table } = (await import(`${PROJECT}/.dependency-cruiser.mjs`)) as {
      default: { forbidden: readonly { readonly name: string }[] };
    };
    const planted = new Set(PLANTED.map(([, rule]) => rule));
    expect(table.forbidden.map(({ name }) => name).filter((name) => !planted.has(name))).toEqual([]);
  });
});

describe("npm run boundaries", () => {
  const check = (root: string): Promise<Exit> => run("node", [join(PROJECT, "test/arch/check-boundaries.ts")], root);

  it("passes a tree that keeps the table, having looked at it", async () => {
    const tree = await plantTree(CLEAN_TREE);
    onTestFinished(tree.remove);
    // The tree brings one file of its own: the copy of the lint plugin.
    const looked = Object.keys(CLEAN_TREE).length + 1;
    expect(await check(tree.root)).toEqual({ code: 0, output: `${looked} modules, 0 forbidden imports\n` });
  });

  it("fails and names the import when one is forbidden", async () => {
    const tree = await plantTree({ ...CLEAN_TREE, "src/core/planted.ts": `export { parse } from "node:path";` });
    onTestFinished(tree.remove);
    const exit = await check(tree.root);
    expect(exit.code).toBe(1);
    expect(exit.output).toContain("core-is-pure: src/core/planted.ts -> path");
  });

  it("fails when it looked at nothing", async () => {
    const tree = await plantTree({});
    onTestFinished(tree.remove);
    await rm(join(tree.root, "src"), { recursive: true });
    await rm(join(tree.root, "test"), { recursive: true });
    const exit = await check(tree.root);
    expect(exit.code).toBe(1);
    expect(exit.output).toContain("no modules were cruised");
  });
});
