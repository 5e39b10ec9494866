import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planWire } from "../../../contracts/documents/plan.ts";
import { pureNode, effectNode } from "../../support/engines.ts";
import { testFolder } from "../support/folder.ts";
import { onex, type Outcome } from "../support/test-shell.ts";
import { testServer, type TestServer } from "../support/test-server.ts";

const executed: string[] = [];
const record = (text: string): string => {
  executed.push(text);
  return text;
};
const SHOUT = pureNode("shout", "text.in", "text.loud", record);
const TWICE = effectNode("twice", "text.loud", "text.twice", record);

let server: TestServer;
beforeAll(async () => {
  server = await testServer([SHOUT, TWICE]);
});
afterAll(() => server.close());

const plan = (args: readonly string[], stdin: string): Promise<Outcome> =>
  onex(["plan", "-", "--url", server.env["ONEX_URL"] ?? "", ...args], { cwd: "/", stdin, env: server.env });

describe("onex plan --url", () => {
  it("shows the plan of the server's nodes, in every form, and runs nothing", async () => {
    const goal = "want: [text.twice]\ngiven: [text.in]\n";
    const { code, stdout, stderr } = await plan([], goal);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("text.twice ← twice@1.0.0 [s1]\n  text.loud ← shout@1.0.0 [s0]\n    text.in ← given\n");
    expect((await plan(["--format", "mermaid"], goal)).stdout).toMatch(/^flowchart TD\n/);
    const wire = planWire.parse(JSON.parse((await plan(["--json", "--policy", '{"mode": "batch"}'], goal)).stdout));
    expect([wire.steps.length, wire.policy.mode]).toEqual([2, "batch"]);
    await server.world.settle();
    expect(executed).toEqual([]);
  });

  it("plans a capability policy as a goal", async () => {
    const { stdout } = await plan(["--json"], "policy_name: p\ntarget_capabilities: [text.twice]\n");
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: "PLAN_UNREACHABLE", hint: expect.stringContaining("give text.in") },
    });
  });

  it("passes the server's refusals on", async () => {
    const { code, stdout, stderr } = await plan(["--json"], "want: [text.sung]\ngiven: [text.in]\n");
    expect([code, JSON.parse(stdout)]).toMatchObject([
      1,
      { error: { code: "PLAN_UNREACHABLE", place: "goal.want", hint: expect.any(String) } },
    ]);
    expect(stderr).toMatch(/^error: PLAN_UNREACHABLE: /);
    expect(JSON.parse((await plan(["--json"], "want: [no spaces]\n")).stdout)).toMatchObject({
      error: { code: "INVALID_PARAMETER", place: "$.want[0]" },
    });
  });

  it("needs a token, and a server", async () => {
    const goal = "want: [text.twice]\n";
    const url = server.env["ONEX_URL"] ?? "";
    const ask = (env: Record<string, string>, at = url) =>
      onex(["plan", "-", "--url", at], { cwd: "/", stdin: goal, env });
    expect(await ask({})).toMatchObject({ code: 2, stderr: expect.stringContaining("the server wants a token") });
    expect(await ask({ ONEX_TOKEN: "wrong" })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("AUTHENTICATION_ERROR"),
    });
  });

  it.each([
    [["--nodes", "/"], "want: [a]\n", "--nodes is for planning here"],
    [[], "type: orchestrator\nname: o\nsteps: [{name: a, node: b}]\n", "it is planned here"],
  ])("leaves to this process what no server can do: %j", async (args, text, message) => {
    expect(await plan(args, text)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });

  it("leaves mutations to this process, too", async () => {
    const folder = testFolder({ "ops.json": '[{"op": "remove", "step": "twice"}]' });
    expect(await plan(["--mutate", folder.at("ops.json")], "want: [text.twice]\n")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--mutate is for planning here"),
    });
  });
});
