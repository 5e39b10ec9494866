import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NO_PYTHON, processesWith, tellOf } from "../cli/runner/attempts.ts";
import { poolNode } from "./support/pool-nodes.ts";
import { startRunner, type RunnerProcess } from "./support/runner-process.ts";
import { openTestServer, type TestServer } from "./support/test-server.ts";

const LOUD = `
import os, sys
def run(state):
    print("shouting", flush=True)
    return {"loud.out": state["in.text"].upper()}
`;
/** How long the processes of this test sleep: nobody else's sleep so long. */
const NAP = `87654.${process.pid}`;
const SLOW = `
import os, time
def run(state):
    os.system("sleep ${NAP} &")
    print("onex:progress 0.5 half", flush=True)
    print("up", flush=True)
    time.sleep(10000)
`;

describe.skipIf(tellOf(NO_PYTHON))("a runner", () => {
  let server: TestServer;
  const runners: RunnerProcess[] = [];
  const start = (...args: string[]): RunnerProcess => {
    const runner = startRunner(server, args);
    runners.push(runner);
    return runner;
  };
  const begin = async (node: string, text: string): Promise<string> => {
    const { runId } = await server.client.executeNode(node, { "in.text": text });
    return runId ?? "";
  };
  const ended = async (run: string) => {
    await server.client.runs.wait(run, { timeoutSeconds: 60 });
    return server.client.runs.get(run);
  };
  /** Asks until it is so. */
  const until = async <T>(ask: () => Promise<T | null>): Promise<T> => {
    for (;;) {
      const found = await ask();
      if (found !== null) return found;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };

  beforeAll(async () => {
    server = await openTestServer();
    const long = "execution: {timeout_ms: 600000, queue_timeout_ms: 600000}\n";
    for (const node of [
      poolNode({
        name: "loud",
        type: "python",
        target: "node.py",
        code: LOUD,
        more: "execution: {timeout_ms: 30000}\n",
      }),
      poolNode({ name: "slow", type: "python", target: "node.py", code: SLOW, more: long }),
      poolNode({
        name: "shell",
        type: "cli",
        target: "tr",
        more: "execution: {timeout_ms: 30000}\ncli: {command: [tr, a-z, A-Z], stdin: in.text, stdout: {text: shell.out}}\n",
      }),
      poolNode({
        name: "alone",
        type: "python",
        target: "node.py",
        code: LOUD,
        more: "execution: {pool: nobody, queue_timeout_ms: 500}\n",
      }),
    ])
      await server.client.nodes.register(node);
  }, 120_000);
  afterAll(async () => {
    for (const runner of runners) if (runner.child.exitCode === null) await runner.end("SIGKILL");
    await server.stop();
  });

  it("executes Python and commands, and their logs are the run's", async () => {
    const runner = start("--pool", "python", "--pool", "cli", "--node-id", "one", "--concurrency", "4");
    await runner.says(/runner one serves python, cli/);
    const runs = await Promise.all([begin("loud", "hello"), begin("shell", "hello"), begin("loud", "grüß")]);
    const views = await Promise.all(runs.map(ended));
    expect(views.map(({ status, outputs, error }) => [status, outputs, error])).toEqual([
      ["succeeded", { "loud.out": "HELLO" }, null],
      ["succeeded", { "shell.out": "HELLO" }, null],
      ["succeeded", { "loud.out": "GRÜSS" }, null],
    ]);
    expect(await server.client.runs.logs(runs[0] ?? "")).toMatchObject({
      finished: true,
      logs: [{ step: "loud", attempt: 1, live: false, lines: [{ stream: "stdout", text: "shouting" }] }],
    });
    const { pools } = await server.client.pools.list();
    expect(pools.find(({ name }) => name === "python")).toMatchObject({ waiting: 0, runners: [{ node_id: "one" }] });
    expect(await runner.end()).toBe(0);
    expect(runner.text()).not.toContain(server.token);
  }, 120_000);

  it("hears of a cancelled run within two seconds, and ends its process with its tree", async () => {
    const runner = start("--pool", "python", "--node-id", "two");
    const run = await begin("slow", "x");
    const lines = await until(async () => {
      const [log] = (await server.client.runs.logs(run)).logs;
      return log && log.lines.length > 0 ? log : null;
    });
    expect(lines).toMatchObject({ live: true, lines: [{ text: "up" }] });
    expect(processesWith(NAP).length).toBeGreaterThan(0);
    await server.client.runs.cancel(run);
    await runner.says(/nobody waits for it any more; its process is ended/);
    await until(async () => (processesWith(NAP).length === 0 ? true : null));
    const signals = [];
    for await (const signal of server.client.runs.events(run)) signals.push(signal);
    expect(signals).toContainEqual(
      expect.objectContaining({ type: "signal.node.progress", fraction: 0.5, message: "half" }),
    );
    expect(await runner.end()).toBe(0);
  }, 120_000);

  it("gives back on SIGTERM what does not end, and another takes it", async () => {
    const first = start("--pool", "python", "--node-id", "three", "--drain", "1");
    const run = await begin("slow", "x");
    await until(async () => ((await server.client.runs.logs(run)).logs.length > 0 ? true : null));
    expect(await first.end()).toBe(0);
    expect(first.text()).toContain("1 work items are given back");
    expect(processesWith(NAP)).toEqual([]);
    const second = start("--pool", "python", "--node-id", "four");
    await until(async () => {
      const { steps } = await server.client.runs.get(run);
      const live = (await server.client.runs.logs(run)).logs.some(({ live: isLive }) => isLive);
      return steps.length > 0 && live ? true : null;
    });
    await server.client.runs.cancel(run);
    await second.says(/its process is ended/);
    expect(await second.end()).toBe(0);
  }, 120_000);

  it("that is replaced under its node id says so and ends; the other serves", async () => {
    const first = start("--pool", "python", "--node-id", "same");
    await first.says(/serves python/);
    await until(async () => ((await aliveIn(server)).includes("same") ? true : null));
    const second = start("--pool", "python", "--node-id", "same");
    await second.says(/serves python/);
    await until(async () => (first.child.exitCode === null ? null : true));
    expect(first.text()).toContain("RUNNER_REPLACED");
    expect(await ended(await begin("loud", "a"))).toMatchObject({ status: "succeeded" });
    expect(await second.end()).toBe(0);
  }, 120_000);

  it("is missed where there is none", async () => {
    const run = await ended(await begin("alone", "x"));
    expect(run).toMatchObject({
      status: "failed",
      error: {
        code: "QUEUE_TIMEOUT",
        message: expect.stringContaining("no runner of pool nobody for python nodes is alive") as string,
      },
    });
  }, 120_000);

  it("that may not come in, or speaks to nobody, ends and says why", async () => {
    const stranger = startRunner({ url: server.url, token: "x".repeat(40) }, ["--pool", "python"]);
    await new Promise((resolve) => stranger.child.once("exit", resolve));
    expect([stranger.child.exitCode, stranger.text()]).toEqual([1, expect.stringContaining("AUTHENTICATION_ERROR")]);
  }, 120_000);
});

const aliveIn = async (server: TestServer): Promise<readonly string[]> => {
  const { pools } = await server.client.pools.list();
  return pools.find(({ name }) => name === "python")?.runners.map(({ node_id: id }) => id) ?? [];
};
