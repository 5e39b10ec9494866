import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../src/cli/dev/port.ts";
import { untilHealthy } from "../../src/cli/dev/readiness.ts";
import { PROJECT_ROOT } from "../support/local-worker/project-root.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

/* A project of one's own, as somebody makes it who has nothing but the package. */

const QUIET = ["--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
/** Installing takes as long as the registry does. */
const TIMEOUT_MS = 400_000;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let project: string;
let tarball: string;

const run = (cwd: string, command: string, ...args: readonly string[]): string =>
  execFileSync(command, args, {
    cwd,
    encoding: "utf8",
    stdio: "pipe",
    env: { ...process.env, WRANGLER_SEND_METRICS: "false" },
  });

beforeAll(async () => {
  folder = await temporaryFolder();
  project = join(folder.path, "my-nodes");
  const packed = run(PROJECT_ROOT, "npm", "pack", "--json", "--loglevel=error", "--pack-destination", folder.path);
  const [{ filename }] = JSON.parse(packed.slice(packed.indexOf("[\n"))) as [{ filename: string }];
  tarball = join(folder.path, filename);
  run(folder.path, process.execPath, join(PROJECT_ROOT, "src/cli/onex.mjs"), "init", "my-nodes");
  run(project, "npm", "install", tarball, ...QUIET);
}, TIMEOUT_MS);
afterAll(() => folder.remove());

describe("the package", () => {
  it("holds code, types, migrations and the command, and no tests or sources", () => {
    const files = run(folder.path, "tar", "tzf", tarball).split("\n");
    const there = ["dist/workers/onex.js", "dist/workers/onex.d.ts", "dist/src/testing/index.js", "src/cli/onex.mjs"];
    for (const path of [...there, "migrations/0001_registry.sql", "dist/src/infra/sandbox/quickjs.wasm", "LICENSE"])
      expect(files).toContain(`package/${path}`);
    expect(files.filter((path) => /(^|\/)test\/|\.test\.|[^d]\.ts$/.test(path))).toEqual([]);
  });
});

describe("a project that onex init made", { timeout: TIMEOUT_MS }, () => {
  it("passes its own tests", () => {
    expect(run(project, "npm", "test")).toMatch(/pass [34]\n[^]*fail 0/);
  });

  it("is type-checked, with the declarations of the package, by TypeScript 6 and 5.9", () => {
    run(project, "npm", "run", "typecheck");
    run(project, "npm", "install", "--no-save", "typescript-5.9@npm:typescript@5.9.3", ...QUIET);
    const older = join(project, "node_modules/typescript-5.9/bin/tsc");
    run(project, process.execPath, older);
    run(project, process.execPath, older, "-p", "tsconfig.test.json");
    const wrong = join(project, "src/wrong.ts");
    writeFileSync(wrong, 'import { createOnex } from "onex-workers";\ncreateOnex({ nodes: 1 });\n');
    expect(() => run(project, process.execPath, older)).toThrow();
  });

  it("has a node that is whole", () => {
    expect(run(project, "npx", "onex", "validate", "nodes")).toContain("no findings");
  });

  it("serves a goal that its own nodes reach", async () => {
    const port = await freePort(0);
    const server = spawn(
      process.execPath,
      ["node_modules/wrangler/bin/wrangler.js", "dev", "--ip", "127.0.0.1", "--port", String(port)],
      {
        cwd: project,
        stdio: "ignore",
        detached: true,
        env: { ...process.env, CI: "1", WRANGLER_SEND_METRICS: "false", X_LOCAL_OBSERVABILITY: "false" },
      },
    );
    try {
      const [{ scripts }] = [
        JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as { scripts: { dev: string } },
      ];
      expect(scripts.dev).toBe("wrangler d1 migrations apply DB --local && wrangler dev");
      run(project, "npx", "wrangler", "d1", "migrations", "apply", "DB", "--local");
      const url = `http://127.0.0.1:${port}`;
      await untilHealthy(url);
      const told = execFileSync("npx", ["onex", "run", "goal.yaml"], {
        cwd: project,
        encoding: "utf8",
        env: { ...process.env, ONEX_URL: url },
      });
      expect(told).toContain("poster.text: HELLO, ADA!");
      expect(existsSync(join(project, ".dev.vars"))).toBe(true);
    } finally {
      await ended(server);
    }
  });
});

async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const gone = once(child, "exit");
  process.kill(-child.pid, "SIGKILL");
  await gone;
}
