import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rerunRequest } from "../../../contracts/api/run-control.ts";
import type { RunView } from "../../../contracts/api/run.ts";
import { pureNode } from "../../support/engines.ts";
import { onex } from "../support/onex.ts";
import { testServer, type TestServer } from "../support/test-server.ts";

const SHOUT = pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase());
const follower = { operation: "node.execute", payload: { node: "shout", input: { "text.in": "after" } } };
const ENVELOPE = {
  source_node: "test",
  operation: "goal.run",
  payload: { want: ["text.loud"], given: { "text.in": "hey" } },
  on_success: [follower],
};

const cwd = mkdtempSync(join(tmpdir(), "onex-rerun-"));
let server: TestServer;

const run = (...args: string[]) => onex(args, { cwd, env: server.env });
const view = async (id: string): Promise<RunView> => (await run("runs", "show", id, "--json")).json<RunView>();
const idOf = (outcome: { stdout: string }): string => outcome.stdout.trim();

beforeAll(async () => {
  server = await testServer([SHOUT]);
  writeFileSync(join(cwd, "envelope.json"), JSON.stringify(ENVELOPE));
});
afterAll(async () => {
  await server.close();
  rmSync(cwd, { recursive: true });
});

/** Runs the envelope, and gives the run's id when what follows it has been sent. */
async function ended(): Promise<string> {
  const id = idOf(await run("run", "envelope.json", "--detach"));
  await server.world.settle();
  return id;
}

describe("onex run with an envelope", () => {
  it("sends the envelope's lists along, and shows what followed", async () => {
    const id = await ended();
    const { chained } = await view(id);
    expect(chained).toMatchObject([{ on: "on_success", index: 0, run_id: expect.stringMatching(/^r/), error: null }]);
    const shown = await run("runs", "show", id);
    expect(shown.stdout).toMatch(/^then {7}r\w+ {2}\(on_success\[0\]\)$/m);
  });

  it("is told what is wrong with the lists", async () => {
    const wrong = { ...follower, payload: { node: "shout", input: { "text.in": { $from: "result.nothing" } } } };
    writeFileSync(join(cwd, "wrong.json"), JSON.stringify({ ...ENVELOPE, on_success: [wrong] }));
    expect(await run("run", "wrong.json")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("CHAIN_INVALID_REFERENCE"),
    });
  });
});

describe("onex runs rerun", () => {
  it("sends nothing again unless --chains says so", async () => {
    const id = await ended();
    const quiet = idOf(await run("runs", "rerun", id, "--detach"));
    const loud = idOf(await run("runs", "rerun", id, "--chains", "--detach"));
    await server.world.settle();
    expect([(await view(quiet)).chained, (await view(quiet)).chains]).toEqual([[], null]);
    expect((await view(loud)).chained).toMatchObject([{ on: "on_success", run_id: expect.stringMatching(/^r/) }]);
  });

  it("with one --key is one rerun, and with another another", async () => {
    const id = await ended();
    const once = idOf(await run("runs", "rerun", id, "--key", "k", "--detach"));
    expect(idOf(await run("runs", "rerun", id, "--key", "k", "--detach"))).toBe(once);
    expect(idOf(await run("runs", "rerun", id, "--key", "l", "--detach"))).not.toBe(once);
  });

  it("has an option for every member of the request", async () => {
    const { stdout } = await run("runs", "rerun", "--help");
    const options = {
      given: "--input",
      versions: "--set-version",
      mutations: "--mutate",
      graph: "--plan",
      values: "--set",
    };
    const names = Object.keys(rerunRequest.shape).map((name) => options[name as keyof typeof options] ?? `--${name}`);
    expect(names).toContain("--chains");
    for (const name of names)
      expect(stdout).toMatch(new RegExp(`^ +${name.replace("--downstream", "--no-downstream")}\\b`, "m"));
  });
});
