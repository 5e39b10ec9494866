import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { RunSignal } from "../../../contracts/api/signals.ts";
import { localRunner } from "../../../src/cli/run/local-runner.ts";
import type { CommandFailure } from "../../../src/cli/shell.ts";
import { seededIds } from "../../../src/infra/memory/ids.ts";
import { effectNode, pureNode, testEngine, type TestNode } from "../../support/engines.ts";
import { waitNode } from "../../support/wait-node.ts";

const SHOUT = pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase());
const TWICE = effectNode("twice", "text.loud", "text.twice", (text) => `${text} ${text}`);
const NODES = [SHOUT, TWICE, waitNode("sleep"), waitNode("event"), waitNode("approval")];
const MINUTE = 60_000;

/** A local runner whose time passes only while it sleeps. */
async function local(nodes: readonly TestNode[] = NODES) {
  const { engine, clock } = await testEngine(nodes);
  const naps: number[] = [];
  const sleep = (ms: number): Promise<void> => {
    naps.push(ms);
    clock.set(clock.now() + ms);
    return Promise.resolve();
  };
  return { runner: localRunner(engine, { clock, ids: seededIds(3), sleep }), clock, naps };
}

const envelope = (operation: string, payload: JsonObject): JsonObject => ({ source_node: "test", operation, payload });
const goal = envelope("goal.run", { want: ["text.twice"], given: { "text.in": "hey" } });
const waiting = (node: string, given: JsonObject = {}): JsonObject =>
  envelope("graph.run", { steps: [{ id: "w", node }], given });
const failure = (message: unknown) => expect.objectContaining({ message }) as CommandFailure;

describe("a local run", () => {
  it("does what it can, at once, and tells every signal in order", async () => {
    const { runner, naps } = await local();
    const id = await runner.begin(goal);
    const seen: RunSignal[] = [];
    expect(await runner.follow(id, MINUTE, async (signal) => void seen.push(signal))).toBe(true);
    const numbers = seen.map(({ seq }) => seq);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    expect(seen.map((one) => [one.type.replace("signal.", ""), "step" in one ? one.step : null])).toEqual([
      ["node.dispatch", "shout"],
      ["node.result", "shout"],
      ["node.dispatch", "twice"],
      ["node.result", "twice"],
      ["graph.completed", null],
    ]);
    expect(await runner.result(id)).toMatchObject({ run_status: "succeeded", outputs: { "text.twice": "HEY HEY" } });
    expect(naps).toEqual([]);
  });

  it("sleeps through a sleep, and through the pause before a retry", async () => {
    const asleep = await local();
    const id = await asleep.runner.begin(waiting("wait_sleep", { "wait.ms": 2_500 }));
    expect(await asleep.runner.follow(id, MINUTE, null)).toBe(true);
    expect(asleep.naps.reduce((sum, ms) => sum + ms, 0)).toBe(2_500);

    let calls = 0;
    const flaky = effectNode("twice", "text.loud", "text.twice", (text) => {
      if (++calls === 1) throw new TypeError("not yet");
      return text;
    });
    const retrying = await local([SHOUT, flaky]);
    const again = await retrying.runner.begin(goal);
    expect(await retrying.runner.follow(again, MINUTE, null)).toBe(true);
    expect(await retrying.runner.result(again)).toMatchObject({ run_status: "succeeded" });
    expect(retrying.naps.length).toBeGreaterThan(0);
  });

  it("is left when the time is up, not before and not much later", async () => {
    const { runner, clock } = await local();
    const before = clock.now();
    const id = await runner.begin(waiting("wait_sleep", { "wait.ms": 10 * MINUTE }));
    expect(await runner.follow(id, MINUTE, null)).toBe(false);
    expect(clock.now() - before).toBe(MINUTE);
  });

  it("goes on with an event that came before and an approval given while it is followed", async () => {
    const { runner } = await local();
    const id = await runner.begin(
      envelope("graph.run", {
        steps: [
          { id: "paid", node: "wait_event" },
          { id: "sign", node: "wait_approval", after: ["paid"] },
        ],
      }),
    );
    await runner.sendEvent(id, "paid", { amount: 42 });
    const ended = await runner.follow(id, MINUTE, async (signal) => {
      if (signal.type === "signal.node.dispatch" && signal.step === "sign")
        await runner.decide(id, "sign", { approved: true, by: "ann" });
    });
    expect(ended).toBe(true);
    expect(await runner.view(id)).toMatchObject({ status: "succeeded", outputs: { "wait.approval": { by: "ann" } } });
  });

  it.each([
    ["wait_event", {}, "step 'w' waits for the event 'w', which cannot come here", "give --event w=VALUE"],
    [
      "wait_event",
      { "wait.event": "go" },
      "step 'w' waits for the event 'go', which cannot come here",
      "give --event go=VALUE",
    ],
    ["wait_approval", {}, "step 'w' waits for an approval, which cannot come here", "give --approve w"],
    [
      "wait_approval",
      { "wait.prompt": "Ship?" },
      "step 'w' waits for an approval, which cannot come here: Ship?",
      "give --approve w",
    ],
  ])("%s %j in vain is refused at once", async (node, given, message, hint) => {
    const { runner, naps } = await local();
    const id = await runner.begin(waiting(node, given));
    await expect(runner.follow(id, MINUTE, null)).rejects.toEqual(expect.objectContaining({ message, hint }));
    expect(naps).toEqual([]);
  });

  it("a wait that ends by itself in time is waited for", async () => {
    const { runner } = await local();
    const id = await runner.begin(waiting("wait_event", { "wait.timeout_ms": 5_000 }));
    expect(await runner.follow(id, MINUTE, null)).toBe(true);
    expect(await runner.result(id)).toMatchObject({ run_status: "failed", error: { code: "WAIT_TIMEOUT" } });
  });

  it("is run again and replayed", async () => {
    const { runner } = await local();
    const id = await runner.begin(goal);
    await runner.follow(id, MINUTE, null);
    expect(await runner.replay(id)).toMatchObject({ identical: true, matches: 1, not_repeated: 1 });
    const again = await runner.rerun(id, { given: { "text.in": "you" } });
    await runner.follow(again, MINUTE, null);
    expect(await runner.result(again)).toMatchObject({ outputs: { "text.twice": "YOU YOU" } });
  });

  it("is refused with everything that is wrong", async () => {
    const { runner } = await local();
    await expect(runner.begin(envelope("goal.run", { want: ["no.body"] }))).rejects.toEqual(
      expect.objectContaining({ code: "PLAN_UNREACHABLE", message: expect.stringContaining("cannot reach no.body") }),
    );
    await expect(runner.begin(envelope("goal.run", { want: [1, 2] }))).rejects.toEqual(
      failure(expect.stringMatching(/2 problems[^]*\n {2}payload\.want\[0\][^]*\n {2}payload\.want\[1\]/)),
    );
    await expect(runner.takeIn({ format: "onex-run/1" })).rejects.toEqual(
      expect.objectContaining({ code: "INVALID_PARAMETER" }),
    );
    const unknown = "r00_00000000000000000000000000";
    for (const ask of [runner.view(unknown), runner.follow(unknown, 1, null), runner.replay(unknown)]) {
      await expect(ask).rejects.toEqual(expect.objectContaining({ code: "RUN_NOT_FOUND" }));
    }
  });
});
