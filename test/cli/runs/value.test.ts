import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pureNode } from "../../support/engines.ts";
import { testFolder } from "../support/folder.ts";
import { onex } from "../support/onex.ts";
import { testServer, type TestServer } from "../support/test-server.ts";

const LARGE = "ä\u0007".repeat(40_000);
const GROW = pureNode("grow", "text.in", "text.large", (text) => text + LARGE);

let server: TestServer;
let id = "";
const run = (args: readonly string[], cwd?: string) =>
  onex(args, { env: server.env, ...(cwd === undefined ? {} : { cwd }) });

beforeAll(async () => {
  server = await testServer([GROW]);
  const payload = { want: ["text.large"], given: { "text.in": "x" } };
  const sent = await onex(["run", "-", "--detach"], { env: server.env, stdin: JSON.stringify(payload) });
  id = sent.stdout.trim();
  await server.world.settle();
});
afterAll(() => server.close());

describe("onex runs value", () => {
  it("reads what a step gave and what the run was given", async () => {
    expect((await run(["runs", "value", id, "grow", "text.large"])).json<string>()).toBe(`x${LARGE}`);
    expect((await run(["runs", "value", id, "given", "text.in"])).json<string>()).toBe("x");
    expect(await run(["runs", "value", id, "grow", "text.in"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("VALUE_NOT_FOUND"),
    });
  });

  it("is what the run's page tells to type", async () => {
    const shown = await run(["runs", "show", id]);
    const bytes = Buffer.byteLength(JSON.stringify(`x${LARGE}`));
    expect(shown.stdout).toContain(`\n  onex runs value ${id} grow text.large  # ${bytes} bytes\n`);
  });

  it("writes the JSON or the text to a file, and replaces none unasked", async () => {
    const folder = testFolder();
    const read = (...args: string[]) => run(["runs", "value", id, "grow", "text.large", ...args], folder.path);
    expect(await read("--out", "v.json")).toMatchObject({ code: 0, stdout: "" });
    expect(folder.read("v.json")).toBe(JSON.stringify(`x${LARGE}`));
    expect(await read("--out", "v.json")).toMatchObject({ code: 2 });
    expect(await read("--out", "v.json", "--text", "--force", "--json")).toMatchObject({ code: 0 });
    expect(folder.read("v.json")).toBe(`x${LARGE}`);
    expect(await read("--text")).toMatchObject({ code: 2 });
  });

  it("reads the file of an exported run, without a server", async () => {
    const folder = testFolder();
    expect(await run(["runs", "export", id, "--out", "run.json"], folder.path)).toMatchObject({ code: 0 });
    const local = (...args: string[]) => onex(["runs", "value", "run.json", ...args], { cwd: folder.path });
    expect((await local("grow", "text.large", "--local")).json<string>()).toBe(`x${LARGE}`);
    expect((await local("given", "text.in")).json<string>()).toBe("x");
    expect(await onex(["runs", "value", id, "grow", "text.large", "--local"])).toMatchObject({ code: 2 });
  });

  it("comes in parts through the client", async () => {
    const { createClient } = await import("../../../src/client/client.ts");
    const { runs } = createClient({ baseUrl: server.env["ONEX_URL"] ?? "", token: server.env["ONEX_TOKEN"] ?? "" });
    const whole = new TextEncoder().encode(JSON.stringify(`x${LARGE}`));
    const first = await runs.valueBytes(id, "grow", "text.large", { first: 0, last: 4_999 });
    expect([first.first, first.total, first.bytes]).toEqual([0, whole.length, whole.slice(0, 5_000)]);
    const rest = await runs.valueBytes(id, "grow", "text.large", { first: 5_000, sha256: first.sha256 });
    expect([rest.first, rest.bytes]).toEqual([5_000, whole.slice(5_000)]);
    const other = await runs.valueBytes(id, "grow", "text.large", { first: 5_000, sha256: "0".repeat(64) });
    expect([other.first, other.bytes.length]).toEqual([0, whole.length]);
    await expect(runs.valueBytes(id, "grow", "text.large", { first: whole.length })).rejects.toMatchObject({
      code: "RANGE_NOT_SATISFIABLE",
    });
  });
});
