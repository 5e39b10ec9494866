import { codecOf } from "../runs/run-codec.ts";
import { STORED_FORMS } from "../../core/stored/forms.ts";
import { RingMarks } from "./marks.ts";
import { OUTBOX, RingOutbox } from "./outbox.ts";
import type { RingPorts } from "./ports.ts";
import { RingRuns } from "./runs.ts";
import { RingTimers } from "./timers.ts";

/** What a ring keeps in memory: all of it follows from storage. */
export interface RingMemory {
  readonly runs: RingRuns;
  readonly timers: RingTimers;
  readonly outbox: RingOutbox;
  readonly marks: RingMarks;
}

/** A ring's memory, read from its storage; its alarm is armed for what is next. */
export function recall(
  ring: number,
  { store, alarm, forms = STORED_FORMS }: Pick<RingPorts, "store" | "alarm" | "forms">,
): RingMemory {
  const runs = new RingRuns(store, codecOf(forms));
  const timers = new RingTimers(store, alarm);
  const outbox = new RingOutbox(ring, store, runs, forms);
  const marks = new RingMarks(store, forms);
  // A batch is due as it says itself, whichever was written last.
  timers.set(OUTBOX, outbox.nextRetryAt());
  // What is set aside waits for nothing, but for code that can read it.
  for (const id of marks.all.keys()) timers.set(id, null);
  for (const id of marks.worthReading) timers.set(id, marks.of(id)?.since ?? null);
  timers.rearm();
  return { runs, timers, outbox, marks };
}
