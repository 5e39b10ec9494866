import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import type { WorkItemWire } from "../../../contracts/api/pools.ts";
import { pythonWire } from "../../../contracts/documents/runner-blocks.ts";
import { cliExecutor } from "../../../src/cli/runner/cli.ts";
import { LogCapture } from "../../../src/cli/runner/log-capture.ts";
import { pythonExecutor } from "../../../src/cli/runner/python.ts";
import { PythonEnvironments } from "../../../src/cli/runner/python-environments.ts";
import { bubblewrap } from "../../../src/cli/runner/sandbox.ts";
import { RunnerSecrets } from "../../../src/cli/runner/secrets.ts";
import { attempt, cliOf, itemOf, NO_PYTHON, NO_SANDBOX, outputOf, processesWith, tellOf } from "./attempts.ts";

/** A secret of several lines, as keys are, with what URLs and JSON write otherwise. */
const KEY = '-----BEGIN KEY-----\nab/c+d"e=fgh\n-----END KEY-----';
const TOKEN = `hunter2 & "co"/${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), "onex-secrets-"));
writeFileSync(join(folder, "KEY"), `${KEY}\n`);
writeFileSync(join(folder, "BOTH"), "of the file\n");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const environment = {
  SECRET_TOKEN: TOKEN,
  SECRET_BOTH: "of the environment",
  SECRET_SHORT: "abc",
  SECRET_HOSTED: "for-a-host",
  SECRET_HOSTED_HOSTS: "api.example.com",
  SECRET_NAMED: "for-some-nodes",
  SECRET_NAMED_NODES: "doc_mail, billing_*",
  ONEX_TOKEN: "the deployment's own token, at length",
};
const secrets = new RunnerSecrets(environment, folder);
const itemWith = (name: string, changes: Partial<WorkItemWire> = {}): WorkItemWire =>
  itemOf({ cli: cliOf({ env: { A: { secret_ref: name } } }), ...changes });

describe("the secrets of a runner", () => {
  it("are those that the contract names: of a file first, then of the environment, and of nothing else", () => {
    const found = (name: string) => secrets.of(itemWith(name));
    expect(found("TOKEN")).toEqual({ ok: true, value: new Map([["TOKEN", TOKEN]]) });
    expect(found("KEY")).toEqual({ ok: true, value: new Map([["KEY", KEY]]) });
    expect(found("BOTH")).toEqual({ ok: true, value: new Map([["BOTH", "of the file"]]) });
    expect(secrets.of(itemOf())).toEqual({ ok: true, value: new Map() });
    for (const name of ["ONEX_TOKEN", "ABSENT", "SHORT", "HOSTED"]) {
      const refused = found(name);
      expect(refused, name).toMatchObject({ ok: false, error: { code: "SECRET_RESOLUTION_ERROR", place: name } });
      expect(JSON.stringify(refused)).not.toMatch(/abc|for-a-host|own token/);
    }
  });

  it("are for the nodes they are bound for", () => {
    for (const [node, ok] of [
      ["doc_mail", true],
      ["billing_open", true],
      ["doc_mail_2", false],
      ["evil", false],
    ] as const)
      expect(secrets.of(itemWith("NAMED", { node })).ok, node).toBe(ok);
  });
});

describe("what a process writes with a secret in it", () => {
  it("loses it, whole or by lines, cut in two by a flood, and in progress", () => {
    const log = new LogCapture();
    log.hide(
      new Map([
        ["KEY", KEY],
        ["TOKEN", TOKEN],
      ]),
    );
    const bytes = (text: string): void => log.take("stdout", new TextEncoder().encode(text));
    bytes(`${KEY}\n`);
    bytes(`${JSON.stringify({ t: TOKEN })} ${encodeURIComponent(TOKEN)}\n`);
    bytes(`onex:progress 0.5 with ${TOKEN}\n`);
    for (let i = 0; i < 40; i++) bytes("x".repeat(500 + i) + TOKEN.slice(0, 9));
    bytes(TOKEN + "y".repeat(17_000) + TOKEN.slice(0, 5));
    bytes(`${TOKEN.slice(5)}\n`);
    log.end();
    const { progress } = log.takeNews();
    expect(progress).toEqual({ fraction: 0.5, message: "with [secret TOKEN]" });
    const text = JSON.stringify(log.lines);
    expect(text).toContain("[secret TOKEN]");
    for (const shown of ["ab/c+d", "BEGIN KEY", `"co"`, "%22co%22"])
      expect(
        JSON.parse(text)
          .map(({ text: line }: { text: string }) => line)
          .join("\n"),
        shown,
      ).not.toContain(shown);
  });
});

describe.skipIf(tellOf(NO_SANDBOX))("a command with a secret", () => {
  const run = (cli: object, changes: Partial<WorkItemWire> = {}) =>
    attempt(
      cliExecutor(bubblewrap),
      itemOf({ entrypoint: { type: "cli", target: "sh" }, cli: cliOf(cli), ...changes }),
      null,
      () => undefined,
      secrets,
    );

  it("has it in its environment, and shows it to nobody", async () => {
    const script = 'printf %s "$KEY" | wc -c; echo "$KEY" >&2; echo "$TOKEN" >&2';
    const cli = { shell: true, command: [script], stdin: null, stdout: { text: "out", trim: true } };
    const env = { KEY: { secret_ref: "KEY" }, TOKEN: { secret_ref: "TOKEN" } };
    const { outcome, log } = await run({ ...cli, env });
    expect(outcome).toMatchObject({ ok: true, output: { out: String(KEY.length) } });
    expect(log.map(({ text }) => text).at(-1)).toBe("[secret TOKEN]");
    expect(JSON.stringify(log)).not.toMatch(/hunter2|BEGIN/);
    const echoed = await run({ ...cli, command: ['printf %s "$TOKEN"'], env });
    expect(outputOf(echoed)).toEqual({ out: "[secret TOKEN]" });
  });

  it("does not show it on the command line of the sandbox, and its contract cannot steer the sandbox", async () => {
    const seen: string[] = [];
    const cli = cliOf({
      shell: true,
      command: ['echo begun >&2; sleep 2.4; printf %s "$LD_PRELOAD"'],
      stdin: null,
      stdout: { text: "out" },
      env: { TOKEN: { secret_ref: "TOKEN" }, LD_PRELOAD: "/nowhere.so", PATH: "/usr/bin" },
    });
    const item = itemOf({ entrypoint: { type: "cli", target: "sh" }, cli });
    const tried = await attempt(
      cliExecutor(bubblewrap),
      item,
      null,
      // It is looked for until it is there: a sandbox takes its time to start.
      () => {
        const looking = setInterval(() => {
          seen.push(...processesWith("sleep 2.4"));
          if (seen.length > 0) clearInterval(looking);
        }, 50);
        onTestFinished(() => clearInterval(looking));
      },
      secrets,
    );
    expect(tried.outcome).toMatchObject({ ok: true });
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.join("\n")).not.toContain("hunter2");
  });

  it("that is not to be had does not run", async () => {
    const { outcome } = await run({ command: ["true"], env: { A: { secret_ref: "ABSENT" } } });
    expect(outcome).toMatchObject({
      error: {
        code: "SECRET_RESOLUTION_ERROR",
        retryable: false,
        hint: expect.stringContaining("SECRET_ABSENT") as string,
      },
    });
  });
});

describe.skipIf(tellOf(NO_PYTHON))("Python with a secret", () => {
  const code = `
import os
def run(state):
    print("I have", os.environ["TOKEN"])
    if state["fail"]:
        raise RuntimeError("cannot log in with " + os.environ["TOKEN"])
    return {"length": len(os.environ["TOKEN"]), "echo": os.environ["TOKEN"], "own": sorted(os.environ)}
`;
  const run = (fail: boolean) => {
    const executor = pythonExecutor(
      bubblewrap,
      new PythonEnvironments({ python: "/usr/bin/python3", environments: null, uv: null, cache: folder }),
    );
    const python = pythonWire.parse({ env: { TOKEN: { secret_ref: "TOKEN" }, MODE: "test" } });
    return attempt(executor, itemOf({ python, input: { fail } }), code, () => undefined, secrets);
  };

  it("prints it, returns it and raises with it in vain", async () => {
    const { outcome, log } = await run(false);
    expect(outcome).toMatchObject({ output: { length: TOKEN.length, echo: "[secret TOKEN]" } });
    expect(log).toMatchObject([{ text: "I have [secret TOKEN]" }]);
    const raised = await run(true);
    expect(JSON.stringify(raised)).toContain("cannot log in with [secret TOKEN]");
    expect(JSON.stringify(raised)).not.toContain("hunter2");
    expect(JSON.stringify(outcome)).not.toContain("ONEX");
  });
});
