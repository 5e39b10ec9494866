import type { RunEvent } from "../../core/run/model/event.ts";
import { reduce } from "../../core/run/reduce/reduce.ts";
import { TERMINAL_RUN, type Instant, type RunId } from "../../core/run/model/state.ts";
import { newMark, type QuarantineMark } from "../../core/run/quarantine/mark.ts";
import type { Quarantine } from "../../core/run/quarantine/quarantine.ts";
import { STORED_FORMS, type StoredForms } from "../../core/stored/forms.ts";
import { UNTOLD } from "./marks.ts";
import { alone, decideAll, type Decided, type Happening } from "./decisions.ts";
import { recall, type RingMemory } from "./memory.ts";
import { NEWS, RingNews } from "./news.ts";
import { dueOf } from "./runs.ts";
import type { RingPorts, RingSettings } from "./ports.ts";

/** An event for a run by its id: the run may have ended or left meanwhile. */
export interface Heard {
  readonly id: RunId;
  readonly event: RunEvent;
}

/** What a ring knows, in memory and in storage. Memory runs ahead of storage, so whatever goes wrong throws it away. */
export class RingBook {
  readonly news = new RingNews();
  readonly #number: number;
  readonly #ports: RingPorts;
  readonly #settings: RingSettings;
  #memory: RingMemory;

  constructor(number: number, ports: RingPorts, settings: RingSettings) {
    this.#number = number;
    this.#ports = ports;
    this.#settings = settings;
    this.#memory = recall(number, ports);
  }

  /** What is in memory now; not to be kept across a change. */
  get memory(): RingMemory {
    return this.#memory;
  }

  /** One transaction. */
  commit<T>(work: () => T): T {
    return this.#safely(() => this.#store(work));
  }

  /** As `change`, for runs that may not be there any more, or are in quarantine. Throws what one of them threw. */
  hear(heard: readonly Heard[], now: Instant): readonly Decided[] {
    const { runs, outbox, timers, marks } = this.#memory;
    const happenings = heard.flatMap(({ id, event }): Happening[] => {
      if (marks.has(id)) return [];
      const state = runs.load(id);
      if (state && !TERMINAL_RUN.has(state.header.status)) return [{ state, event }];
      if (state) outbox.finished(id);
      // A run that has left may have a tombstone, whose timer is still needed.
      else if (!runs.has(id)) timers.set(id, null);
      return [];
    });
    return this.change(happenings, now);
  }

  /** Decides on everything, arms once and commits once; answers the runs that are not as they were. */
  change(happenings: readonly Happening[], now: Instant, arriving = false): readonly Decided[] {
    return this.#safely(() => {
      const { runs, timers } = this.#memory;
      const { leases, flushMs } = this.#settings;
      const decided = decideAll(happenings, now, { decide: this.#ports.decide ?? reduce, leases, arriving });
      if (decided.length === 0) return decided;
      const flushAt = now + flushMs;
      const changes = decided.map(({ state, transition }) => ({
        state,
        transition,
        due: alone(state.header.id, { type: "tick" }, () => dueOf(state, flushAt)),
        news: (transition.header !== null || arriving) && !TERMINAL_RUN.has(state.header.status),
      }));
      for (const { due, news } of changes) timers.guard(news ? Math.min(flushAt, due ?? flushAt) : due);
      this.#store(() => {
        for (const { state, transition, due } of changes) runs.save(state, transition, due);
      });
      for (const { state, due, news } of changes) {
        const { id } = state.header;
        runs.remember(state);
        timers.set(id, due);
        if (!news) continue;
        this.news.add(id);
        timers.set(NEWS, flushAt);
      }
      return decided;
    });
  }

  /** The run is in quarantine from now on: it waits for nothing, and is not on its way out. */
  setAside(id: RunId, quarantine: Quarantine, now: Instant): void {
    this.#telling(now, (dueAt) => {
      const { marks, outbox } = this.#memory;
      const counted = outbox.isCounted(id) || marks.of(id)?.counted === true ? { counted: true as const } : {};
      outbox.takeBack(id);
      const isKnown = marks.has(id);
      marks.write(id, { ...newMark(quarantine, this.#forms, marks.of(id)?.since ?? now), ...counted });
      if (!isKnown) marks.note(id, dueAt);
    });
    const { runs, timers } = this.#memory;
    runs.forget(id);
    timers.set(id, null);
  }

  /** The run leaves quarantine as it is stored by then. `change` is part of the same transaction. */
  release(id: RunId, now: Instant, change: (mark: QuarantineMark) => void): void {
    this.#telling(now, (dueAt) => {
      const { marks } = this.#memory;
      const mark = marks.of(id);
      if (!mark) return;
      change(mark);
      marks.remove(id);
      marks.note(id, dueAt);
    });
  }

  /** A change of who is in quarantine, which is told with the next flush. */
  #telling(now: Instant, change: (dueAt: Instant) => void): void {
    const dueAt = now + this.#settings.flushMs;
    this.#memory.timers.guard(dueAt);
    this.commit(() => change(dueAt));
    const { marks, timers } = this.#memory;
    if (marks.untold.size > 0) timers.set(UNTOLD, dueAt);
  }

  get #forms(): StoredForms {
    return this.#ports.forms ?? STORED_FORMS;
  }

  #store<T>(work: () => T): T {
    const answer = this.#ports.store.transaction(work);
    this.#memory.timers.guardRemains();
    return answer;
  }

  #safely<T>(work: () => T): T {
    try {
      return work();
    } catch (thrown) {
      const newsAt = this.#memory.timers.at(NEWS);
      this.#memory = recall(this.#number, this.#ports);
      // News is not stored, and has still to be told in time.
      this.#memory.timers.set(NEWS, newsAt);
      this.#memory.timers.guard(newsAt);
      throw thrown;
    }
  }
}
