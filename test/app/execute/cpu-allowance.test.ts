import { describe, expect, it } from "vitest";
import { CpuAllowance } from "../../../src/app/execute/cpu-allowance.ts";
import { stepsOf } from "../../../src/core/run/views/view.ts";
import { handler } from "../../../src/infra/handlers/handler-lifecycle.ts";
import type { CpuAccount } from "../../../src/spi/cpu-account.ts";
import { NOT_BEGUN } from "../../../src/core/sandbox/budget.ts";
import { effectNode, pureNode, testEngine, type TestNode } from "../../support/engines.ts";
import { valueOf } from "../../support/steered-run.ts";

const NEEDED_MS = 4_000;
/** Three of them fit into one invocation. */
const FIT = 3;
const WIDTH = 10;

/** An engine whose nodes each take all the CPU they say they need, and what each invocation has given to how many. */
async function busyEngine(nodes: readonly TestNode[]) {
  const given = new Map<CpuAccount, number>();
  const executed: string[] = [];
  const busy = handler({
    type: "builtin",
    version: "1.0.0",
    supportedOperations: ["node.execute"],
    async execute(call) {
      const { cpu } = call;
      if (!cpu) throw new Error("nobody counts");
      if (!cpu.admits(NEEDED_MS)) return NOT_BEGUN;
      cpu.spend(NEEDED_MS);
      given.set(cpu, (given.get(cpu) ?? 0) + 1);
      executed.push(call.node.name);
      const node = nodes.find(({ definition }) => definition.name === call.node.name);
      if (!node) throw new Error(`no node ${call.node.name}`);
      return node.run(call);
    },
  });
  const engine = await testEngine(nodes, (ports) => ({ ...ports, handlers: () => [busy] }));
  return { ...engine, given, executed };
}

const goal = {
  want: Array.from({ length: WIDTH }, (_, n) => `m.${n}`),
  given: { "k.0": "x" },
  policy: {},
};
const fan = (node: typeof pureNode): TestNode[] =>
  Array.from({ length: WIDTH }, (_, n) => node(`fan_${n}`, "k.0", `m.${n}`, (value) => value));

describe("the CPU of one invocation", () => {
  it("admits whoever may use no more than is left", () => {
    const allowance = new CpuAllowance(1_000);
    expect([allowance.admits(1_000), allowance.admits(1_001)]).toEqual([true, false]);
    allowance.spend(0.5);
    expect([allowance.admits(1_000), allowance.admits(999)]).toEqual([false, true]);
  });

  it.each([
    ["a consumer", effectNode],
    ["the gateway", pureNode],
  ])("is never more than it has in %s: the rest goes to others, once, and is no failure", async (_, node) => {
    const { send, settle, engine, given, executed } = await busyEngine(fan(node));
    const { runId } = valueOf(await send("goal.run", goal));
    await settle();
    const state = await engine.parts.runs.read("default", runId);
    expect(state?.header.status).toBe("succeeded");
    expect(executed.toSorted()).toEqual(
      fan(node)
        .map(({ definition }) => definition.name)
        .sort(),
    );
    expect([...given.values()].every((count) => count <= FIT)).toBe(true);
    expect(given.size).toBeGreaterThanOrEqual(Math.ceil(WIDTH / FIT));
    for (const { attempts } of state ? stepsOf(state) : []) expect(attempts).toHaveLength(1);
  });

  it("is shared by all runs that one batch of messages starts", async () => {
    const { send, settle, given, executed } = await busyEngine([pureNode("only", "k.0", "m.0", (value) => value)]);
    const link = { operation: "goal.run", payload: { want: ["m.0"], given: { "k.0": "x" }, policy: {} } };
    valueOf(await send("goal.run", link.payload, { on_success: Array.from({ length: WIDTH }, () => link) }));
    await settle();
    expect(executed).toHaveLength(1 + WIDTH);
    // The gateway's for the first run; the batch's is used up before others are needed.
    expect([...given.values()].slice(0, 2)).toEqual([1, FIT]);
    expect([...given.values()].every((count) => count <= FIT)).toBe(true);
  });
});
