import { released } from "../../../src/core/run/quarantine/quarantine.ts";
import { describe, expect, it } from "vitest";
import { fault, RuntimeHostError } from "../../../src/core/errors.ts";
import { encodeRun, decodeRun } from "../../../src/core/run/codec/codec.ts";
import type { EventMessage, ExecuteMessage } from "../../../src/core/messages/ring-messages.ts";
import { Ring } from "../../../src/app/ring/ring.ts";
import { DEFAULT_RING } from "../../../src/app/ring/ports.ts";
import { silentLog } from "../../../src/infra/memory/silent-log.ts";
import { fixedClock } from "../../../src/infra/memory/clock.ts";
import { memoryEventBus } from "../../../src/infra/memory/queues/event-bus.ts";
import { memoryRingStore } from "../../../src/infra/memory/runs/ring-store.ts";
import type { Delivery, EventBus } from "../../../src/spi/event-bus.ts";
import { sketchPlan, type StepSketch } from "../../support/plans.ts";
import { beginRun, REQUEST, success } from "../../support/runs.ts";
import { systemTimer } from "../../../src/infra/system/clock.ts";
import { memoryTriggerBus } from "../../../src/infra/memory/queues/trigger-bus.ts";
import { itemsIn } from "../../support/received.ts";

const SETTINGS = { ...DEFAULT_RING, leases: { graceMs: 1_000, maxExpiries: 3 } };

function open(bus: EventBus & Partial<ReturnType<typeof memoryEventBus>> = memoryEventBus()) {
  const clock = fixedClock(1_000_000);
  const store = memoryRingStore();
  const alarms: number[] = [];
  const log: string[] = [];
  const traced = {
    ...store,
    transaction<T>(work: () => T): T {
      log.push("write");
      return store.transaction(work);
    },
  };
  const alarm = {
    arm(at: number) {
      log.push("arm");
      alarms.push(at);
    },
  };
  const make = () =>
    new Ring(
      0,
      { store: traced, alarm, bus, clock, triggerBus: memoryTriggerBus(), timer: systemTimer, log: silentLog },
      SETTINGS,
    );
  return { clock, store, alarms, log, bus: bus as ReturnType<typeof memoryEventBus>, ring: make(), reopen: make };
}

const submission = (sketches: readonly StepSketch[], keyed = false, requestHash = "") => {
  const begun = beginRun(sketchPlan(sketches));
  const state = { ...begun, header: { ...begun.header, requestHash, idempotencyKey: keyed ? "k" : null } };
  return { runId: REQUEST.id, requestHash, keyed, finished: null, record: encodeRun(state) };
};

const answerFor = (item: ExecuteMessage["work"]) => ({
  runId: item.runId,
  segment: item.segment,
  token: item.token,
  results: item.steps.map(({ id }) => ({ step: id, outcome: success(id) })),
});
const batchOf = (message: Delivery<EventMessage> | undefined): number =>
  message?.body.type === "archive" ? message.body.batch : -1;
const statusOf = (ring: Ring) => decodeRun(released(REQUEST.id, ring.read(REQUEST.id)) ?? "null").header.status;

describe("a ring", () => {
  it("arms the alarm before it writes", async () => {
    const { ring, log } = open();
    await ring.submit(submission([{ id: "a" }]));
    expect(log).toEqual(["arm", "write"]);
  });

  it("dispatches, takes the answer and lets the run end", async () => {
    const { ring, bus } = open();
    await ring.submit(submission([{ id: "a" }, { id: "b", needs: ["a"] }]));
    for (let i = 0; i < 2; i++) await ring.answer(itemsIn(bus.execute.pull(10)).map(answerFor));
    expect(statusOf(ring)).toBe("succeeded");
  });

  it("hands a waiting caller the ended run", async () => {
    const { ring, bus } = open();
    await ring.submit(submission([{ id: "a" }]));
    const waiting = ring.wait(REQUEST.id, 60_000);
    await ring.answer(itemsIn(bus.execute.pull(10)).map(answerFor));
    expect(decodeRun(released(REQUEST.id, await waiting) ?? "null").header.status).toBe("succeeded");
  });

  it("tells whoever watches of every signal once, when it is there", async () => {
    const { ring, bus } = open();
    await ring.submit(submission([{ id: "a" }, { id: "b", needs: ["a"] }]));
    const told: unknown[] = [];
    const follow = async () => {
      for (let after = 0; ;) {
        const page = released(REQUEST.id, await ring.watch("default", REQUEST.id, after, 60_000));
        for (const signal of page?.events ?? []) {
          told.push([signal.type, "step" in signal ? signal.step : null]);
          after = signal.seq;
        }
        if (page === null || page.finished) return;
      }
    };
    const following = follow();
    for (let i = 0; i < 2; i++) await ring.answer(itemsIn(bus.execute.pull(10)).map(answerFor));
    await following;
    expect(told).toEqual([
      ["signal.node.dispatch", "a"],
      ["signal.node.result", "a"],
      ["signal.node.dispatch", "b"],
      ["signal.node.result", "b"],
      ["signal.graph.completed", null],
    ]);
  });

  it("answers a watcher when the time is over, and nobody of another tenant", async () => {
    const { ring } = open();
    await ring.submit(submission([{ id: "a" }]));
    expect(await ring.watch("default", REQUEST.id, 1, 1)).toEqual({ events: [], finished: false });
    expect(await ring.watch("default", REQUEST.id, 1, 0)).toEqual({ events: [], finished: false });
    expect(await ring.watch("other", REQUEST.id, 0, 60_000)).toBeNull();
    expect(await ring.watch("default", "r00_unknown", 0, 60_000)).toBeNull();
  });

  it("sends the work again when its message was never published", async () => {
    const bus = memoryEventBus();
    let refuse = true;
    const flaky: EventBus = {
      publishEvents: bus.publishEvents,
      publishWork: async (messages) => {
        if (refuse) throw new RuntimeHostError(fault("EVENT_BUS_ERROR", "down"));
        await bus.publishWork(messages);
      },
    };
    const { ring, clock, alarms } = open(flaky);
    await ring.submit(submission([{ id: "a" }]));
    expect(bus.execute.size).toBe(0);
    refuse = false;
    while (bus.execute.size === 0) {
      clock.set(alarms.at(-1) ?? 0);
      await ring.tick();
    }
    expect(itemsIn(bus.execute.pull(10))[0]).toMatchObject({ segment: "a", epoch: 2 });
  });

  it("goes on after an eviction, from storage alone", async () => {
    const { ring, bus, reopen, clock, alarms } = open();
    await ring.submit(submission([{ id: "a" }, { id: "b", needs: ["a"] }]));
    bus.execute.pull(10);
    const cold = reopen();
    clock.set(Math.max(...alarms));
    await cold.tick();
    await cold.answer(itemsIn(bus.execute.pull(10)).map(answerFor));
    await reopen().answer(itemsIn(bus.execute.pull(10)).map(answerFor));
    expect(statusOf(reopen())).toBe("succeeded");
  });

  it("adds what happens to a run of many segments to a log of few rows, and reads it back", async () => {
    const sketches = Array.from({ length: 40 }, (_, i): StepSketch => ({
      id: `s${i}`,
      needs: i === 0 ? [] : [`s${i - 1}`],
    }));
    const { ring, bus, store, reopen } = open();
    await ring.submit(submission(sketches));
    const before = store.read(REQUEST.id).length;
    for (let i = 0; i < 20; i++) await ring.answer(itemsIn(bus.execute.pull(10)).map(answerFor));
    expect(store.read(REQUEST.id).length).toBeLessThanOrEqual(before + 3);
    const cold = reopen();
    for (let i = 0; i < 20; i++) await cold.answer(itemsIn(bus.execute.pull(10)).map(answerFor));
    expect(statusOf(reopen())).toBe("succeeded");
  });

  it("asks for large values instead of carrying them, and gives them to the holder of the lease only", async () => {
    const { ring, bus } = open();
    const begun = beginRun(sketchPlan([{ id: "a" }]));
    const state = { ...begun, given: { in: { v: "x".repeat(60_000) } } };
    await ring.submit({ ...submission([{ id: "a" }]), record: encodeRun(state) });
    const [item] = itemsIn(bus.execute.pull(1));
    expect(item?.values).toBeNull();
    expect(ring.values(REQUEST.id, "a", item?.token ?? "")).toEqual({ "|in": state.given.in });
    expect(ring.values(REQUEST.id, "a", "a.99")).toBeNull();
  });
});

describe("idempotency", () => {
  it("the same request finds the same run, another one conflicts", async () => {
    const { ring } = open();
    const first = submission([{ id: "a" }], true, "h1");
    expect(await ring.submit(first)).toEqual({ kind: "accepted", record: null });
    expect(await ring.submit(first)).toMatchObject({ kind: "duplicate" });
    expect(await ring.submit({ ...first, requestHash: "h2" })).toEqual({ kind: "conflict" });
  });

  it("is remembered after the run has left for the archive, and forgotten in the end", async () => {
    const { ring, bus, clock, alarms, store } = open();
    const first = submission([{ id: "a" }], true, "h1");
    await ring.submit(first);
    await ring.answer(itemsIn(bus.execute.pull(10)).map(answerFor));
    clock.advance(SETTINGS.flushMs);
    await ring.tick();
    const [message] = bus.events.pull(1);
    expect(ring.batch(batchOf(message))?.runs).toHaveLength(1);
    ring.archived(batchOf(message));
    expect(ring.read(REQUEST.id)).toBeNull();
    expect(await ring.submit(first)).toEqual({ kind: "duplicate", record: null });
    expect(await ring.submit({ ...first, requestHash: "h2" })).toEqual({ kind: "conflict" });
    for (let fired = -1; fired < alarms.length;) {
      fired = alarms.length;
      clock.set(alarms.at(-1) ?? 0);
      await ring.tick();
    }
    expect(clock.now()).toBeGreaterThanOrEqual(1_000_000 + SETTINGS.keyMemoryMs);
    expect(store.owners()).toEqual(["~trust"]);
    expect(store.keys.any()).toBe(false);
  });

  it("counts no longer than it should, though it is forgotten an hour later", async () => {
    const { ring, bus, clock, store } = open();
    const first = submission([{ id: "a" }], true, "h1");
    await ring.submit(first);
    await ring.answer(itemsIn(bus.execute.pull(10)).map(answerFor));
    clock.advance(SETTINGS.flushMs);
    await ring.tick();
    ring.archived(batchOf(bus.events.pull(1)[0]));
    const leftAt = clock.now();
    clock.set(leftAt + SETTINGS.keyMemoryMs - 1);
    expect(await ring.submit({ ...first, requestHash: "h2" })).toEqual({ kind: "conflict" });
    clock.set(leftAt + SETTINGS.keyMemoryMs);
    expect(store.keys.any()).toBe(true);
    expect(await ring.submit({ ...first, requestHash: "h2" })).toMatchObject({ kind: "accepted" });
  });

  it("of a release before there was a table of keys counts as it did, and goes in time", async () => {
    const { clock, store, alarms, reopen } = open();
    store.write(REQUEST.id, [{ part: "t", body: "h1", dueAt: 1_000_000 + SETTINGS.keyMemoryMs }]);
    const ring = reopen();
    const first = submission([{ id: "a" }], true, "h1");
    expect(await ring.submit(first)).toEqual({ kind: "duplicate", record: null });
    expect(await ring.submit({ ...first, requestHash: "h2" })).toEqual({ kind: "conflict" });
    expect(ring.raw(REQUEST.id)).toBeNull();
    clock.set(alarms.at(-1) ?? 0);
    await ring.tick();
    expect(store.owners()).toEqual([]);
    expect(await ring.submit({ ...first, requestHash: "h2" })).toMatchObject({ kind: "accepted" });
  });

  it("is not held in memory: a ring that remembers a day of them wakes with one timer", async () => {
    const { clock, store, alarms, reopen } = open();
    store.transaction(() => {
      for (let n = 0; n < 12_000; n++)
        store.keys.put(`r00_${n}`, { hash: "h", expiresAt: 2_000_000 + (n < 11_000 ? 0 : 10_000_000) });
      store.write("~keys", [{ part: "due", body: "", dueAt: 2_000_000 }]);
    });
    expect(store.timers()).toEqual([{ owner: "~keys", dueAt: 2_000_000 }]);
    const ring = reopen();
    const left: number[] = [];
    for (let turn = 0; turn < 3; turn++) {
      clock.set(alarms.at(-1) ?? 0);
      await ring.tick();
      left.push(Array.from({ length: 12_000 }, (_, n) => store.keys.get(`r00_${n}`)).filter((key) => key).length);
    }
    expect(left).toEqual([7_000, 2_000, 1_000]);
    expect(store.timers()).toEqual([{ owner: "~keys", dueAt: clock.now() + 60 * 60 * 1_000 }]);
  });
});

describe("the way to the archive", () => {
  async function finish(world: ReturnType<typeof open>) {
    await world.ring.submit(submission([{ id: "a" }]));
    await world.ring.answer(itemsIn(world.bus.execute.pull(10)).map(answerFor));
    world.clock.advance(SETTINGS.flushMs);
  }

  it("a lost archive message is sent again, and counts trust once", async () => {
    const world = open();
    await finish(world);
    await world.ring.tick();
    const [lost] = world.bus.events.pull(1);
    world.clock.advance(SETTINGS.archiveRetryMs);
    await world.ring.tick();
    const [again] = world.bus.events.pull(1);
    expect(again?.body).toEqual(lost?.body);
    const batch = world.ring.batch(batchOf(again));
    expect(batch?.trust).toMatchObject([{ node: "a@1.0.0", source: "ring-00", totals: { samples: 1, successes: 1 } }]);
  });

  it("survives an eviction between the end of a run and its archiving", async () => {
    const world = open();
    await finish(world);
    const cold = world.reopen();
    await cold.tick();
    const [message] = world.bus.events.pull(1);
    const colder = world.reopen();
    expect(colder.batch(batchOf(message))?.runs).toHaveLength(1);
    colder.archived(batchOf(message));
    expect(world.store.timers()).toEqual([]);
    expect(colder.batch(batchOf(message))).toBeNull();
  });

  it("a run stays readable until the archive has answered", async () => {
    const world = open();
    await finish(world);
    await world.ring.tick();
    expect(statusOf(world.ring)).toBe("succeeded");
  });

  it("tells the index of a run that is still under way at the next flush, and only then", async () => {
    const world = open();
    await world.ring.submit(submission([{ id: "a" }]));
    expect(world.bus.events.size).toBe(0);
    world.clock.advance(SETTINGS.flushMs);
    await world.ring.tick();
    const [news] = world.bus.events.pull(10);
    expect(news?.body).toMatchObject({ type: "started", runs: [{ runId: REQUEST.id, status: "running" }] });
    world.clock.advance(SETTINGS.flushMs);
    await world.ring.tick();
    expect(world.bus.events.size).toBe(0);
  });

  it("an idle ring arms nothing", async () => {
    const world = open();
    await world.ring.tick();
    expect(world.alarms).toEqual([]);
  });
});
