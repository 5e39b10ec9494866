import type { Holder } from "../../core/limit/book.ts";
import { RuntimeHostError } from "../../core/errors.ts";
import { type RunCodec } from "../../core/run/codec/codec.ts";
import { codecOf } from "../runs/run-codec.ts";
import { isQuarantined, type Quarantined } from "../../core/run/quarantine/quarantine.ts";
import { TERMINAL_RUN, type RunId, type RunStatus } from "../../core/run/model/state.ts";
import { signalsOf } from "../../core/run/views/signals.ts";
import { audienceOf } from "../../core/run/wait/audience.ts";
import { standingOf } from "../../core/run/dispatch/standing.ts";
import { valuesFor } from "../../core/run/dispatch/work-item-of.ts";
import type { Answer, PlanAnswer, SourceId, Undeliverable, WorkItem } from "../../core/run/dispatch/work-item.ts";
import type { StoredValue } from "../../core/run/model/value.ts";
import type { RingPart } from "../../spi/ring-store.ts";
import type { RingFace } from "../../spi/ring-face.ts";
import type {
  ArchiveBatch,
  ArchiveRemainder,
  ControlEvent,
  ControlReceipt,
  EndRequest,
  HandOver,
  LiveValue,
  ProgressReport,
  QuarantinedRun,
  Receipt,
  RetryReceipt,
  SignalPage,
  Standing,
  Submission,
} from "../../spi/run-coordinator.ts";
import { announceEnd } from "../archive/announce-end.ts";
import { RingBook, type Heard } from "./book.ts";
import type { Happening } from "./decisions.ts";
import { RingDepartures } from "./departures.ts";
import { rememberedKey } from "./keys.ts";
import { RingLoop } from "./loop.ts";
import type { RingOutbox } from "./outbox.ts";
import { DEFAULT_RING, type RingPorts, type RingSettings } from "./ports.ts";
import type { RingRuns } from "./runs.ts";
import type { RingTimers } from "./timers.ts";
import { repeatOf, tombstoneOf } from "./tombstones.ts";
import { RingWard } from "./ward.ts";

/**
 * One shard of run state: the loop around `core/run`, the same in a Durable Object and in memory. Every public method
 * first arms the alarm, then changes state in one transaction, then talks to the outside; what is lost after the
 * transaction is repeated by the alarm. A run that cannot be read, decided on or stored is set aside; the others go on.
 */
export class Ring implements RingFace {
  readonly #ports: RingPorts;
  readonly #settings: RingSettings;
  readonly #book: RingBook;
  readonly #ward: RingWard;
  readonly #departures: RingDepartures;
  readonly #codec: RunCodec;
  readonly #loop: RingLoop;

  constructor(number: number, ports: RingPorts, settings: RingSettings = DEFAULT_RING) {
    this.#ports = ports;
    this.#settings = settings;
    this.#codec = codecOf(ports.forms);
    this.#book = new RingBook(number, ports, settings);
    this.#ward = new RingWard(this.#book, ports, settings);
    this.#departures = new RingDepartures(number, this.#book, this.#ward, ports, settings);
    this.#loop = new RingLoop(this.#book, this.#ward, this.#departures, ports);
    this.#report(number);
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

  async submit(submission: Submission): Promise<Receipt | Quarantined> {
    const { runId } = submission;
    const parts = this.#ports.store.read(runId);
    const held = parts.length === 0 || tombstoneOf(parts) ? null : this.#ward.find(runId);
    if (isQuarantined(held)) return held;
    const now = this.#ports.clock.now();
    const key = rememberedKey(this.#ports.store, runId, now);
    const known = repeatOf(submission, { parts, key }, held, this.#codec.encode);
    if (known) return known;
    if (submission.finished) {
      const flushAt = now + this.#settings.flushMs;
      this.#timers.guard(flushAt);
      this.#book.commit(() => {
        if (submission.restored) this.#ports.store.remove(runId);
        if (key) this.#ports.store.keys.remove(runId);
        this.#runs.insert(runId, submission.record, flushAt);
      });
      this.#timers.set(runId, flushAt);
      this.#outbox.finished(runId, { ...submission.finished, record: submission.record });
      return { kind: "accepted", record: null };
    }
    const read = this.#codec.read(submission.record);
    if (!read.ok) throw new RuntimeHostError(read.error);
    const started: Happening = { state: read.value, event: { type: "start" } };
    await this.#loop.act(this.#book.change([started], now, true));
    const { waitMs = 0 } = submission;
    if (waitMs === 0) return { kind: "accepted", record: null };
    const waited = await this.wait(runId, waitMs);
    return isQuarantined(waited) ? waited : { kind: "accepted", record: waited };
  }

  /**
   * Takes all answers in one transaction; what they make ready and the caller does not take on is published in one call.
   * Returns the work items that are the caller's now.
   */
  async answer(answers: readonly Answer[], { take }: HandOver = { take: 0 }): Promise<readonly WorkItem[]> {
    const heard = answers.map(({ runId: id, ...answer }): Heard => ({ id, event: { type: "answer", ...answer } }));
    return this.#loop.settle(this.#loop.hear(heard, this.#ports.clock.now()), take);
  }

  /** As `answer`, for one, which hands nothing over: whether it was the one that was waited for. */
  async report({ runId: id, ...answer }: Answer): Promise<boolean> {
    if (!this.holds(id, answer.segment, answer.token)) return false;
    const heard: Heard = { id, event: { type: "answer", ...answer } };
    await this.#loop.settle(this.#loop.hear([heard], this.#ports.clock.now()));
    return true;
  }

  /** How far a step under way has come; false when nobody waits for it any more. */
  async progress({ runId: id, ...progress }: ProgressReport): Promise<boolean> {
    if (!this.holds(id, progress.segment, progress.token)) return false;
    const heard: Heard = { id, event: { type: "progress", ...progress } };
    await this.#loop.settle(this.#loop.hear([heard], this.#ports.clock.now()));
    return true;
  }

  /** The dispatch with all its values, while somebody waits for its answer; otherwise why nobody does. */
  standing(id: RunId, segment: string, token: string): Standing {
    const state = this.#ward.usable(id);
    return state ? standingOf(state, segment, token) : { kind: "unknown" };
  }

  /** It is these segments' turn at a limit; returns those that do not wait for one. */
  async admit(called: readonly Holder[]): Promise<readonly Holder[]> {
    const now = this.#ports.clock.now();
    const idle: Holder[] = [];
    const refusals: unknown[] = [];
    for (const holder of called) {
      const heard = { id: holder.runId, event: { type: "admitted", segment: holder.segment } } as const;
      const hearing = this.#loop.hear([heard], now);
      refusals.push(...hearing.refusals);
      if (hearing.decided.length > 0) await this.#loop.act(hearing.decided);
      else if (hearing.refusals.length === 0) idle.push(holder);
    }
    if (refusals.length > 0) throw refusals[0];
    return idle;
  }

  async undeliverable(items: readonly Undeliverable[]): Promise<void> {
    const heard = items.map(({ runId: id, ...item }): Heard => ({ id, event: { type: "undeliverable", ...item } }));
    await this.#loop.settle(this.#loop.hear(heard, this.#ports.clock.now()));
  }

  async replanned({ runId, token, result }: PlanAnswer): Promise<void> {
    const heard = { id: runId, event: { type: "replanned", token, result } } as const;
    await this.#loop.settle(this.#loop.hear([heard], this.#ports.clock.now()));
  }

  read(id: RunId): string | Quarantined | null {
    return this.#ward.held(id) ?? this.#record(id);
  }

  /** The record once the run has ended, or as it is after `timeoutMs`. */
  async wait(id: RunId, timeoutMs: number): Promise<string | Quarantined | null> {
    const state = this.#ward.find(id);
    if (isQuarantined(state)) return state;
    if (state && !TERMINAL_RUN.has(state.header.status)) await this.#loop.waiters.wait(id, timeoutMs);
    return this.read(id);
  }

  /** The run's signals after a number, held until there is one, the run has ended or `timeoutMs` are over. */
  async watch(tenant: string, id: RunId, after: number, timeoutMs: number): Promise<SignalPage | Quarantined | null> {
    const { clock } = this.#ports;
    const until = clock.now() + timeoutMs;
    for (let inTime = timeoutMs > 0; ;) {
      const state = this.#ward.find(id);
      if (isQuarantined(state)) return state;
      if (!state || state.header.tenant !== tenant) return null;
      const events = signalsOf(state, after);
      const finished = TERMINAL_RUN.has(state.header.status);
      if (events.length > 0 || finished || !inTime) return { events, finished };
      inTime = await this.#loop.watchers.wait(id, Math.max(0, until - clock.now()));
    }
  }

  /** Steers a run under way. */
  async control(tenant: string, id: RunId, event: ControlEvent): Promise<ControlReceipt | Quarantined> {
    const state = this.#ward.find(id);
    if (isQuarantined(state)) return state;
    if (!state || state.header.tenant !== tenant) return { kind: "unknown" };
    const before = state.header.status;
    const audience = event.type === "event" ? { audience: audienceOf(state, event.name) } : {};
    const hearing = this.#loop.hear([{ id, event }], this.#ports.clock.now());
    await this.#loop.settle(hearing);
    const after = this.#ward.find(id);
    if (isQuarantined(after)) return after;
    const status = after?.header.status ?? before;
    return { kind: "known", changed: hearing.decided.length > 0, status, ...audience };
  }

  /** Whether the dispatch with this token still is what the segment waits for. */
  holds(id: RunId, segment: string, token: string): boolean {
    return this.#ward.usable(id)?.segments.get(segment)?.lease?.token === token;
  }

  values(id: RunId, segment: string, token: string): Readonly<Record<SourceId, StoredValue>> | null {
    const state = this.#ward.usable(id);
    const lease = state?.segments.get(segment)?.lease;
    return state && lease && lease.token === token ? valuesFor(state, lease.steps) : null;
  }

  /** The large values of the runs that are here. */
  liveValues(): readonly LiveValue[] {
    return this.#ports.store.owners().flatMap((owner) => this.#runs.valuesOf(owner));
  }

  /** The runs in quarantine: of those asked for, or all. */
  quarantined(of?: readonly RunId[]): readonly QuarantinedRun[] {
    return this.#ward.list(of);
  }

  /** What is stored of a run, byte by byte, whether or not it can be read; null when nothing is. */
  raw(id: RunId): readonly RingPart[] | null {
    const parts = this.#ports.store.read(id);
    return parts.length === 0 || tombstoneOf(parts) ? null : parts;
  }

  retry(id: RunId): Promise<RetryReceipt> {
    return this.#loop.retry(id);
  }

  /** Ends a run in quarantine as failed; null when it is in none. What follows its end follows. */
  async end(id: RunId, request: EndRequest): Promise<RunStatus | null> {
    const now = this.#ports.clock.now();
    const state = this.#ward.end(id, request, now);
    if (!state) return null;
    this.#loop.wake(id);
    await announceEnd(state.header, this.#ports);
    return state.header.status;
  }

  tick(): Promise<void> {
    return this.#loop.tick();
  }

  batch(batch: number): ArchiveBatch | null {
    return this.#departures.batch(batch);
  }

  archived(batch: number, remainder?: ArchiveRemainder): void {
    this.#departures.archived(batch, remainder);
  }

  #record(id: RunId): string | Quarantined | null {
    try {
      return this.#runs.record(id);
    } catch (thrown) {
      return this.#ward.setAside(id, thrown);
    }
  }

  /** Records of the ring's own that cannot be read: they stay as they are, in nobody's way. */
  #report(number: number): void {
    for (const [record, { code, message }] of this.#outbox.unread)
      this.#ports.log.error("a ring cannot read a record of its own; it stays as it is stored", {
        correlation_id: `ring-${number}`,
        record,
        code,
        reason: message,
      });
  }
}
