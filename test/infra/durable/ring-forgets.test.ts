import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { begin } from "../../../src/core/run/reduce/begin.ts";
import { released } from "../../../src/core/run/quarantine/quarantine.ts";
import { decodeRun, encodeRun } from "../../../src/core/run/codec/codec.ts";
import { runId } from "../../../src/core/run/model/run-id.ts";
import { durableRingStore } from "../../../src/infra/durable/ring-store.ts";
import { ringName } from "../../../src/infra/durable/run-coordinator.ts";
import { silentLog } from "../../../src/infra/memory/silent-log.ts";
import { Ring } from "../../../src/app/ring/ring.ts";
import { fixedClock } from "../../../src/infra/memory/clock.ts";
import { memoryEventBus } from "../../../src/infra/memory/queues/event-bus.ts";
import { sketchPlan } from "../../support/plans.ts";
import { REQUEST, success } from "../../support/runs.ts";
import { systemTimer } from "../../../src/infra/system/clock.ts";
import { memoryTriggerBus } from "../../../src/infra/memory/queues/trigger-bus.ts";

const HOUR = 60 * 60 * 1_000;
const START = 1_770_000_000_000;

/** A ring on a real storage that is evicted before every call, with its alarm and its queues in the open. */
function fleetingRing(storage: DurableObjectStorage) {
  const clock = fixedClock(START);
  const queues = memoryEventBus();
  let alarmAt: number | null = null;
  const alarm = { arm: (at: number) => void (alarmAt = at) };
  const ring = () =>
    new Ring(0, {
      store: durableRingStore(storage, clock),
      alarm,
      bus: queues,
      clock,
      triggerBus: memoryTriggerBus(),
      timer: systemTimer,
      log: silentLog,
    });
  return {
    clock,
    queues,
    ring,
    /** Lets time go on to the next alarm, if that comes before `until`. */
    async alarm(until: number): Promise<boolean> {
      if (alarmAt === null || alarmAt > until) return false;
      clock.set(Math.max(clock.now(), alarmAt));
      alarmAt = null;
      await ring().tick();
      return true;
    },
    archive(): void {
      for (const { body } of queues.events.pull(100)) if (body.type === "archive") ring().archived(body.batch);
    },
  };
}

const submission = (number: number, steps: number, keyed: boolean) => {
  const plan = sketchPlan(
    Array.from({ length: steps }, (_, i) => ({ id: `s${i}`, needs: i > 0 ? [`s${i - 1}`] : [] })),
  );
  const id = runId(0, String(number).padStart(26, "0"));
  const request = { ...REQUEST, id, requestHash: "hash", idempotencyKey: keyed ? "key" : null };
  const record = encodeRun(begin(request, plan, { in: { v: "secret" } }, START));
  return { runId: id, requestHash: "hash", keyed, finished: null, record };
};

describe("a ring that is evicted before every call", () => {
  it("ends its runs, small and large, and holds none of their values an hour after they have left", () =>
    runInDurableObject(env.RINGS_NS.getByName(ringName(190)), async (_, { storage }) => {
      const world = fleetingRing(storage);
      const runs = [submission(1, 2, false), submission(2, 20, false), submission(3, 18, true)];
      const values = () =>
        storage.sql.exec("SELECT n FROM slots WHERE body LIKE '%secret%' OR body LIKE '%.out%'").toArray().length;
      for (const run of runs) await world.ring().submit(run);
      for (let items = world.queues.execute.pull(10); items.length > 0; items = world.queues.execute.pull(10)) {
        for (const { body } of items) {
          if (body.type !== "work") continue;
          const { segment, token, steps, runId: id } = body.work;
          const results = steps.map((step) => ({ step: step.id, outcome: success(step.id) }));
          await world.ring().answer([{ runId: id, segment, token, results }]);
        }
      }
      for (const { runId: id } of runs)
        expect(decodeRun(released(id, world.ring().read(id)) ?? "null").header.status).toBe("succeeded");
      expect(values()).toBeGreaterThan(3);
      await world.alarm(START + HOUR);
      world.archive();
      const leftAt = world.clock.now();
      for (const { runId: id } of runs) expect(world.ring().read(id)).toBeNull();
      expect(values()).toBeGreaterThan(3);
      while (await world.alarm(leftAt + HOUR));
      expect(values()).toBe(0);
      expect(await world.ring().submit(runs[2] as (typeof runs)[number])).toEqual({ kind: "duplicate", record: null });
    }));
});
