import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pureNode, effectNode } from "../../support/engines.ts";
import { waitNode } from "../../support/wait-node.ts";
import { onex, type Outcome } from "../support/test-shell.ts";
import { testServer, type TestServer } from "../support/test-server.ts";

const SHOUT = pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase());
const TWICE = effectNode("twice", "text.loud", "text.twice", (text) => `${text} ${text}`);
const WANT = "want: [text.twice]\ngiven: {text.in: hey}\n";
const PAID = "steps:\n  - {id: paid, node: wait_event}\n  - {id: sign, node: wait_approval, after: [paid]}\n";

const cwd = mkdtempSync(join(tmpdir(), "onex-run-"));
let server: TestServer;
beforeAll(async () => {
  writeFileSync(join(cwd, "goal.yaml"), WANT);
  writeFileSync(join(cwd, "paid.yaml"), PAID);
  writeFileSync(join(cwd, "hash.yaml"), "want: [hash.verdict]\ngiven: {document.text: '# Hello'}\n");
  server = await testServer([SHOUT, TWICE, waitNode("event"), waitNode("approval")]);
});
afterAll(async () => {
  await server.close();
  rmSync(cwd, { recursive: true });
});

const local = (args: readonly string[], stdin = ""): Promise<Outcome> =>
  onex(["run", ...args, "--local"], { cwd, stdin });
const remote = (args: readonly string[], stdin = ""): Promise<Outcome> =>
  onex(["run", ...args], { cwd, stdin, env: server.env });

describe("onex run --local", () => {
  it("runs a goal with the built-in nodes and prints what it came to", async () => {
    const { code, stdout, stderr } = await local(["hash.yaml"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^run r\w+ succeeded in \d+ ms\n\nhash\.verdict:\n {2}verdict: absent\n/);
  });

  it("prints one JSON document, and what goes on elsewhere", async () => {
    const { code, stdout, stderr } = await local(["hash.yaml", "--json", "--watch"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: "success", outputs: { "hash.verdict": { verdict: "absent" } } });
    expect(stderr).toMatch(/hash_verify {2,}hash_verify@1\.0\.0 {2,}starts inline\n[^]*run succeeded\n$/);
  });

  it("watches line by line in a pipe", async () => {
    const { stdout } = await local(["hash.yaml", "--watch"]);
    expect(stdout.split("\n").filter((line) => line.includes("hash_verify"))).toHaveLength(2);
  });

  it("takes values from the command line, and a file from standard input", async () => {
    const { code, stdout } = await local(
      ["-", "--input", "document.text=@hash.yaml", "--json"],
      '{"want": ["document.text", "hash.verdict"], "given": ["document.text"]}',
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      outputs: { "document.text": readFileSync(join(cwd, "hash.yaml"), "utf8") },
    });
  });

  it("sends events and approves steps", async () => {
    const args = ["paid.yaml", "--event", 'paid={"amount":42}', "--approve", "sign", "--json"];
    const { code, stdout } = await local(args);
    expect([code, (JSON.parse(stdout) as { outputs: unknown }).outputs]).toEqual([
      0,
      { "wait.approval": { approved: true, by: "onex run" }, "wait.payload": { amount: 42 } },
    ]);
  });

  it("does not wait for what cannot come", async () => {
    const { code, stderr } = await local(["paid.yaml"]);
    expect([code, stderr]).toEqual([
      1,
      "error: step 'paid' waits for the event 'paid', which cannot come here\ngive --event paid=VALUE\n",
    ]);
  });

  it("runs nodes of a folder, and refuses a folder without any", async () => {
    mkdirSync(join(cwd, "nodes"));
    const specification = {
      description: "Counts words.",
      author: "Test",
      input_contract: { "document.text": { type: "string" } },
      output_contract: { "document.words": { type: "integer" } },
      code: 'export default (input) => ({ "document.words": input["document.text"].split(" ").length });',
      examples: [{ input: { "document.text": "a b" }, output: { "document.words": 2 } }],
    };
    writeFileSync(join(cwd, "spec.json"), JSON.stringify(specification));
    const made = await onex(["generate", "node", "word_count", "--spec", "spec.json", "--dir", "nodes"], { cwd });
    expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining("word_count@1.0.0, active") });
    const goal = '{"want":["document.words"],"given":{"document.text":"one two three"}}';
    const { code, stdout, stderr } = await local(["-", "--json", "--nodes", "nodes"], goal);
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({ outputs: { "document.words": 3 } });
    mkdirSync(join(cwd, "empty"), { recursive: true });
    expect(await local(["-", "--nodes", "empty"], goal)).toMatchObject({
      code: 1,
      stderr: "error: there is no node in empty\n",
    });
  });

  it("a run that fails ends with 1 and its reason", async () => {
    const { code, stdout } = await local(["paid.yaml", "--input", "wait.timeout_ms=0"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^run r\w+ failed in \d+ ms\nWAIT_TIMEOUT: the event 'paid' did not come in time \(step paid\)\n/,
    );
  });
});

describe("onex run, on a server", () => {
  it("runs and waits", async () => {
    const { code, stdout, stderr } = await remote(["goal.yaml"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^run r\w+ succeeded in \d+ ms\n\ntext\.twice: HEY HEY\n$/);
  });

  it("watches over the stream of events", async () => {
    const { code, stdout } = await remote(["goal.yaml", "--watch"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /shout {2,}shout@1\.0\.0 {2,}starts inline\n[^]*twice@1\.0\.0 {2,}succeeded[^]*run succeeded\n/,
    );
  });

  it("detached, prints the run's id", async () => {
    const { stdout } = await remote(["goal.yaml", "--detach"]);
    expect(stdout).toMatch(/^r[0-9a-f]{2}_[0-9A-Z]{26}\n$/);
    const { stdout: json } = await remote(["goal.yaml", "--detach", "--json"]);
    expect(JSON.parse(json)).toEqual({ run_id: expect.stringMatching(/^r/) });
  });

  it("sends events and approves steps", async () => {
    const { code, stdout } = await remote(["paid.yaml", "--event", "paid=1", "--approve", "sign", "--watch"]);
    expect(code).toBe(0);
    expect(stdout).toContain("by: onex run");
  });

  it("keeps the envelope's own correlation", async () => {
    const correlation = "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b";
    const payload = { want: ["text.loud"], given: { "text.in": "x" } };
    const envelope = JSON.stringify({ operation: "goal.run", correlation_id: correlation, payload });
    const { stdout } = await remote(["-", "--json"], envelope);
    expect(JSON.parse(stdout)).toMatchObject({ correlation_id: correlation });
  });

  it("says why it was refused, as text and as JSON", async () => {
    const goal = '{"want":["no.body"]}';
    const { code, stdout, stderr } = await remote(["-"], goal);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^error: PLAN_UNREACHABLE: [^]+no\.body/);
    const { stdout: json } = await remote(["-", "--json"], goal);
    expect(JSON.parse(json)).toEqual({
      error: { code: "PLAN_UNREACHABLE", message: expect.stringContaining("no.body"), hint: expect.any(String) },
    });
  });
});

describe("wrong calls", () => {
  it.each([
    [["run", "goal.yaml"], {}, "the server wants a token"],
    [["run", "goal.yaml", "--url", "ftp://x"], { ONEX_TOKEN: "t" }, "ftp://x is no http address"],
    [["run", "goal.yaml", "--token-file", "nowhere"], {}, "nowhere: it does not exist"],
    [["run", "goal.yaml", "--local", "--url", "http://x"], {}, "--local and --url exclude each other"],
    [["run", "goal.yaml", "--local", "--detach"], {}, "--detach is for servers"],
    [["run", "goal.yaml", "--nodes", "nodes"], {}, "--nodes is for --local"],
    [["run", "goal.yaml", "--local", "--timeout", "soon"], {}, "a number of seconds"],
    [["run", "goal.yaml", "--local", "--input", "novalue"], {}, "novalue gives no value"],
    [["run", "nowhere.yaml", "--local"], {}, "nowhere.yaml: it does not exist"],
    [["run"], {}, "missing required argument"],
  ])("%j", async (args, env, message) => {
    const { code, stdout, stderr } = await onex(args, { cwd, env });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });

  it("what a server refuses is no crash, and a token is never shown", async () => {
    const env = { ONEX_TOKEN: "a-secret-token", ONEX_URL: `${server.env["ONEX_URL"]}/nowhere` };
    for (const one of [env, { ...env, ONEX_URL: server.env["ONEX_URL"] ?? "" }]) {
      const { code, stdout, stderr } = await onex(["run", "goal.yaml"], { cwd, env: one });
      expect(code).toBe(1);
      expect(stdout + stderr).not.toContain("a-secret-token");
    }
  });

  it("help has examples", async () => {
    const { code, stdout } = await onex(["run", "--help"], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/Examples:\n {2}# try a goal here\n {2}onex run goal\.yaml --local --watch\n/);
  });
});
