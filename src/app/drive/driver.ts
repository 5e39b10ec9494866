import type { LocalQueue } from "../../spi/event-bus.ts";
import type { App } from "../compose.ts";
import { sweep, type SweepReport, type SweepSettings } from "../sweep/sweep.ts";
import type { LocalPools } from "./local-pools.ts";
import type { LocalRings } from "./local-rings.ts";

/** Queue name → the queue; those of the dead messages among them, behind the ones whose messages die. */
export type LocalQueues = Readonly<Record<string, LocalQueue>>;

/** What a platform does for an engine, done by hand: an engine in one process moves when it is told to, and only then. */
export interface Driver {
  /** Delivers every waiting message; true when there was one. */
  deliver(): Promise<boolean>;
  /** When the next alarm of any ring or pool is due, or null. */
  nextAlarm(): number | null;
  /** Fires the alarms that are due. */
  fireAlarms(): Promise<void>;
  /** Forgets a ring's memory, as an eviction does; its storage stays. */
  evict(ring: number): void;
  /** The same for every pool. */
  evictPools(): void;
  /** The clock's turn: deletes what is over. */
  sweep(settings: SweepSettings): Promise<SweepReport>;
}

/** @param pools the pools of the engine, where it has some */
export function driverOf(
  { consume, parts }: App,
  rings: LocalRings,
  queues: LocalQueues,
  pools: LocalPools | null = null,
): Driver {
  return {
    async deliver() {
      let isBusy = false;
      for (const [name, queue] of Object.entries(queues)) {
        isBusy ||= queue.size > 0;
        await queue.drain((batch) => consume(name, batch));
      }
      return isBusy;
    },
    nextAlarm() {
      const armed = [rings.nextAlarm(), pools?.nextAlarm() ?? null].flatMap((at) => at ?? []);
      return armed.length === 0 ? null : Math.min(...armed);
    },
    async fireAlarms() {
      await rings.fireAlarms();
      await pools?.fireAlarms();
    },
    evict: (ring) => rings.evict(ring),
    evictPools: () => pools?.evict(),
    sweep: (settings) => sweep(parts, settings, parts.clock.now()),
  };
}
