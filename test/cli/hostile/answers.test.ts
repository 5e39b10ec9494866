import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fault, RuntimeHostError } from "../../../src/core/errors.ts";
import { pureNode } from "../../support/engines.ts";
import { waitNode } from "../../support/wait-node.ts";
import { onex, type Outcome, type ShellOptions } from "../support/test-shell.ts";
import { testServer, type TestServer } from "../support/test-server.ts";
import { expectShown, expectShownInColour, HOSTILE } from "./hostile-text.ts";

const cwd = tmpdir();

describe("what a node, a person or a sender said is shown, never obeyed", () => {
  const FAILS = pureNode("fails", "text.in", "text.never", () => {
    throw new RuntimeHostError(fault("RUNTIME_ERROR", HOSTILE, { place: HOSTILE, hint: HOSTILE }));
  });
  const SAYS = pureNode("says", "text.in", "text.said", () => HOSTILE);
  let server: TestServer;

  const call = async (args: readonly string[], options: Partial<ShellOptions> = {}): Promise<Outcome> => {
    const outcome = await onex(args, { cwd, env: server.env, ...options });
    (options.terminal === true ? expectShownInColour : expectShown)(outcome.stdout + outcome.stderr);
    return outcome;
  };
  const begin = async (document: object): Promise<string> =>
    (await call(["run", "-", "--detach"], { stdin: JSON.stringify(document) })).stdout.trim();

  beforeAll(async () => {
    server = await testServer([FAILS, SAYS, waitNode("event"), waitNode("approval")]);
  });
  afterAll(() => server.close());

  it("a node's error, on every page of its run", async () => {
    const goal = { want: ["text.never"], given: { "text.in": HOSTILE } };
    const stdin = JSON.stringify(goal);
    expect((await call(["run", "-"], { stdin })).stdout).toContain("\\u001b[31m");
    await call(["run", "-", "--watch"], { stdin });
    await call(["run", "-", "--watch"], { stdin, terminal: true });
    const id = await begin(goal);
    for (const args of [
      ["show", id],
      ["show", id, "--result"],
      ["show", id, "--watch"],
      ["show", id, "--json"],
      ["list"],
    ])
      await call(["runs", ...args]);
  });

  it("outputs and given values", async () => {
    const stdin = JSON.stringify({ want: ["text.said"], given: { "text.in": HOSTILE } });
    await call(["run", "-"], { stdin });
    const { stdout } = await call(["run", "-", "--json"], { stdin });
    expect(JSON.parse(stdout)).toMatchObject({ outputs: { "text.said": HOSTILE } });
  });

  it("reasons, comments, names of events and of people, tags, gates", async () => {
    const graph = {
      steps: [
        { id: "paid", node: "wait_event" },
        { id: "sign", node: "wait_approval" },
        { id: "more", node: "says", after: ["paid"], when: { value: "paid.wait.payload", op: "eq", than: HOSTILE } },
      ],
      given: { "text.in": "x", "wait.prompt": HOSTILE, "wait.event": HOSTILE },
    };
    const one = await begin({ operation: "graph.run", payload: graph, metadata: { tags: [HOSTILE] } });
    await call(["runs", "show", one]);
    await call(["runs", "event", one, HOSTILE, JSON.stringify(HOSTILE)]);
    await call(["runs", "reject", one, "sign", "--by", HOSTILE, "--comment", HOSTILE]);
    await call(["runs", "show", one]);
    await call(["runs", "show", one, "--watch"], { terminal: true });
    await call(["runs", "list", "--tag", HOSTILE]);
    const other = await begin({ operation: "graph.run", payload: graph });
    await call(["runs", "cancel", other, "--reason", HOSTILE]);
    await call(["runs", "show", other]);
    expect((await call(["runs", "show", other, "--result"])).stdout).toContain("\\u001b[31m");
    await call(["runs", "rerun", other, "--from", HOSTILE]);
    await call(["runs", "rerun", other, "--set-version", `says=${HOSTILE}`]);
    for (const word of ["show", "cancel", "pause", "resume", "delete", "export", "replay", "rerun"])
      await call(["runs", word, HOSTILE]);
  });
});

/** Every text of the answers is hostile, keys included where the contract has none. */
const ANSWERS: Readonly<Record<string, unknown>> = {
  "/v1/dead-letters/x": null,
  "/v1/cache": {
    nodes: [{ node: HOSTILE, version: HOSTILE, entries: 1, bytes: 1, hits: 1, stored: 1 }],
  },
};

describe("what a server says is shown, never obeyed", () => {
  const problem = {
    type: "about:blank",
    title: HOSTILE,
    status: 422,
    detail: HOSTILE,
    code: HOSTILE,
    correlation_id: HOSTILE,
    instance: HOSTILE,
    place: HOSTILE,
    hint: HOSTILE,
    errors: [{ code: HOSTILE, detail: HOSTILE, place: HOSTILE, hint: HOSTILE }],
  };
  let answer: (path: string) => { readonly status: number; readonly type: string; readonly body: string };
  let env: Readonly<Record<string, string>>;
  const server = createServer((request, response) => {
    const { status, type, body } = answer(new URL(request.url ?? "/", "http://x").pathname);
    response.writeHead(status, { "content-type": type });
    response.end(body);
  });

  beforeAll(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    env = { ONEX_URL: `http://127.0.0.1:${port}`, ONEX_TOKEN: "t" };
  });
  afterAll(() => void server.close());

  const COMMANDS = [
    ["runs", "list"],
    ["runs", "show", "x"],
    ["runs", "cancel", "x"],
    ["runs", "export", "x"],
    ["runs", "rerun", "x"],
    ["run", "-"],
    ["plan", "-", "--url", "URL"],
    ["dlq", "list"],
    ["dlq", "show", "x"],
    ["dlq", "redrive", "--all"],
    ["trigger", "list"],
    ["trigger", "show", "x"],
    ["trigger", "send", "g", "--wait", "0"],
    ["cache", "stats"],
    ["cache", "clear", "--all"],
    ["metrics"],
    ["metrics", "--prometheus"],
  ] as const;

  it.each(COMMANDS.map((args) => [args.join(" "), args] as const))("a refusal of onex %s", async (_, args) => {
    answer = () => ({ status: 422, type: "application/problem+json", body: JSON.stringify(problem) });
    const given = args.map((arg) => (arg === "URL" ? (env["ONEX_URL"] ?? "") : arg));
    const stdin = JSON.stringify({ want: ["a.b"] });
    const outcome = await onex(given, { cwd, env, stdin });
    expect([outcome.code, outcome.stdout]).toEqual([1, ""]);
    expect(outcome.stderr).toContain("\\u001b[31m");
    expectShown(outcome.stderr);
    expectShownInColour((await onex(given, { cwd, env, stdin, terminal: true })).stderr);
  });

  it.each(COMMANDS.map((args) => [args.join(" "), args] as const))(
    "another server's answer to onex %s",
    async (_, args) => {
      answer = (path) => {
        const known = ANSWERS[path];
        const body = known === undefined ? `{"${HOSTILE}": ` : JSON.stringify(known);
        return { status: 200, type: "application/json", body };
      };
      const given = args.map((arg) => (arg === "URL" ? (env["ONEX_URL"] ?? "") : arg));
      const { stdout, stderr } = await onex(given, { cwd, env, stdin: JSON.stringify({ want: ["a.b"] }) });
      expect(stdout + stderr).not.toBe("");
      expectShown(stderr);
      // The text of Prometheus is lines of the server's own.
      if (!args.includes("--prometheus" as never)) expectShown(stdout);
    },
  );
});
