import { archivePauseMs } from "../../../src/app/ring/outbox.ts";
import { describe, expect, it } from "vitest";
import { fault, RuntimeHostError } from "../../../src/core/errors.ts";
import { released } from "../../../src/core/run/quarantine/quarantine.ts";
import { decodeRun, encodeRun } from "../../../src/core/run/codec/codec.ts";
import type { EventMessage } from "../../../src/core/messages/ring-messages.ts";
import { silentLog } from "../../../src/infra/memory/silent-log.ts";
import { Ring } from "../../../src/app/ring/ring.ts";
import { DEFAULT_RING } from "../../../src/app/ring/ports.ts";
import { fixedClock } from "../../../src/infra/memory/clock.ts";
import { memoryEventBus } from "../../../src/infra/memory/queues/event-bus.ts";
import { memoryRingStore } from "../../../src/infra/memory/runs/ring-store.ts";
import type { Delivery, EventBus } from "../../../src/spi/event-bus.ts";
import { sketchPlan } from "../../support/plans.ts";
import { beginRun, REQUEST, success } from "../../support/runs.ts";
import { systemTimer } from "../../../src/infra/system/clock.ts";
import { memoryTriggerBus } from "../../../src/infra/memory/queues/trigger-bus.ts";
import { itemsIn } from "../../support/received.ts";

const SETTINGS = { ...DEFAULT_RING, leases: { graceMs: 1_000, maxExpiries: 3 } };

/** A ring whose storage refuses chosen transactions, and whose alarm is in the open. */
function open() {
  const clock = fixedClock(1_000_000);
  const store = memoryRingStore();
  const queues = memoryEventBus();
  const bus: EventBus = { ...queues };
  const alarms: number[] = [];
  let refusals = 0;
  const frail = {
    ...store,
    transaction<T>(work: () => T): T {
      return store.transaction(() => {
        const value = work();
        if (refusals-- > 0) throw new RuntimeHostError(fault("SERVICE_UNAVAILABLE", "the storage is full"));
        return value;
      });
    },
  };
  const alarm = { arm: (at: number) => void alarms.push(at) };
  const make = () =>
    new Ring(
      0,
      { store: frail, alarm, bus, clock, triggerBus: memoryTriggerBus(), timer: systemTimer, log: silentLog },
      SETTINGS,
    );
  return { clock, store, queues, bus, alarms, ring: make(), reopen: make, refuseNext: () => void (refusals = 1) };
}

const submission = (keyed = false) => {
  const begun = beginRun(sketchPlan([{ id: "a" }]));
  const state = { ...begun, header: { ...begun.header, requestHash: "h", idempotencyKey: keyed ? "k" : null } };
  return { runId: REQUEST.id, requestHash: "h", keyed, finished: null, record: encodeRun(state) };
};

const answersTo = (deliveries: Parameters<typeof itemsIn>[0]) =>
  itemsIn(deliveries).map((item) => ({
    runId: item.runId,
    segment: item.segment,
    token: item.token,
    results: item.steps.map(({ id }) => ({ step: id, outcome: success(id) })),
  }));
const batchesOf = (deliveries: readonly Delivery<EventMessage>[]): number[] =>
  deliveries.flatMap(({ body }) => (body.type === "archive" ? [body.batch] : []));
const statusOf = (ring: Ring) => decodeRun(released(REQUEST.id, ring.read(REQUEST.id)) ?? "null").header.status;

/** A run that has ended and waits for its ring to flush it. */
async function finish(world: ReturnType<typeof open>, keyed = false) {
  await world.ring.submit(submission(keyed));
  const answers = answersTo(world.queues.execute.pull(10));
  await world.ring.answer(answers);
  world.clock.advance(SETTINGS.flushMs);
  return answers;
}

describe("a transaction that is refused while the ring lives on", () => {
  it("leaves the run as it was stored, and the same answer is taken later", async () => {
    const world = open();
    await world.ring.submit(submission());
    const answers = answersTo(world.queues.execute.pull(10));
    world.refuseNext();
    await expect(world.ring.answer(answers)).rejects.toThrow("full");
    expect(statusOf(world.ring)).toBe("running");
    await world.ring.answer(answers);
    expect(statusOf(world.ring)).toBe("succeeded");
    expect(statusOf(world.reopen())).toBe("succeeded");
  });

  it("does not lose a batch that could not be opened, nor what it says of trust", async () => {
    const world = open();
    await finish(world);
    world.refuseNext();
    await expect(world.ring.tick()).rejects.toThrow("full");
    await world.ring.tick();
    const [batch = -1] = batchesOf(world.queues.events.pull(10));
    expect(world.ring.batch(batch)).toMatchObject({
      runs: [{ record: expect.any(String), summary: { runId: REQUEST.id, status: "succeeded" } }],
      trust: [{ totals: { samples: 1 } }],
    });
  });

  it("keeps a batch the ring could not forget", async () => {
    const world = open();
    await finish(world);
    await world.ring.tick();
    const [batch = -1] = batchesOf(world.queues.events.pull(10));
    world.refuseNext();
    expect(() => world.ring.archived(batch)).toThrow("full");
    expect(world.ring.batch(batch)?.runs).toHaveLength(1);
    world.ring.archived(batch);
    expect(world.ring.read(REQUEST.id)).toBeNull();
  });
});

describe("a ring's one alarm", () => {
  it("waits for the archive, also in a ring that woke up with a batch under way", async () => {
    const world = open();
    await finish(world);
    await world.ring.tick();
    const cold = world.reopen();
    await cold.tick();
    world.alarms.splice(0);
    await cold.tick();
    expect(world.alarms.filter((at) => at <= world.clock.now())).toEqual([]);
    expect(world.alarms).toContain(world.clock.now() + SETTINGS.archiveRetryMs);
  });

  it("is not put off while a batch is being sent again", async () => {
    const world = open();
    await finish(world, true);
    await world.ring.tick();
    const [batch = -1] = batchesOf(world.queues.events.pull(10));
    world.clock.advance(SETTINGS.archiveRetryMs);
    const slow = Promise.withResolvers<void>();
    world.bus.publishEvents = () => slow.promise;
    world.alarms.splice(0);
    const ticking = world.ring.tick();
    world.ring.archived(batch);
    const now = world.clock.now();
    expect(world.alarms.at(0)).toBe(now + archivePauseMs(batch, now, SETTINGS.archiveRetryMs));
    slow.resolve();
    await ticking;
  });

  it("comes back for the memory of a key, whatever is still said about the run", async () => {
    const world = open();
    const answers = await finish(world, true);
    await world.ring.tick();
    const [batch = -1] = batchesOf(world.queues.events.pull(10));
    world.ring.archived(batch);
    await world.ring.answer(answers);
    world.clock.advance(SETTINGS.keyMemoryMs + 60 * 60 * 1_000);
    await world.ring.tick();
    expect(world.store.owners()).toEqual(["~trust"]);
    expect(world.store.keys.any()).toBe(false);
  });
});

describe("a ring that wakes up on a machine whose clock is behind", () => {
  it("gives no batch number twice, so a late word on an old batch means nothing to a new one", async () => {
    const world = open();
    await finish(world);
    await world.ring.tick();
    const [old = -1] = batchesOf(world.queues.events.pull(10));
    world.ring.archived(old);
    world.clock.set(1_000_000);
    const cold = { ...world, ring: world.reopen() };
    await finish(cold);
    await cold.ring.tick();
    const [fresh = -1] = batchesOf(world.queues.events.pull(10));
    cold.ring.archived(old);
    expect(cold.ring.batch(fresh)?.runs).toHaveLength(1);
    expect(statusOf(cold.ring)).toBe("succeeded");
  });
});
