import { describe, expect, it } from "vitest";
import type { AbortSignalLike } from "../../../src/spi/handler.ts";
import { testEngine, type TestNode } from "../../support/engines.ts";
import { failFirst } from "../../support/failing.ts";
import { ManualTimer } from "../../support/manual-timer.ts";
import { valueOf } from "../../support/steered-run.ts";
import { chain, goal, trafficWorld, turns, within } from "../../support/traffic.ts";
import { CALL } from "../../support/call.ts";

describe("a chain of effects", () => {
  it("is one message, however long it is", async () => {
    const here = await trafficWorld(chain(12));
    const { runId } = valueOf(await here.send("goal.run", goal(12)));
    await here.engine.deliver();
    expect(await here.view(runId)).toMatchObject({ status: "succeeded", outputs: { "k.12": "x01234567891011" } });
    expect(here.published).toEqual(["s0"]);
    expect(here.answers.map(({ handed }) => handed.length)).toEqual([...Array.from({ length: 11 }, () => 1), 0]);
    // What is offered and not taken is offered again.
    expect(new Set(here.answers.map(({ take }) => take))).toEqual(new Set([16]));
  });

  it("goes by the queue again once its consumer has been at work for two seconds", async () => {
    let now = (_ms: number): void => undefined;
    const here = await trafficWorld(
      chain(5, (at, value) => {
        if (at === 1) now(2_000);
        return value;
      }),
    );
    now = (ms) => here.clock.advance(ms);
    const { runId } = valueOf(await here.send("goal.run", goal(5)));
    await here.settle();
    expect(await here.view(runId)).toMatchObject({ status: "succeeded" });
    expect(here.published).toEqual(["s0", "s2"]);
  });

  it("goes by the queue where a step may take longer than half a minute", async () => {
    const [first, slow, last] = chain(3);
    const here = await trafficWorld([first!, within(slow!, 30_001), last!]);
    const { runId } = valueOf(await here.send("goal.run", goal(3)));
    await here.settle();
    expect(await here.view(runId)).toMatchObject({ status: "succeeded" });
    expect(here.published).toEqual(["s0", "s1"]);
  });
});

describe("a work item that is handed over", () => {
  it("goes out again when its consumer never heard of it, and is done once for the run", async () => {
    const done: string[] = [];
    const here = await trafficWorld(
      chain(3, (at, value) => {
        done.push(`step_${at}`);
        return value;
      }),
      failFirst("answer", 1, "after"),
    );
    const { runId } = valueOf(await here.send("goal.run", goal(3)));
    while (await here.engine.deliver());
    // The message came again, and its lease was over: the ring has the answer, and nobody has what it handed over.
    expect(done).toEqual(["step_0"]);
    expect(here.published).toEqual(["s0"]);
    expect(await here.view(runId)).toMatchObject({ status: "running" });
    await here.settle();
    expect(await here.view(runId)).toMatchObject({ status: "succeeded" });
    expect(done).toEqual(["step_0", "step_1", "step_2"]);
    expect(here.published).toEqual(["s0", "s1"]);
  });

  it("goes out again when its answer could not be given, and the message that brought its run stays acknowledged", async () => {
    const here = await trafficWorld(chain(3), (method, call) => (method === "answer" && call === 2 ? "before" : null));
    const { runId } = valueOf(await here.send("goal.run", goal(3)));
    while (await here.engine.deliver());
    expect(here.published).toEqual(["s0"]);
    expect(here.engine.ports.bus.deadExecute.size).toBe(0);
    await here.settle();
    expect(await here.view(runId)).toMatchObject({ status: "succeeded" });
    expect(here.published).toEqual(["s0", "s1"]);
  });

  it("is handed over when the answer is given at the second delivery", async () => {
    const here = await trafficWorld(chain(3), failFirst("answer", 1, "before"));
    const { runId } = valueOf(await here.send("goal.run", goal(3)));
    while (await here.engine.deliver());
    expect(await here.view(runId)).toMatchObject({ status: "succeeded" });
    expect(here.published).toEqual(["s0"]);
  });

  it("is executed with its values though they are too large for a message", async () => {
    const here = await trafficWorld(chain(3, (at, value) => (at === 0 ? "y".repeat(60_000) : value)));
    const { runId } = valueOf(await here.send("goal.run", goal(3)));
    await here.engine.deliver();
    expect(here.answers.flatMap(({ handed }) => handed.map(({ values }) => values))).toEqual([null, null]);
    expect(await here.view(runId)).toMatchObject({ status: "succeeded", outputs: { "k.3": "y".repeat(60_000) } });
  });

  it("goes out again when the values it asks for cannot be had, and keeps no seat meanwhile", async () => {
    const nodes = chain(3, (at, value) => (at === 0 ? "y".repeat(60_000) : value));
    const here = await trafficWorld(nodes, failFirst("values", 1));
    const { runId } = valueOf(await here.send("goal.run", goal(3)));
    while (await here.engine.deliver());
    expect(await here.view(runId)).toMatchObject({ status: "running" });
    await here.settle();
    expect(await here.view(runId)).toMatchObject({ status: "succeeded" });
  });

  it("is stopped when its run is cancelled", async () => {
    const signals: AbortSignalLike[] = [];
    const [first, second] = chain(2);
    const endless: TestNode = {
      ...within(second!, 30_000),
      run: ({ signal }) => {
        signals.push(signal);
        return new Promise(() => undefined);
      },
    };
    const timer = new ManualTimer();
    const here = await trafficWorld([first!, endless], undefined, { timer });
    const { runId } = valueOf(await here.send("goal.run", goal(2)));
    const delivering = here.engine.deliver();
    await turns();
    expect(here.published).toEqual(["s0"]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    valueOf(await here.engine.services.control.control(CALL, runId, { type: "cancel", reason: "enough" }));
    await timer.advance(1_000);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    await delivering;
    expect(await here.view(runId)).toMatchObject({ status: "cancelled" });
  });

  it("does not wait for another ring that does not answer", async () => {
    const hung = Promise.withResolvers<void>();
    const [first, second] = chain(2);
    const made = await testEngine([first!, second!], (ports) => ({
      ...ports,
      coordinator: {
        ...ports.coordinator,
        async answer(answers, handOver) {
          if (answers.some(({ runId }) => runId === stuck)) await hung.promise;
          return ports.coordinator.answer(answers, handOver);
        },
      },
    }));
    let stuck = "";
    const ids: string[] = [];
    // Two runs of different rings.
    for (let n = 0; new Set(ids.map((id) => id.slice(0, 3))).size < 2; n++)
      ids.push(valueOf(await made.send("goal.run", goal(2, `run ${n}`))).runId);
    stuck = ids[0]!;
    const other = ids.find((id) => id.slice(0, 3) !== stuck.slice(0, 3))!;
    const delivering = made.engine.deliver();
    await turns();
    expect(await made.engine.services.runs.view(CALL, other)).toMatchObject({ status: "succeeded" });
    expect(await made.engine.services.runs.view(CALL, stuck)).toMatchObject({ status: "running" });
    hung.resolve();
    await delivering;
    expect(await made.engine.services.runs.view(CALL, stuck)).toMatchObject({ status: "succeeded" });
  });
});
