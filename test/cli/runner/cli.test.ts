import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { cliExecutor } from "../../../src/cli/runner/cli.ts";
import { givenBy } from "../../../src/cli/runner/command-line.ts";
import { bubblewrap } from "../../../src/cli/runner/sandbox.ts";
import { attempt, cliOf, codeOf, itemOf, messageOf, NO_SANDBOX, outputOf, tellOf, type Tried } from "./attempts.ts";

const executor = cliExecutor(bubblewrap);
const run = (
  cli: object | undefined,
  input: JsonObject = {},
  changes: Parameters<typeof itemOf>[0] = {},
): Promise<Tried> =>
  attempt(
    executor,
    itemOf({
      entrypoint: { type: "cli", target: "cat" },
      input,
      ...(cli === undefined ? {} : { cli: cliOf(cli) }),
      ...changes,
    }),
  );

describe.skipIf(tellOf(NO_SANDBOX))("a command", () => {
  it("reads a key and writes a key", async () => {
    const cli = { command: ["tr", "a-z", "A-Z"], stdin: "doc.text", stdout: { text: "doc.loud" } };
    expect(outputOf(await run(cli, { "doc.text": "hello\n" }))).toEqual({ "doc.loud": "HELLO\n" });
  });

  it("reads and writes the whole state as JSON where nothing else is said", async () => {
    expect(outputOf(await run(undefined, { "a.b": [1, "x"] }))).toEqual({ "a.b": [1, "x"] });
  });

  it("is given values as arguments, each one argument whatever is in it, and no shell sees them", async () => {
    const cli = {
      command: ["printf", "%s|", { key: "a" }, { key: "b", prefix: "--b=" }, { key: "n" }, { key: "absent" }],
      stdin: null,
      stdout: { text: "out" },
    };
    const input = { a: "$(touch /tmp/x); `id` 'quoted' \n *", b: "-v", n: { deep: [1] } };
    expect(outputOf(await run(cli, input))).toEqual({
      out: `$(touch /tmp/x); \`id\` 'quoted' \n *|--b=-v|{"deep":[1]}|`,
    });
  });

  it("is no option because a value begins with a dash, unless the contract says so", async () => {
    const cli = (dashes: boolean) => ({ command: ["printf", "%s", { key: "a", dashes }], stdout: { text: "out" } });
    expect((await run(cli(false), { a: "--version" })).outcome).toMatchObject({
      error: { code: "INVALID_PARAMETER", retryable: false },
    });
    expect(outputOf(await run({ ...cli(true), stdin: null }, { a: "-5" }))).toEqual({ out: "-5" });
    expect(codeOf(await run(cli(true), { a: "nul\0" }))).toBe("INVALID_PARAMETER");
  });

  it("is a script where the contract asks for a shell; values are its parameters", async () => {
    const cli = {
      shell: true,
      command: ['printf "%s" "$1" | wc -c', { key: "a" }],
      stdin: null,
      stdout: { text: "out", trim: true },
    };
    expect(outputOf(await run(cli, { a: "$(id)" }))).toEqual({ out: "5" });
  });

  it("has variables from the contract and from keys, and no others", async () => {
    const cli = {
      command: ["env"],
      env: { GREETING: "hello", WHO: { key: "who" } },
      stdin: null,
      stdout: { text: "out" },
    };
    process.env["ONEX_TEST_SECRET"] = "hidden-from-nodes";
    const out = String(outputOf(await run(cli, { who: "-me" }))["out"]);
    delete process.env["ONEX_TEST_SECRET"];
    expect(out).toContain("GREETING=hello\n");
    expect(out).toContain("WHO=-me\n");
    expect(out).not.toContain("hidden-from-nodes");
  });

  it("fails by its exit code, which may be success or worth another attempt, and is a value where wanted", async () => {
    const cli = { shell: true, command: ["echo oops >&2; exit 75"], stdin: null, stdout: { text: "out" } };
    const failed = await run(cli);
    expect(failed.outcome).toMatchObject({
      error: { code: "HANDLER_EXECUTION_ERROR", message: "the command ended with exit code 75", retryable: false },
    });
    expect(failed.log).toEqual([{ stream: "stderr", text: "oops" }]);
    expect((await run({ ...cli, exit_codes: { retry: [75] } })).outcome).toMatchObject({ error: { retryable: true } });
    const taken = { ...cli, exit_codes: { ok: [0, 75] }, exit_code: "code" };
    expect(outputOf(await run(taken))).toEqual({ out: "", code: 75 });
  });

  it("that is not there, writes no JSON, or floods its result is a failure with a code", async () => {
    expect(codeOf(await run({ command: ["no-such-command"], stdout: { text: "out" } }))).toBe(
      "HANDLER_EXECUTION_ERROR",
    );
    expect(codeOf(await run({ command: ["echo", "hello"] }))).toBe("OUTPUT_STATE_INVALID");
    expect(codeOf(await run({ command: ["yes"], stdout: { text: "out" } }))).toBe("SANDBOX_BUDGET");
    const slow = await run({ command: ["sleep", "60"] }, {}, { timeout_ms: 500 });
    expect(messageOf(slow)).toBe("the process did not end within 500 ms");
  });
});

it("an image without a command of the contract's is called by its own", () => {
  const given = givenBy({ ...cliOf({}), command: [] }, null, { a: 1 });
  expect(given).toEqual({ ok: true, value: { argv: [], env: {}, stdin: '{"a":1}' } });
});
