import { describe, expect, it } from "vitest";
import type { AbortSignalLike } from "../../../src/spi/handler.ts";
import { effectNode, testEngine, type TestNode } from "../../support/engines.ts";
import { failing } from "../../support/failing.ts";
import { ManualTimer } from "../../support/manual-timer.ts";
import { sampleNode } from "../../support/sample-node.ts";
import { valueOf } from "../../support/steered-run.ts";
import { CALL } from "../../support/call.ts";

/** A node that ends only when the test says so. */
function endless() {
  const gate = Promise.withResolvers<void>();
  const signals: AbortSignalLike[] = [];
  const base = effectNode("endless", "in.text", "out.text", (value) => value);
  const node: TestNode = {
    definition: { ...base.definition, execution: { ...sampleNode().execution, timeoutMs: 600_000 } },
    run: async ({ signal }) => {
      signals.push(signal);
      await gate.promise;
      return { result: { "out.text": "late" } };
    },
  };
  return { node, signals, release: gate.resolve };
}

const GOAL = { want: ["out.text"], given: { "in.text": "x" } };
const turns = async (): Promise<void> => {
  for (let n = 0; n < 10; n++) await new Promise<void>((resolve) => setImmediate(resolve));
};

/** A world in which the endless node is running. */
async function running(unreachable = false) {
  const { node, signals, release } = endless();
  const timer = new ManualTimer();
  const world = await testEngine(
    [node],
    (ports) => ({
      ...ports,
      coordinator: failing(ports.coordinator, (method) => (unreachable && method === "holds" ? "before" : null)),
    }),
    { timer },
  );
  const { runId } = valueOf(await world.send("goal.run", GOAL));
  const delivering = world.engine.deliver();
  await turns();
  const view = () => world.engine.services.runs.view(CALL, runId);
  const cancel = () => world.engine.services.control.control(CALL, runId, { type: "cancel", reason: "enough" });
  return { world, timer, signals, release, delivering, view, cancel };
}

describe("a run that is cancelled while a node works for it", () => {
  it("has the node's signal aborted, and its late answer changes nothing", async () => {
    const { timer, signals, release, delivering, view, cancel, world } = await running();
    await timer.advance(5_000);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    valueOf(await cancel());
    const cancelled = await view();
    await timer.advance(10_000);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    await delivering;
    release();
    await turns();
    expect(world.engine.ports.bus.execute.size + world.engine.ports.bus.execute.inFlight).toBe(0);
    expect(cancelled).toMatchObject({ status: "cancelled" });
    expect(await view()).toEqual(cancelled);
  });

  it("leaves a node at work while its ring cannot be asked", async () => {
    const { timer, signals, release, delivering, view, cancel } = await running(true);
    valueOf(await cancel());
    await timer.advance(60_000);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    release();
    await delivering;
    expect(await view()).toMatchObject({ status: "cancelled", outputs: {} });
  });
});

describe("a run whose lease was given to another", () => {
  it("has the first executor's signal aborted", async () => {
    const { timer, signals, release, delivering, world } = await running();
    world.clock.advance(601_000);
    await world.engine.fireAlarms();
    await timer.advance(1_000);
    expect(signals[0]?.aborted).toBe(true);
    release();
    await delivering;
  });
});
