import { Ring } from "../../../src/app/ring/ring.ts";
import { DEFAULT_RING } from "../../../src/app/ring/ports.ts";
import { encodeRun } from "../../../src/core/run/codec/codec.ts";
import { partingOf } from "../../../src/core/run/reduce/departure.ts";
import type { RunState } from "../../../src/core/run/model/state.ts";
import { LimitBook, type TurnRequest } from "../../../src/core/limit/book.ts";
import { fixedClock } from "../../../src/infra/memory/clock.ts";
import { memoryRingStore } from "../../../src/infra/memory/runs/ring-store.ts";
import { memoryEventBus } from "../../../src/infra/memory/queues/event-bus.ts";
import { silentLog } from "../../../src/infra/memory/silent-log.ts";
import { systemTimer } from "../../../src/infra/system/clock.ts";
import { DrivenRun, dispatches, REQUEST, success } from "../../support/runs.ts";
import { sketchPlan } from "../../support/plans.ts";
import type { LimitEntries, RingMoment } from "../recorded-form.ts";
import { memoryTriggerBus } from "../../../src/infra/memory/queues/trigger-bus.ts";

export const KEYED_ID = "r00_000000000000000000000000K1";
export const PLAIN_ID = "r00_000000000000000000000000P1";

/** A ring's own books: a batch on its way to the archive, the trust it has counted, a key it remembers. */
export async function recordBooks(): Promise<readonly RingMoment[]> {
  const store = memoryRingStore();
  const clock = fixedClock(1_780_000_000_000);
  const ring = new Ring(
    0,
    {
      store,
      clock,
      alarm: { arm: () => undefined },
      bus: memoryEventBus(),
      triggerBus: memoryTriggerBus(),
      timer: systemTimer,
      log: silentLog,
    },
    DEFAULT_RING,
  );
  const dump = (shows: string): RingMoment => ({
    shows,
    owners: Object.fromEntries(store.owners().map((owner) => [owner, store.read(owner)])),
  });
  for (const [id, key] of [
    [PLAIN_ID, null],
    [KEYED_ID, "order 7"],
  ] as const) {
    const state = endedRun(id, key, clock.now());
    const { requestHash } = state.header;
    const finished = partingOf(state);
    await ring.submit({ runId: id, requestHash, keyed: key !== null, finished, record: encodeRun(state) });
  }
  const ended = dump("ended runs that wait for their batch");
  clock.set(clock.now() + DEFAULT_RING.flushMs);
  await ring.tick();
  const leaving = dump("a batch on its way to the archive");
  const [batch] = store.read("~outbox");
  ring.archived(Number(batch?.part));
  return [ended, leaving, dump("a key that is remembered")];
}

function endedRun(id: string, idempotencyKey: string | null, now: number): RunState {
  const run = new DrivenRun(sketchPlan([{ id: "a" }, { id: "b", needs: ["a"] }]));
  run.now = now;
  const header = { ...run.state.header, ...REQUEST, id, idempotencyKey, createdAt: now };
  run.state = { ...run.state, header: { ...header, requestHash: idempotencyKey === null ? "" : "5f".repeat(32) } };
  let next = dispatches(run.send({ type: "start" }));
  while (next.length > 0) {
    next = next.flatMap(({ segment, token, steps }) =>
      dispatches(
        run.send({
          type: "answer",
          segment,
          token,
          results: steps.map((step) => ({ step, outcome: success(step, now) })),
        }),
      ),
    );
  }
  return run.state;
}

/** A limit with room for one and a rate: who has a turn, and who waits for one. */
export function recordLimits(): LimitEntries {
  const book = new LimitBook();
  const ask = (segment: string, allows: TurnRequest["allows"]): void => {
    const holder = { runId: PLAIN_ID, segment };
    book.ask({ holder, token: `${segment}.1`, allows, holdMs: 5_000, priority: 0, since: 1 }, 1_780_000_000_000);
  };
  ask("a", { kind: "slots", max: 1 });
  ask("b", { kind: "slots", max: 1 });
  ask("c", { kind: "rate", max: 3, perMs: 60_000 });
  const { slots, waiters } = book.takeChanges();
  return { slots: kept(slots), waiters: kept(waiters) };
}

const kept = <T>(changes: ReadonlyMap<string, T | null>): Record<string, T> =>
  Object.fromEntries([...changes].flatMap(([id, entry]) => (entry === null ? [] : [[id, entry]])));
