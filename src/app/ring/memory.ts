import type { RingAlarm, RingStore } from "../../spi/ring-store.ts";
import { OUTBOX, RingOutbox } from "./outbox.ts";
import { RingRuns } from "./runs.ts";
import { RingTimers } from "./timers.ts";

/** What a ring keeps in memory: all of it follows from storage. */
export interface RingMemory {
  readonly runs: RingRuns;
  readonly timers: RingTimers;
  readonly outbox: RingOutbox;
}

/** A ring's memory, read from its storage; its alarm is armed for what is next. */
export function recall(
  ring: number,
  { store, alarm }: { readonly store: RingStore; readonly alarm: RingAlarm },
): RingMemory {
  const runs = new RingRuns(store);
  const timers = new RingTimers(store, alarm);
  const outbox = new RingOutbox(ring, store, runs);
  // A batch is due as it says itself, whichever was written last.
  timers.set(OUTBOX, outbox.nextRetryAt());
  timers.rearm();
  return { runs, timers, outbox };
}
