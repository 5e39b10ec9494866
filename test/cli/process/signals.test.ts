import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { waitNode } from "../../support/wait-node.ts";
import { testFolder } from "../support/folder.ts";
import { ONEX } from "../support/launcher.ts";
import { onex } from "../support/onex.ts";
import { testServer, type TestServer } from "../support/test-server.ts";

const GRAPH = JSON.stringify({ steps: [{ id: "paid", node: "wait_event" }] });
const SLEEP = JSON.stringify({ steps: [{ id: "nap", node: "wait_sleep" }], given: { "wait.ms": 60_000 } });

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command as a process; `node` are arguments of Node itself. */
function start(args: readonly string[], env: Readonly<Record<string, string>>, stdin: string, node: string[] = []) {
  const child = spawn(process.execPath, [...node, ONEX, ...args], {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  child.stdin.end(stdin);
  let told = "";
  const said = (part: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (told.includes(part)) resolve();
      };
      child.stdout.on("data", (chunk: Buffer) => {
        told += chunk.toString();
        look();
      });
      look();
    });
  const errors = text(child.stderr);
  const ended: Promise<Ended> = once(child, "close").then(async ([code]) => ({
    code: code as number | null,
    stdout: told,
    stderr: await errors,
  }));
  return { child: child as ChildProcess, said, ended };
}

describe("a signal while a run is followed", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await testServer([waitNode("event"), waitNode("approval")]);
  });
  afterAll(() => server.close());

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("%s: says which run goes on, and ends with %i", async (signal, code) => {
    const command = start(["run", "-", "--watch"], server.env, GRAPH);
    await command.said("waits");
    command.child.kill(signal);
    const { stderr, ...ended } = await command.ended;
    expect([ended.code, stderr]).toEqual([code, expect.stringMatching(/^error: INTERRUPTED: run r\w+ goes on/)]);
    expect(stderr.trimEnd().split("\n")).toHaveLength(2);
    const [, id = ""] = /run (r\w+) goes on/.exec(stderr) ?? [];
    expect((await onex(["runs", "show", id, "--json"], { env: server.env })).json()).toMatchObject({
      status: "waiting",
    });
  });

  it("says so on standard output for a program", async () => {
    const command = start(["run", "-", "--watch", "--json"], server.env, GRAPH);
    const told = once(command.child.stderr ?? command.child, "data");
    const out = command.said("}");
    await told;
    command.child.kill("SIGINT");
    await out;
    const { code, stdout } = await command.ended;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toEqual({
      error: { code: "INTERRUPTED", message: expect.stringMatching(/^run r\w+ goes on/), hint: expect.any(String) },
    });
  });

  it("told twice, says it once", async () => {
    const command = start(["run", "-", "--watch"], server.env, GRAPH);
    await command.said("waits");
    command.child.kill("SIGINT");
    command.child.kill("SIGINT");
    const { code, stderr } = await command.ended;
    expect([code, stderr.match(/goes on/g)?.length]).toEqual([130, 1]);
  });

  it("is passed on where the command had to start another Node", async () => {
    const folder = testFolder({ "old.mjs": "Object.defineProperty(process.versions, 'node', { value: '20.1.0' });\n" });
    const command = start(["run", "-", "--watch"], server.env, GRAPH, ["--import", folder.at("old.mjs")]);
    await command.said("waits");
    command.child.kill("SIGTERM");
    const { code, stderr } = await command.ended;
    expect([code, stderr]).toEqual([143, expect.stringMatching(/run r\w+ goes on/)]);
  });

  it("of a run that is looked at, too", async () => {
    const first = start(["run", "-", "--watch"], server.env, GRAPH);
    await first.said("waits");
    first.child.kill("SIGINT");
    const [, run = ""] = /run (r\w+) goes on/.exec((await first.ended).stderr) ?? [];
    const show = start(["runs", "show", run, "--watch"], server.env, "");
    await show.said("waits");
    show.child.kill("SIGINT");
    expect((await show.ended).stderr).toContain(`run ${run} goes on`);
  });

  it("of a local run: it ends with the command", async () => {
    const command = start(["run", "-", "--local", "--watch"], {}, SLEEP);
    await command.said("waits");
    command.child.kill("SIGINT");
    const { code, stderr } = await command.ended;
    expect([code, stderr]).toEqual([130, expect.stringMatching(/run r\w+ ends with this command/)]);
  });

  it("before its id is known, says that it may have begun", async () => {
    const asked = Promise.withResolvers<void>();
    const silent = createServer(() => asked.resolve());
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    onTestFinished(() => {
      silent.close();
      silent.closeAllConnections();
    });
    const { port } = silent.address() as AddressInfo;
    const command = start(["run", "-"], { ONEX_URL: `http://127.0.0.1:${port}`, ONEX_TOKEN: "t" }, GRAPH);
    await asked.promise;
    command.child.kill("SIGTERM");
    const { code, stderr } = await command.ended;
    expect([code, stderr]).toEqual([143, expect.stringContaining("the run may have begun")]);
  });
});
