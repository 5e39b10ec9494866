import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fault, RuntimeHostError } from "../../../src/core/errors.ts";
import { released } from "../../../src/core/run/quarantine/quarantine.ts";
import { decodeRun, encodeRun } from "../../../src/core/run/codec/codec.ts";
import type { RunEvent } from "../../../src/core/run/model/event.ts";
import { reduce } from "../../../src/core/run/reduce/reduce.ts";
import type { RunState } from "../../../src/core/run/model/state.ts";
import type { Answer } from "../../../src/core/run/dispatch/work-item.ts";
import type { ExecuteMessage } from "../../../src/core/messages/ring-messages.ts";
import { silentLog } from "../../../src/infra/memory/silent-log.ts";
import { Ring } from "../../../src/app/ring/ring.ts";
import { decideAll, type Decided } from "../../../src/app/ring/decisions.ts";
import { DEFAULT_RING } from "../../../src/app/ring/ports.ts";
import { postOf } from "../../../src/app/ring/post.ts";
import { fixedClock } from "../../../src/infra/memory/clock.ts";
import { memoryEventBus } from "../../../src/infra/memory/queues/event-bus.ts";
import { memoryRingStore } from "../../../src/infra/memory/runs/ring-store.ts";
import { sketchPlan, type StepSketch } from "../../support/plans.ts";
import { beginRun, success } from "../../support/runs.ts";
import { systemTimer } from "../../../src/infra/system/clock.ts";
import { memoryTriggerBus } from "../../../src/infra/memory/queues/trigger-bus.ts";
import { itemsIn } from "../../support/received.ts";

const LEASES = { graceMs: 1_000, maxExpiries: 3 };
const idOf = (number: number): string => `r00_${String(number).padStart(26, "0")}`;

function runOf(number: number, sketches: readonly StepSketch[], priority = 0): RunState {
  const begun = beginRun(sketchPlan(sketches, { priority }));
  return { ...begun, header: { ...begun.header, id: idOf(number) } };
}

const START = { type: "start" } as const;
const decide = (states: readonly RunState[], event: RunEvent = START): readonly Decided[] =>
  decideAll(
    states.map((state) => ({ state, event })),
    0,
    { decide: reduce, leases: LEASES, arriving: true },
  );
const segmentsOf = (messages: ReturnType<typeof postOf>["messages"]): readonly string[] =>
  messages.flatMap((message) => (message.type === "work" ? [`${message.work.runId}/${message.work.segment}`] : []));

describe("what decisions ask of executors", () => {
  it("is handed over or sent, never both, never neither, and no more is handed over than somebody takes", () => {
    const sketch = fc.record({
      steps: fc.array(fc.constantFrom(1_000, 30_000, 30_001), { minLength: 1, maxLength: 5 }),
      priority: fc.integer({ min: -2, max: 2 }),
    });
    fc.assert(
      fc.property(fc.array(sketch, { maxLength: 6 }), fc.nat(12), (sketches, take) => {
        const states = sketches.map(({ steps, priority }, number) =>
          runOf(
            number,
            steps.map((timeoutMs, place) => ({ id: `s${place}`, timeoutMs })),
            priority,
          ),
        );
        const { handed, messages } = postOf(decide(states), take);
        const all = sketches.flatMap(({ steps }, number) => steps.map((_, place) => `${idOf(number)}/s${place}`));
        const own = handed.map(({ runId, segment }) => `${runId}/${segment}`);
        expect([...own, ...segmentsOf(messages)].sort()).toEqual(all.sort());
        expect(handed.length).toBeLessThanOrEqual(take);
        expect(handed.every(({ steps }) => steps.every(({ timeoutMs }) => timeoutMs <= 30_000))).toBe(true);
        const least = Math.min(...handed.map(({ priority = 0 }) => priority));
        const quick = messages.flatMap((message) =>
          message.type === "work" && (message.work.steps[0]?.timeoutMs ?? 0) <= 30_000 ? [message.work] : [],
        );
        if (quick.length > 0) expect(handed).toHaveLength(take);
        for (const { priority = 0 } of quick) expect(priority).toBeLessThanOrEqual(least);
      }),
    );
  });

  it("is sent where the steps of one segment together may take longer than half a minute", () => {
    const steps = ["a", "b", "c"].map((id) => ({ id, segment: "g", timeoutMs: 10_001 }));
    const { handed, messages } = postOf(decide([runOf(0, steps)]), 9);
    expect(handed).toEqual([]);
    expect(segmentsOf(messages)).toEqual([`${idOf(0)}/g`]);
  });
});

/** A ring whose storage refuses to write chosen runs. */
function open() {
  const store = memoryRingStore();
  const bus = memoryEventBus();
  const refused = new Set<string>();
  const frail = {
    ...store,
    write(owner: string, parts: Parameters<typeof store.write>[1]) {
      if (refused.has(owner)) throw new RuntimeHostError(fault("SERVICE_UNAVAILABLE", "the row is too large"));
      store.write(owner, parts);
    },
  };
  const clock = fixedClock(1_000_000);
  const settings = { ...DEFAULT_RING, leases: LEASES };
  const ring = new Ring(
    0,
    {
      store: frail,
      alarm: { arm: () => undefined },
      bus,
      clock,
      triggerBus: memoryTriggerBus(),
      timer: systemTimer,
      log: silentLog,
    },
    settings,
  );
  const submit = async (number: number, sketches: readonly StepSketch[]): Promise<void> => {
    const record = encodeRun(runOf(number, sketches));
    await ring.submit({ runId: idOf(number), requestHash: "", keyed: false, finished: null, record });
  };
  const sent = (): readonly ExecuteMessage["work"][] => itemsIn(bus.execute.pull(100));
  return { ring, refused, submit, sent };
}

const answersTo = (items: readonly ExecuteMessage["work"][]): readonly Answer[] =>
  items.map(({ runId, segment, token, steps }) => ({
    runId,
    segment,
    token,
    results: steps.map(({ id }) => ({ step: id, outcome: success(id) })),
  }));
const CHAIN = [{ id: "a" }, { id: "b", needs: ["a"] }];

describe("a ring that is answered", () => {
  it("hands over what it has leased and sent nobody, and takes the answer to it", async () => {
    const { ring, submit, sent } = open();
    await submit(0, CHAIN);
    const handed = await ring.answer(answersTo(sent()), { take: 5 });
    expect(handed.map(({ segment }) => segment)).toEqual(["b"]);
    expect(sent()).toEqual([]);
    expect(handed.map(({ runId, segment, token }) => ring.holds(runId, segment, token))).toEqual([true]);
    expect(await ring.answer(answersTo(handed), { take: 5 })).toEqual([]);
    expect(decodeRun(released(idOf(0), ring.read(idOf(0))) ?? "").header.status).toBe("succeeded");
  });

  it("hands nothing to who does not ask, nor for an answer that comes twice", async () => {
    const { ring, submit, sent } = open();
    await submit(0, CHAIN);
    const answers = answersTo(sent());
    expect(await ring.answer(answers)).toEqual([]);
    expect(sent().map(({ segment }) => segment)).toEqual(["b"]);
    expect(await ring.answer(answers, { take: 5 })).toEqual([]);
    expect(sent()).toEqual([]);
  });

  it("sends what follows of the runs it could store when another could not be stored with them", async () => {
    const { ring, refused, submit, sent } = open();
    await submit(0, CHAIN);
    await submit(1, CHAIN);
    const answers = answersTo(sent());
    refused.add(idOf(0));
    await expect(ring.answer(answers, { take: 5 })).rejects.toThrow("too large");
    expect(sent().map(({ runId, segment }) => [runId, segment])).toEqual([[idOf(1), "b"]]);
    refused.clear();
    expect((await ring.answer(answers, { take: 5 })).map(({ runId, segment }) => [runId, segment])).toEqual([
      [idOf(0), "b"],
    ]);
  });
});
