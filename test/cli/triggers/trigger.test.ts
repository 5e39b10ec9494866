import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TriggerPage } from "../../../contracts/api/triggers-api.ts";
import { pureNode } from "../../support/engines.ts";
import { onex } from "../support/onex.ts";
import { testServer, type TestServer } from "../support/test-server.ts";

const SHOUT = pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase(), { group: "texts" });

describe("onex trigger", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await testServer([SHOUT]);
  });
  afterAll(() => server.close());
  const run = (...args: string[]) => onex(["trigger", ...args], { env: server.env });

  it("sends a message and shows what came of it", async () => {
    const sent = await run("send", "texts", "--input", "text.in=hey");
    expect(sent).toMatchObject({ code: 0, stderr: "" });
    expect(sent.stdout).toContain("shout@1.0.0");
    expect(sent.stdout).toContain('{"text.loud":"HEY"}');
    const json = await run("send", "texts", "--node", "shout", "--inputs", '{"text.in": "you"}', "--json");
    const page = JSON.parse(json.stdout) as TriggerPage;
    expect(page).toMatchObject({ status: "accepted", runs: [{ status: "succeeded", result: { status: "success" } }] });
    expect((await run("show", page.trigger_id)).stdout).toContain(page.trigger_id);
  });

  it("ends with 1 when nobody takes it, and says why", async () => {
    const refused = await run("send", "texts", "--node", "nobody");
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain("TRIGGER_NOT_TAKEN: node 'nobody' is not in group 'texts'");
  });

  it("stopped while it waits, says which trigger goes on", async () => {
    const stopped = await onex(["trigger", "send", "texts", "--input", "text.in=hey", "--wait", "60"], {
      env: server.env,
      onStop: (listener) => {
        listener("SIGTERM");
        return () => undefined;
      },
    });
    expect([stopped.code, stopped.stdout]).toEqual([143, ""]);
    expect(stopped.stderr).toMatch(/^error: INTERRUPTED: trigger [0-9a-f-]{36} goes on without this command\n/);
  });

  it("lists the groups", async () => {
    expect((await run("list")).stdout).toBe("texts  shout@1.0.0  active  node  needs text.in  text\n");
  });

  it.each([
    [["send", "texts", "--node", "a", "--want", "b.c"]],
    [["send", "texts", "--input", "x"]],
    [["send", "texts", "--inputs", "[]"]],
    [["send", "texts", "--min-trust", "2"]],
    [["send"]],
  ])("was called wrongly: %j", async (args) => {
    expect((await run(...args)).code).toBe(2);
  });
});
