import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pureNode } from "../../support/engines.ts";
import { sampleNode } from "../../support/sample-node.ts";
import { onex, type Outcome } from "../support/test-shell.ts";
import { testServer, type TestServer } from "../support/test-server.ts";

const SHOUT = pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase(), {
  execution: { ...sampleNode().execution, cache: { ttlMs: 86_400_000 } },
});
const cwd = tmpdir();

let server: TestServer;
const run = (...args: string[]): Promise<Outcome> => onex(args, { cwd, env: server.env });
const jsonOf = ({ stdout }: Outcome): unknown => JSON.parse(stdout);

beforeAll(async () => {
  server = await testServer([SHOUT]);
  for (const text of ["hey", "hey", "you"]) {
    const goal = JSON.stringify({ want: ["text.loud"], given: { "text.in": text } });
    await onex(["run", "-", "--json"], { cwd, env: server.env, stdin: goal });
  }
});
afterAll(() => server.close());

describe("onex cache", () => {
  it("shows what is kept and how often it was used", async () => {
    const { code, stdout } = await run("cache", "stats");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^shout@1\.0\.0 +2 kept +\d+ bytes +2 stored +1 used\n$/);
    expect(jsonOf(await run("cache", "stats", "--json"))).toMatchObject({
      nodes: [{ node: "shout", entries: 2, hits: 1 }],
    });
  });

  it("clears a version, a node, or everything, and only what it is told to", async () => {
    expect((await run("cache", "clear")).code).toBe(2);
    expect((await run("cache", "clear", "shout", "--all")).code).toBe(2);
    expect((await run("cache", "clear", "shout@2.0.0")).stdout).toBe("0 results are removed\n");
    expect(jsonOf(await run("cache", "clear", "shout@1.0.0", "--json"))).toEqual({ entries: 2 });
    expect((await run("cache", "clear", "--all")).stdout).toBe("0 results are removed\n");
    expect((await run("cache", "stats")).stdout).toMatch(/^shout@1\.0\.0 +0 kept/);
  });
});

describe("onex metrics", () => {
  it("shows the server in numbers, for people, programs and Prometheus", async () => {
    const { code, stdout } = await run("metrics");
    expect(code).toBe(0);
    expect(stdout).toMatch(/runs of 60 minutes +3, of which 0 failed, 0 cancelled\n/);
    expect(stdout).toMatch(/their steps +3, of which 1 cached\n/);
    expect(stdout).toMatch(/node versions +1 active\n/);
    expect(jsonOf(await run("metrics", "--json"))).toMatchObject({
      cache: { stored: 2, hits: 1 },
      breakers: { open: {} },
      dead_letters: { open: {} },
    });
    expect((await run("metrics", "--prometheus")).stdout).toContain("\nonex_cache_hits_total 1\n");
    expect((await run("metrics", "--prometheus", "--json")).code).toBe(2);
  });
});
