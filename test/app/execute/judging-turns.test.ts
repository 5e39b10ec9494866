import { describe, expect, it } from "vitest";
import type { JsonSchema } from "../../../contracts/json/json.ts";
import { CpuAllowance } from "../../../src/app/execute/cpu-allowance.ts";
import { executeWorkItem } from "../../../src/app/execute/executor.ts";
import { JUDGING_MS } from "../../../src/app/execute/judge-state.ts";
import type { WorkItem, WorkItemStep } from "../../../src/core/run/dispatch/work-item.ts";
import { stepsOf } from "../../../src/core/run/views/view.ts";
import { CALL } from "../../support/call.ts";
import { pureNode, testEngine, type TestNode } from "../../support/engines.ts";
import { ManualTimer } from "../../support/manual-timer.ts";
import { valueOf } from "../../support/steered-run.ts";

const STEPS = 20;
/** So many steps of work on it that others have to have their turn before the next. */
const LONG = "abc".repeat(16_000);
const COSTLY: JsonSchema = {
  type: "string",
  allOf: Array.from({ length: 8 }, (_, i) => ({ pattern: `^[a-c${i}]*$` })),
};
const state = (key: string): JsonSchema => ({ type: "object", properties: { [key]: COSTLY }, required: [key] });

/** A chain of steps that are all one segment, each of whose outputs takes much work to judge. */
const chain = (judged: { count: number }): readonly TestNode[] =>
  Array.from({ length: STEPS }, (_, i) =>
    pureNode(
      `link_${i}`,
      `text.t${i}`,
      `text.t${i + 1}`,
      () => {
        judged.count++;
        return LONG;
      },
      { outputState: state(`text.t${i + 1}`) },
    ),
  );

/** Turns of the event loop until the promise has settled: what others may do meanwhile. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const counted = (async () => {
    while (!isOver) {
      await new Promise((resume) => setImmediate(resume));
      turns++;
    }
  })();
  await work;
  isOver = true;
  await counted;
  return turns;
}

describe("many values that take long to judge", () => {
  it("in one segment let others have their turn between them, in the gateway", async () => {
    const judged = { count: 0 };
    const world = await testEngine(chain(judged));
    const sent = world.send("goal.run", { want: [`text.t${STEPS}`], given: { "text.t0": "go" } });
    expect(await turnsDuring(sent)).toBeGreaterThanOrEqual(STEPS - 1);
    expect(await sent).toMatchObject({ ok: true, value: { success: true } });
    expect(judged.count).toBe(STEPS);
  });

  it("let others have their turn in a consumer and when a run is replayed", async () => {
    const judged = { count: 0 };
    const world = await testEngine(chain(judged));
    const policy = { inline: "never" };
    const { runId } = valueOf(
      await world.send("goal.run", { want: [`text.t${STEPS}`], given: { "text.t0": "go" }, policy }),
    );
    expect(await turnsDuring(world.settle())).toBeGreaterThanOrEqual(STEPS - 1);
    const ended = await world.engine.parts.runs.read("default", runId);
    expect(ended?.header.status).toBe("succeeded");
    for (const { attempts } of ended ? stepsOf(ended) : []) expect(attempts).toHaveLength(1);
    const replayed = world.engine.services.control.replay(CALL, runId);
    expect(await turnsDuring(replayed)).toBeGreaterThanOrEqual(STEPS - 1);
    expect(await replayed).toMatchObject({ value: { identical: true, matches: STEPS } });
  });
});

describe("what judging may cost", () => {
  it("is taken from the invocation: what might need more than is left is put off, and goes on where there is enough", async () => {
    const judged = { count: 0 };
    const { engine, clock } = await testEngine(chain(judged));
    const steps: readonly WorkItemStep[] = Array.from({ length: 3 }, (_, i) => ({
      ...{ id: `s${i}`, node: `link_${i}`, version: "1.0.0", timeoutMs: 1_000, cacheTtlMs: null, attempt: 1 },
      inputs: { [`text.t${i}`]: { step: i === 0 ? null : `s${i - 1}`, key: `text.t${i}` } },
    }));
    const item: WorkItem = {
      ...{ runId: "r00_x", tenant: "default", correlationId: "c", segment: "s0", token: "t", epoch: 1, values: null },
      ...{ expiresAt: clock.now() + 1_000, steps },
    };
    const within = async (cpu: CpuAllowance) => {
      const results = await executeWorkItem(item, { "|text.t0": { v: "go" } }, { ...engine.parts, cpu });
      return results.map(({ step, outcome }) => [step, outcome.ok]);
    };
    expect(await within(new CpuAllowance(JUDGING_MS - 1))).toEqual([]);
    expect(judged.count).toBe(0);
    expect(await within(new CpuAllowance(JUDGING_MS + 1))).toEqual([["s0", true]]);
    expect(await within(new CpuAllowance())).toEqual([
      ["s0", true],
      ["s1", true],
      ["s2", true],
    ]);
  });
});

describe("whoever spends the CPU of an invocation", () => {
  const many = (count: number, cpu: CpuAllowance, timer: ManualTimer, ms: number) => {
    const done: number[] = [];
    for (let i = 0; i < count; i++)
      void (async () => {
        while (cpu.isTired) await cpu.turn(timer);
        cpu.spend(ms);
        done.push(i);
      })();
    return done;
  };

  it("has a turn of its own when it spends much, however many wait", async () => {
    const cpu = new CpuAllowance();
    const timer = new ManualTimer();
    const done = many(6, cpu, timer, 90);
    expect(done).toEqual([0]);
    for (const there of [2, 3, 4, 5, 6]) {
      expect(timer.waiting).toBe(1);
      await oneTurn(timer);
      expect(done).toHaveLength(there);
    }
    expect(done).toEqual([0, 1, 2, 3, 4, 5]);
    expect(cpu.admits(15_000 - 6 * 90)).toBe(true);
    expect(cpu.admits(15_000 - 6 * 90 + 1)).toBe(false);
  });

  it("shares a turn with others when it spends little", async () => {
    const cpu = new CpuAllowance();
    const timer = new ManualTimer();
    const done = many(100, cpu, timer, 0.5);
    expect(done).toHaveLength(10);
    await oneTurn(timer);
    expect(done).toHaveLength(20);
  });
});

/** The timer that is set now goes off; what it sets in turn does not. */
async function oneTurn(timer: ManualTimer): Promise<void> {
  timer.takeNext()?.();
  await new Promise((resume) => setTimeout(resume, 0));
}
