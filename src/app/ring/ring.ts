import type { Holder } from "../../core/limit/book.ts";
import { decodeRun } from "../../core/run/codec/codec.ts";
import { TERMINAL_RUN, type Instant, type RunId } from "../../core/run/model/state.ts";
import { signalsOf } from "../../core/run/views/signals.ts";
import { audienceOf } from "../../core/run/wait/audience.ts";
import { valuesFor } from "../../core/run/dispatch/work-of.ts";
import type { Answer, EventMessage, PlanAnswer, SourceId, Undeliverable, Work } from "../../core/run/dispatch/work.ts";
import type { StoredValue } from "../../core/run/model/value.ts";
import type { RingFace } from "../../spi/ring-face.ts";
import type {
  ArchiveBatch,
  ControlEvent,
  ControlReceipt,
  HandOver,
  LiveValue,
  Receipt,
  SignalPage,
  Submission,
} from "../../spi/run-coordinator.ts";
import { announceEnd } from "../archive/announce-end.ts";
import { RingBook, type Heard } from "./book.ts";
import type { Decided, Happening } from "./decisions.ts";
import { NEWS } from "./news.ts";
import { OUTBOX, type RingOutbox } from "./outbox.ts";
import { DEFAULT_RING, type RingPorts, type RingSettings } from "./ports.ts";
import { postOf, publishNews, publishPost } from "./post.ts";
import type { RingRuns } from "./runs.ts";
import type { RingTimers } from "./timers.ts";
import { isExpired, repeatOf, tombstoneOf, tombstonePart } from "./tombstones.ts";
import { RingWaiters } from "./waiters.ts";

/**
 * One shard of run state: the loop around `core/run`, the same in a Durable Object and in memory. Every public method
 * first arms the alarm, then changes state in one transaction, then talks to the outside; what is lost after the
 * transaction is repeated by the alarm.
 */
export class Ring implements RingFace {
  readonly #number: number;
  readonly #ports: RingPorts;
  readonly #settings: RingSettings;
  readonly #book: RingBook;
  /** Whoever waits for the end of a run. */
  readonly #waiters: RingWaiters;
  /** Whoever waits for a run's next signal. */
  readonly #watchers: RingWaiters;

  constructor(number: number, ports: RingPorts, settings: RingSettings = DEFAULT_RING) {
    this.#number = number;
    this.#ports = ports;
    this.#settings = settings;
    this.#waiters = new RingWaiters(ports.timer);
    this.#watchers = new RingWaiters(ports.timer);
    this.#book = new RingBook(number, ports, settings);
  }

  get #runs(): RingRuns {
    return this.#book.memory.runs;
  }

  get #timers(): RingTimers {
    return this.#book.memory.timers;
  }

  get #outbox(): RingOutbox {
    return this.#book.memory.outbox;
  }

  async submit(submission: Submission): Promise<Receipt> {
    const parts = this.#ports.store.read(submission.runId);
    const known = repeatOf(submission, parts, () => this.#runs.load(submission.runId));
    if (known) return known;
    const now = this.#ports.clock.now();
    if (submission.finished) {
      const flushAt = now + this.#settings.flushMs;
      this.#timers.guard(flushAt);
      this.#book.commit(() => {
        if (submission.restored) this.#ports.store.remove(submission.runId);
        this.#runs.insert(submission.runId, submission.record, flushAt);
      });
      this.#timers.set(submission.runId, flushAt);
      this.#outbox.finished(submission.runId, { ...submission.finished, record: submission.record });
      return { kind: "accepted", record: null };
    }
    const started: Happening = { state: decodeRun(submission.record), event: { type: "start" } };
    await this.#act(this.#book.change([started], now, true));
    const { waitMs = 0 } = submission;
    return { kind: "accepted", record: waitMs > 0 ? await this.wait(submission.runId, waitMs) : null };
  }

  /**
   * Takes all answers in one transaction; what they make ready and the caller does not take on is published in one call.
   * Returns the works that are the caller's now.
   */
  async answer(answers: readonly Answer[], { take }: HandOver = { take: 0 }): Promise<readonly Work[]> {
    const heard = answers.map(({ runId: id, ...answer }): Heard => ({ id, event: { type: "answer", ...answer } }));
    const now = this.#ports.clock.now();
    let decided: readonly Decided[];
    try {
      decided = this.#book.hear(heard, now);
    } catch (thrown) {
      await this.#hearApart(heard, now, thrown);
      return [];
    }
    return this.#act(decided, take);
  }

  /** What could not be stored together, run by run: one that cannot be stored must not keep back the others. */
  async #hearApart(heard: readonly Heard[], now: Instant, refusal: unknown): Promise<void> {
    const byRun = Map.groupBy(heard, ({ id }) => id);
    if (byRun.size === 1) throw refusal;
    const refusals: unknown[] = [];
    for (const own of byRun.values()) {
      try {
        await this.#act(this.#book.hear(own, now));
      } catch (thrown) {
        refusals.push(thrown);
      }
    }
    if (refusals.length > 0) throw refusals[0];
  }

  /** It is these segments' turn at a limit; returns those that do not wait for one. */
  async admit(called: readonly Holder[]): Promise<readonly Holder[]> {
    const now = this.#ports.clock.now();
    const idle: Holder[] = [];
    for (const holder of called) {
      const state = this.#runs.load(holder.runId);
      const event = { type: "admitted", segment: holder.segment } as const;
      const decided = state ? this.#book.change([{ state, event }], now) : [];
      if (decided.length === 0) idle.push(holder);
      else await this.#act(decided);
    }
    return idle;
  }

  async undeliverable(items: readonly Undeliverable[]): Promise<void> {
    const now = this.#ports.clock.now();
    for (const { runId: id, segment, token, fault } of items) {
      await this.#act(this.#book.hear([{ id, event: { type: "undeliverable", segment, token, fault } }], now));
    }
  }

  async replanned({ runId, token, result }: PlanAnswer): Promise<void> {
    const heard = { id: runId, event: { type: "replanned", token, result } } as const;
    await this.#act(this.#book.hear([heard], this.#ports.clock.now()));
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

  /** The run's signals after a number, held until there is one, the run has ended or `timeoutMs` are over. */
  async watch(tenant: string, id: RunId, after: number, timeoutMs: number): Promise<SignalPage | null> {
    const { clock } = this.#ports;
    const until = clock.now() + timeoutMs;
    for (let inTime = timeoutMs > 0; ;) {
      const state = this.#runs.load(id);
      if (!state || state.header.tenant !== tenant) return null;
      const events = signalsOf(state, after);
      const finished = TERMINAL_RUN.has(state.header.status);
      if (events.length > 0 || finished || !inTime) return { events, finished };
      inTime = await this.#watchers.wait(id, Math.max(0, until - clock.now()));
    }
  }

  /** Steers a run under way. */
  async control(tenant: string, id: RunId, event: ControlEvent): Promise<ControlReceipt> {
    const state = this.#runs.load(id);
    if (!state || state.header.tenant !== tenant) return { kind: "unknown" };
    const before = state.header.status;
    const audience = event.type === "event" ? { audience: audienceOf(state, event.name) } : {};
    const decided = this.#book.change([{ state, event }], this.#ports.clock.now());
    await this.#act(decided);
    const status = this.#runs.load(id)?.header.status ?? before;
    return { kind: "known", changed: decided.length > 0, status, ...audience };
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
      else if (!this.#expireTombstone(owner, now))
        await this.#act(this.#book.hear([{ id: owner, event: { type: "tick" } }], now));
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
    const gone = this.#book.commit(() => {
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

  /** What follows outside once everything is safe. Returns the works that are handed over, at most `take`. */
  async #act(decided: readonly Decided[], take = 0): Promise<readonly Work[]> {
    for (const { state } of decided) this.#watchers.wake(state.header.id);
    const ended = decided.flatMap(({ state: { header } }) => (TERMINAL_RUN.has(header.status) ? [header] : []));
    for (const { id } of ended) {
      this.#outbox.finished(id);
      this.#waiters.wake(id);
    }
    const { handed, messages } = postOf(decided, take);
    await publishPost(messages, this.#ports);
    await Promise.all(ended.map((header) => announceEnd(header, this.#ports)));
    return handed;
  }

  async #flush(now: Instant): Promise<void> {
    const retryAt = now + this.#settings.archiveRetryMs;
    while (this.#outbox.waiting > 0) {
      // Under steady load the next batch leaves then: one alarm a batch does for both.
      this.#timers.guard(now + this.#settings.flushMs);
      const left = this.#book.commit(() => this.#outbox.open(now, retryAt));
      for (const id of left ?? []) this.#timers.set(id, null);
    }
    const due = this.#outbox.due(now, retryAt);
    this.#timers.set(OUTBOX, this.#outbox.nextRetryAt());
    this.#timers.set(NEWS, null);
    const archives = due.map((batch): EventMessage => ({ type: "archive", version: 1, ring: this.#number, batch }));
    const messages = [...archives, ...this.#book.news.take(this.#runs)];
    if (messages.length === 0) return;
    // While the messages travel, another call may arm for something later; what is next must be armed by then.
    this.#timers.rearm();
    await publishNews(this.#number, messages, this.#ports);
  }

  #expireTombstone(owner: string, now: Instant): boolean {
    if (!isExpired(tombstoneOf(this.#ports.store.read(owner)), now)) return false;
    this.#book.commit(() => this.#ports.store.remove(owner));
    this.#timers.set(owner, null);
    return true;
  }
}
