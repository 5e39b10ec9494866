import { describe, expect, it } from "vitest";
import { silentLog } from "../../../src/infra/memory/silent-log.ts";
import { RingBook } from "../../../src/app/ring/book.ts";
import { DEFAULT_RING } from "../../../src/app/ring/ports.ts";
import { RingTimers } from "../../../src/app/ring/timers.ts";
import { Ring } from "../../../src/app/ring/ring.ts";
import { fixedClock } from "../../../src/infra/memory/clock.ts";
import { memoryEventBus } from "../../../src/infra/memory/queues/event-bus.ts";
import { memoryRingStore } from "../../../src/infra/memory/runs/ring-store.ts";
import type { RingStore } from "../../../src/spi/ring-store.ts";
import { systemTimer } from "../../../src/infra/system/clock.ts";
import { memoryTriggerBus } from "../../../src/infra/memory/queues/trigger-bus.ts";

const KEEP_MS = 3_600_000;

/** A storage that keeps what is left of removed parts for an hour, and an alarm in the open. */
function open() {
  const clock = fixedClock(1_000);
  const bare = memoryRingStore();
  const alarms: number[] = [];
  const erased: number[] = [];
  let left: number | null = null;
  const store: RingStore = {
    ...bare,
    remove(owner, parts) {
      if (bare.read(owner).length > 0) left ??= clock.now();
      bare.remove(owner, parts);
    },
    remains: {
      dueAt: () => (left === null ? null : left + KEEP_MS),
      erase(now) {
        erased.push(now);
        if (left !== null && left + KEEP_MS <= now) left = null;
      },
    },
  };
  const alarm = { arm: (at: number) => void alarms.push(at) };
  const ports = {
    store,
    alarm,
    bus: memoryEventBus(),
    clock,
    triggerBus: memoryTriggerBus(),
    timer: systemTimer,
    log: silentLog,
  };
  return { clock, store, alarm, ports, alarms, erased };
}

const part = (dueAt: number | null) => ({ part: "r", body: "", dueAt });

describe("a ring's alarm", () => {
  it("is armed for the first of all moments, and again only for an earlier one", () => {
    const { store, alarm, alarms } = open();
    for (const [owner, at] of [
      ["a", 30],
      ["b", 20],
      ["c", 40],
    ] as const)
      store.write(owner, [part(at)]);
    const timers = new RingTimers(store, alarm);
    timers.rearm();
    for (const at of [25, null, 20, 10]) timers.guard(at);
    expect(alarms).toEqual([20, 10]);
  });

  it("names those that are due, earliest first, and is armed for the rest", () => {
    const { store, alarm, alarms } = open();
    const timers = new RingTimers(store, alarm);
    for (const [owner, at] of [
      ["a", 30],
      ["b", 20],
      ["c", 40],
      ["d", 5],
    ] as const)
      timers.set(owner, at);
    timers.set("d", null);
    expect(timers.fired(30)).toEqual(["b", "a"]);
    for (const owner of ["a", "b"]) timers.set(owner, null);
    timers.rearm();
    expect(alarms).toEqual([40]);
  });
});

describe("what is left of removed parts", () => {
  it("has the alarm armed for it by the change that leaves it, though nothing else is due", () => {
    const { store, ports, alarms } = open();
    store.write("~gone", [part(null)]);
    const book = new RingBook(0, ports, DEFAULT_RING);
    expect(alarms).toEqual([]);
    book.commit(() => store.remove("~gone"));
    expect(alarms).toEqual([1_000 + KEEP_MS]);
  });

  it("is erased by the alarm, which is armed for it anew in a ring that woke up", async () => {
    const { store, ports, alarms, clock, erased } = open();
    store.write("~gone", [part(null)]);
    store.remove("~gone");
    const ring = new Ring(0, ports);
    expect(alarms).toEqual([1_000 + KEEP_MS]);
    clock.advance(KEEP_MS - 1);
    await ring.tick();
    expect(alarms.at(-1)).toBe(1_000 + KEEP_MS);
    clock.advance(1);
    alarms.splice(0);
    await ring.tick();
    expect(erased).toEqual([KEEP_MS + 999, KEEP_MS + 1_000]);
    expect(alarms).toEqual([]);
  });
});
