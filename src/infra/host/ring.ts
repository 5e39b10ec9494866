import type { Holder } from "../../core/limit/book.ts";
import { apply, isIdle } from "../../core/run/begin.ts";
import { decodeRun } from "../../core/run/codec.ts";
import { DEFAULT_LEASES, type Intent, type LeaseSettings, type RunEvent } from "../../core/run/event.ts";
import { reduce } from "../../core/run/reduce.ts";
import { TERMINAL_RUN, type Instant, type RunId, type RunState } from "../../core/run/state.ts";
import { valuesFor } from "../../core/run/work-of.ts";
import type { Answer, EventMessage, PlanAnswer, SourceId, Undeliverable } from "../../core/run/work.ts";
import type { StoredValue } from "../../core/run/value.ts";
import type { Clock } from "../../spi/clock.ts";
import type { EventBus } from "../../spi/event-bus.ts";
import type { Log } from "../../spi/log.ts";
import type { RingAlarm, RingStore } from "../../spi/ring-store.ts";
import type { Timer } from "../../spi/timer.ts";
import type {
  ArchiveBatch,
  ControlEvent,
  ControlReceipt,
  LiveValue,
  Receipt,
  Submission,
} from "../../spi/run-coordinator.ts";
import { announceEnd, type AnnouncePorts } from "./announce-end.ts";
import { recall, type RingMemory } from "./ring-memory.ts";
import { NEWS, RingNews } from "./ring-news.ts";
import { OUTBOX, type RingOutbox } from "./ring-outbox.ts";
import { publishIntents, publishNews } from "./ring-post.ts";
import { dueOf, type RingRuns } from "./ring-runs.ts";
import type { RingTimers } from "./ring-timers.ts";
import { isExpired, repeatOf, tombstoneOf, tombstonePart } from "./ring-tombstones.ts";
import { RingWaiters } from "./ring-waiters.ts";
import { systemTimer } from "./system.ts";

export interface RingSettings {
  readonly leases: LeaseSettings;
  /** Finished runs gather this long before they leave for the archive, in milliseconds. */
  readonly flushMs: number;
  /** How long a keyed run's request is remembered after the run has left, in milliseconds. */
  readonly keyMemoryMs: number;
  /** An archive message not answered within this time is sent again, in milliseconds. */
  readonly archiveRetryMs: number;
}

export const DEFAULT_RING: RingSettings = {
  leases: DEFAULT_LEASES,
  flushMs: 1_000,
  keyMemoryMs: 24 * 60 * 60 * 1_000,
  archiveRetryMs: 30_000,
};

export interface RingPorts {
  readonly store: RingStore;
  readonly alarm: RingAlarm;
  readonly bus: EventBus;
  /** Where the ends of runs are announced that something follows. */
  readonly triggerBus?: AnnouncePorts["triggerBus"];
  readonly clock: Clock;
  readonly log: Log;
  /** What ends a wait; the machine's own when absent. */
  readonly timer?: Timer;
  /** What decides; `core/run` when absent. */
  readonly decide?: typeof reduce;
}

/**
 * One shard of run state: the loop around `core/run`, the same in a Durable Object and in memory. Every public method
 * first arms the alarm, then changes state in one transaction, then talks to the outside; what is lost after the
 * transaction is repeated by the alarm.
 */
export class Ring {
  readonly #number: number;
  readonly #ports: RingPorts;
  readonly #settings: RingSettings;
  readonly #news = new RingNews();
  readonly #waiters: RingWaiters;
  #memory: RingMemory;

  constructor(number: number, ports: RingPorts, settings: RingSettings = DEFAULT_RING) {
    this.#number = number;
    this.#ports = ports;
    this.#settings = settings;
    this.#waiters = new RingWaiters(ports.timer ?? systemTimer);
    this.#memory = recall(number, ports);
  }

  get #runs(): RingRuns {
    return this.#memory.runs;
  }

  get #timers(): RingTimers {
    return this.#memory.timers;
  }

  get #outbox(): RingOutbox {
    return this.#memory.outbox;
  }

  async submit(submission: Submission): Promise<Receipt> {
    const parts = this.#ports.store.read(submission.runId);
    const known = repeatOf(submission, parts, () => this.#runs.load(submission.runId));
    if (known) return known;
    const now = this.#ports.clock.now();
    if (submission.finished) {
      const flushAt = now + this.#settings.flushMs;
      this.#timers.guard(flushAt);
      this.#commit(() => {
        if (submission.restored) this.#ports.store.remove(submission.runId);
        this.#runs.insert(submission.runId, submission.record, flushAt);
      });
      this.#timers.set(submission.runId, flushAt);
      this.#outbox.finished(submission.runId);
      return { kind: "accepted", record: null };
    }
    const state = decodeRun(submission.record);
    await this.#change(state, { type: "start" }, now, true);
    const { waitMs = 0 } = submission;
    return { kind: "accepted", record: waitMs > 0 ? await this.wait(submission.runId, waitMs) : null };
  }

  async answer(answers: readonly Answer[]): Promise<void> {
    const now = this.#ports.clock.now();
    for (const { runId, ...answer } of answers) await this.#event(runId, { type: "answer", ...answer }, now);
  }

  /** It is these segments' turn at a limit; returns those that do not wait for one. */
  async admit(called: readonly Holder[]): Promise<readonly Holder[]> {
    const now = this.#ports.clock.now();
    const idle: Holder[] = [];
    for (const holder of called) {
      const state = this.#runs.load(holder.runId);
      const event = { type: "admitted", segment: holder.segment } as const;
      if (!state || !(await this.#change(state, event, now, false))) idle.push(holder);
    }
    return idle;
  }

  async undeliverable(items: readonly Undeliverable[]): Promise<void> {
    const now = this.#ports.clock.now();
    for (const { runId, segment, token, fault } of items) {
      await this.#event(runId, { type: "undeliverable", segment, token, fault }, now);
    }
  }

  async replanned({ runId, token, result }: PlanAnswer): Promise<void> {
    await this.#event(runId, { type: "replanned", token, result }, this.#ports.clock.now());
  }

  read(id: RunId): string | null {
    return this.#runs.record(id);
  }

  /** The record once the run has ended, or as it is after `timeoutMs`. */
  async wait(id: RunId, timeoutMs: number): Promise<string | null> {
    const state = this.#runs.load(id);
    if (state && !TERMINAL_RUN.has(state.header.status)) await this.#waiters.wait(id, timeoutMs);
    return this.#runs.record(id);
  }

  /** Steers a run under way. */
  async control(tenant: string, id: RunId, event: ControlEvent): Promise<ControlReceipt> {
    const state = this.#runs.load(id);
    if (!state || state.header.tenant !== tenant) return { kind: "unknown" };
    const before = state.header.status;
    const changed = await this.#change(state, event, this.#ports.clock.now(), false);
    return { kind: "known", changed, status: this.#runs.load(id)?.header.status ?? before };
  }

  /** Whether the dispatch with this token still is what the segment waits for. */
  holds(id: RunId, segment: string, token: string): boolean {
    return this.#runs.load(id)?.segments.get(segment)?.lease?.token === token;
  }

  values(id: RunId, segment: string, token: string): Readonly<Record<SourceId, StoredValue>> | null {
    const state = this.#runs.load(id);
    const lease = state?.segments.get(segment)?.lease;
    return state && lease && lease.token === token ? valuesFor(state, lease.steps) : null;
  }

  /** The large values of the runs that are here. */
  liveValues(): readonly LiveValue[] {
    return this.#ports.store.owners().flatMap((owner) => this.#runs.valuesOf(owner));
  }

  /** The alarm: due runs tick, finished runs leave, unanswered archive messages go out again. */
  async tick(): Promise<void> {
    const now = this.#ports.clock.now();
    for (const owner of this.#timers.fired(now)) {
      if (owner === OUTBOX || owner === NEWS) continue;
      // A leaving run is stored as due until it has left; from here its batch is what is waited for.
      if (this.#outbox.isLeaving(owner)) this.#timers.set(owner, null);
      else if (!this.#expireTombstone(owner, now)) await this.#event(owner, { type: "tick" }, now);
    }
    await this.#flush(now);
    this.#timers.rearm();
  }

  /** The records and trust totals of a batch on its way to the archive; null once it is archived. */
  batch(batch: number): ArchiveBatch | null {
    return this.#outbox.read(batch);
  }

  /** The batch is archived: its runs are forgotten, keyed ones but for their request. */
  archived(batch: number): void {
    const { store, clock } = this.#ports;
    const expiresAt = clock.now() + this.#settings.keyMemoryMs;
    if (this.#outbox.hasKeyed(batch)) this.#timers.guard(expiresAt);
    const gone = this.#commit(() => {
      const runs = this.#outbox.archived(batch);
      for (const { id, keyed } of runs) {
        store.remove(id);
        if (keyed !== null) store.write(id, [tombstonePart(keyed, expiresAt)]);
      }
      return runs;
    });
    for (const { id, keyed } of gone) {
      this.#runs.forget(id);
      this.#timers.set(id, keyed === null ? null : expiresAt);
    }
    this.#timers.set(OUTBOX, this.#outbox.nextRetryAt());
  }

  /** One transaction. Memory runs ahead of storage inside it, so a refused one throws memory away. */
  #commit<T>(work: () => T): T {
    try {
      return this.#ports.store.transaction(work);
    } catch (thrown) {
      this.#memory = recall(this.#number, this.#ports);
      throw thrown;
    }
  }

  async #event(id: RunId, event: RunEvent, now: Instant): Promise<void> {
    const state = this.#runs.load(id);
    if (!state) {
      // A run that has left may have a tombstone, whose timer is still needed.
      if (!this.#runs.has(id)) this.#timers.set(id, null);
    } else if (TERMINAL_RUN.has(state.header.status)) this.#outbox.finished(id);
    else await this.#change(state, event, now, false);
  }

  /** Decide, arm, commit, then act. */
  async #change(state: RunState, event: RunEvent, now: Instant, arriving: boolean): Promise<boolean> {
    const decide = this.#ports.decide ?? reduce;
    const transition = decide(state, event, now, this.#settings.leases);
    if (!arriving && isIdle(transition)) return false;
    const flushAt = now + this.#settings.flushMs;
    const next = apply(state, transition);
    const due = dueOf(next, flushAt);
    const news = (transition.header !== null || arriving) && !TERMINAL_RUN.has(next.header.status);
    this.#timers.guard(news ? Math.min(flushAt, due ?? flushAt) : due);
    this.#commit(() => this.#runs.save(next, transition, due));
    this.#runs.remember(next);
    this.#timers.set(next.header.id, due);
    if (news) {
      this.#news.add(next.header.id);
      this.#timers.set(NEWS, flushAt);
    }
    await this.#act(next, transition.intents);
    return true;
  }

  async #act(state: RunState, intents: readonly Intent[]): Promise<void> {
    if (intents.some(({ type }) => type === "finished")) {
      this.#outbox.finished(state.header.id);
      this.#waiters.wake(state.header.id);
    }
    await publishIntents(state, intents, this.#ports);
    if (TERMINAL_RUN.has(state.header.status)) await announceEnd(state.header, this.#ports);
  }

  async #flush(now: Instant): Promise<void> {
    const retryAt = now + this.#settings.archiveRetryMs;
    while (this.#outbox.waiting > 0) {
      this.#timers.guard(retryAt);
      const left = this.#commit(() => this.#outbox.open(now, retryAt));
      for (const id of left ?? []) this.#timers.set(id, null);
    }
    const due = this.#outbox.due(now, retryAt);
    this.#timers.set(OUTBOX, this.#outbox.nextRetryAt());
    this.#timers.set(NEWS, null);
    const archives = due.map((batch): EventMessage => ({ type: "archive", version: 1, ring: this.#number, batch }));
    const messages = [...archives, ...this.#news.take(this.#runs)];
    if (messages.length === 0) return;
    // While the messages travel, another call may arm for something later; what is next must be armed by then.
    this.#timers.rearm();
    await publishNews(this.#number, messages, this.#ports);
  }

  #expireTombstone(owner: string, now: Instant): boolean {
    if (!isExpired(tombstoneOf(this.#ports.store.read(owner)), now)) return false;
    this.#commit(() => this.#ports.store.remove(owner));
    this.#timers.set(owner, null);
    return true;
  }
}
