import { Ring } from "../../../../src/app/ring/ring.ts";
import { DEFAULT_RING, type RingPorts } from "../../../../src/app/ring/ports.ts";
import { encodeRun, readRun } from "../../../../src/core/run/codec/codec.ts";
import { runId } from "../../../../src/core/run/model/run-id.ts";
import type { RunState } from "../../../../src/core/run/model/state.ts";
import { released } from "../../../../src/core/run/quarantine/quarantine.ts";
import { fixedClock } from "../../../../src/infra/memory/clock.ts";
import { memoryEventBus } from "../../../../src/infra/memory/queues/event-bus.ts";
import { memoryTriggerBus } from "../../../../src/infra/memory/queues/trigger-bus.ts";
import { memoryRingStore } from "../../../../src/infra/memory/runs/ring-store.ts";
import { systemTimer } from "../../../../src/infra/system/clock.ts";
import type { Log, LogFields } from "../../../../src/spi/log.ts";
import { sketchPlan } from "../../../support/plans.ts";
import { itemsIn } from "../../../support/received.ts";
import { beginRun, success } from "../../../support/runs.ts";

export const SETTINGS = { ...DEFAULT_RING, leases: { graceMs: 1_000, maxExpiries: 3 } };
export const START = 1_000_000;
export const GOOD = runId(0, "000000000000000000000000A1");
export const BAD = runId(0, "000000000000000000000000B1");
export const OTHER = runId(0, "000000000000000000000000C1");

/** A ring whose storage outlives it, with all that leaves it in the open. */
export function open(changes: Partial<RingPorts> = {}) {
  const clock = fixedClock(START);
  const store = memoryRingStore();
  const bus = memoryEventBus();
  const triggerBus = memoryTriggerBus();
  const alarms: number[] = [];
  const logged: (LogFields & { readonly message: string })[] = [];
  const note = (message: string, fields: LogFields): void => void logged.push({ message, ...fields });
  const log: Log = { info: note, warn: note, error: note };
  const alarm = { arm: (at: number) => void alarms.push(at) };
  const make = (ports: Partial<RingPorts> = {}): Ring =>
    new Ring(0, { store, alarm, bus, triggerBus, clock, timer: systemTimer, log, ...changes, ...ports }, SETTINGS);
  return { clock, store, bus, triggerBus, alarms, logged, ring: make(), reopen: make };
}
export type World = ReturnType<typeof open>;

export const stateOf = (id: string, changes: Partial<RunState["header"]> = {}): RunState => {
  const begun = beginRun(sketchPlan([{ id: "a" }, { id: "b", needs: ["a"] }]), START);
  return { ...begun, header: { ...begun.header, id, requestHash: "h", ...changes } };
};
export const submission = (id: string, changes: Partial<RunState["header"]> = {}) => ({
  runId: id,
  requestHash: "h",
  keyed: false,
  finished: null,
  record: encodeRun(stateOf(id, changes)),
});

export const answersTo = ({ bus }: World, only?: readonly string[]) =>
  itemsIn(bus.execute.pull(100)).flatMap((item) =>
    only && !only.includes(item.runId)
      ? []
      : [
          {
            runId: item.runId,
            segment: item.segment,
            token: item.token,
            results: item.steps.map(({ id }) => ({ step: id, outcome: success(id, START) })),
          },
        ],
  );
/** Runs are executed to their end. */
export async function work(world: World, ring: Ring): Promise<void> {
  for (let turns = 0; turns < 4; turns++) await ring.answer(answersTo(world));
}
export const statusOf = (ring: Ring, id: string): string => {
  const read = readRun(released(id, ring.read(id)) ?? "");
  return read.ok ? read.value.header.status : "unreadable";
};
export const rewrite = ({ store }: World, id: string, change: (body: string) => string): void => {
  for (const part of store.read(id)) store.write(id, [{ ...part, body: change(part.body) }]);
};
export const batchesOf = (world: World): readonly number[] =>
  world.bus.events.pull(100).flatMap(({ body }) => (body.type === "archive" ? [body.batch] : []));

export const later = (body: string): string => body.replace(/"v":\d+,"header"/, '"v":99,"header"');
export const half = (body: string): string => body.slice(0, body.length / 2);
