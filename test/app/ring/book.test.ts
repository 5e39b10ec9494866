import { describe, expect, it } from "vitest";
import { encodeRun } from "../../../src/core/run/codec/codec.ts";
import { runId } from "../../../src/core/run/model/run-id.ts";
import { silentLog } from "../../../src/infra/memory/silent-log.ts";
import { RingBook } from "../../../src/app/ring/book.ts";
import { NEWS } from "../../../src/app/ring/news.ts";
import { DEFAULT_RING } from "../../../src/app/ring/ports.ts";
import { fixedClock } from "../../../src/infra/memory/clock.ts";
import { memoryEventBus } from "../../../src/infra/memory/queues/event-bus.ts";
import { memoryRingStore } from "../../../src/infra/memory/runs/ring-store.ts";
import { sketchPlan } from "../../support/plans.ts";
import { beginRun } from "../../support/runs.ts";
import { systemTimer } from "../../../src/infra/system/clock.ts";
import { memoryTriggerBus } from "../../../src/infra/memory/queues/trigger-bus.ts";

const FLUSH_AT = DEFAULT_RING.flushMs;

function open() {
  const store = memoryRingStore();
  const alarms: number[] = [];
  const alarm = { arm: (at: number) => void alarms.push(at) };
  const ports = {
    store,
    alarm,
    bus: memoryEventBus(),
    clock: fixedClock(0),
    triggerBus: memoryTriggerBus(),
    timer: systemTimer,
    log: silentLog,
  };
  return { book: new RingBook(0, ports, DEFAULT_RING), alarms, store };
}

const fresh = (number: number) => {
  const state = beginRun(sketchPlan([{ id: "a" }]));
  return { ...state, header: { ...state.header, id: runId(0, String(number).padStart(26, "0")) } };
};

const refuse = (book: RingBook): void => {
  const refused = () =>
    book.commit(() => {
      throw new Error("planned");
    });
  expect(refused).toThrow("planned");
};

describe("a change that is refused", () => {
  it("leaves what was to be told of other runs to be told in time", () => {
    const { book, alarms } = open();
    book.change([{ state: fresh(1), event: { type: "start" } }], 0, true);
    alarms.splice(0);
    refuse(book);
    expect(book.memory.timers.at(NEWS)).toBe(FLUSH_AT);
    expect(alarms.at(-1)).toBe(FLUSH_AT);
    expect(book.news.take((id) => book.memory.runs.load(id))).toHaveLength(1);
  });

  it("leaves no timer for news where there is none", () => {
    const { book, alarms } = open();
    refuse(book);
    expect(book.memory.timers.at(NEWS)).toBeNull();
    expect(alarms).toEqual([]);
  });

  it("leaves memory as storage is", () => {
    const { book, store } = open();
    const state = fresh(1);
    const refused = () =>
      book.commit(() => {
        book.memory.runs.insert(state.header.id, encodeRun(state), 5);
        book.memory.runs.remember(state);
        throw new Error("planned");
      });
    expect(refused).toThrow("planned");
    expect(store.owners()).toEqual([]);
    expect(book.memory.runs.load(state.header.id)).toBeNull();
  });
});
