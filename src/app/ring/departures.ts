import { fault, RuntimeHostError, type Fault } from "../../core/errors.ts";
import { quarantineMessages, type EventMessage } from "../../core/messages/ring-messages.ts";
import type { Instant, RunId } from "../../core/run/model/state.ts";
import type { ArchiveBatch, ArchiveRemainder } from "../../spi/run-coordinator.ts";
import type { RingBook } from "./book.ts";
import { KEYS, planPurge, purgeAt } from "./keys.ts";
import { UNTOLD } from "./marks.ts";
import { NEWS } from "./news.ts";
import type { Stranded } from "./ended-runs.ts";
import { OUTBOX } from "./outbox.ts";
import type { RingPorts, RingSettings } from "./ports.ts";
import { publishNews } from "./post.ts";
import { bookKey } from "./trust-books.ts";
import type { RingWard } from "./ward.ts";

/** How runs leave their ring: in batches, for the archive, which are told again until it has answered. */
export class RingDepartures {
  readonly #number: number;
  readonly #book: RingBook;
  readonly #ward: RingWard;
  readonly #ports: RingPorts;
  readonly #settings: RingSettings;
  /** Whether runs wait until a batch under way is archived. */
  #isHeldUp = false;

  constructor(number: number, book: RingBook, ward: RingWard, ports: RingPorts, settings: RingSettings) {
    this.#number = number;
    this.#book = book;
    this.#ward = ward;
    this.#ports = ports;
    this.#settings = settings;
  }

  /**
   * Whoever has ended leaves, in as many batches as may be under way; who has no place leaves once the archive has answered
   * one of them. Batches and news that are due go out.
   */
  async flush(now: Instant): Promise<void> {
    const retryAt = now + this.#settings.archiveRetryMs;
    while (this.#book.memory.outbox.waiting > 0 && !this.#book.memory.outbox.isFull) {
      // Under steady load the next batch leaves then: one alarm a batch does for both.
      this.#book.memory.timers.guard(now + this.#settings.flushMs);
      const { left, stranded } = this.#book.commit(() => this.#book.memory.outbox.open(now, retryAt));
      for (const id of left) this.#book.memory.timers.set(id, null);
      this.#setAside(stranded);
    }
    const { outbox, timers } = this.#book.memory;
    this.#isHeldUp = outbox.waiting > 0;
    const due = outbox.isDue(now) ? this.#book.commit(() => outbox.due(now, this.#settings.archiveRetryMs)) : [];
    timers.set(OUTBOX, outbox.nextRetryAt());
    timers.set(NEWS, null);
    const archives = due.map((batch): EventMessage => ({ type: "archive", version: 1, ring: this.#number, batch }));
    const messages = [...archives, ...this.#book.news.take((id) => this.#ward.usable(id))];
    // Looked for last: whoever is asked how a run stands may find that it cannot be read.
    const untold = this.#untold(now, retryAt);
    // While the messages travel, another call may arm for something later; what is next must be armed by then.
    if (messages.length + untold.size > 0) timers.rearm();
    if (messages.length > 0) await publishNews(this.#number, messages, this.#ports);
    if (untold.size > 0) await this.#tell(untold);
  }

  /** Whose coming to quarantine or leaving it is to be told now; it is due again at `retryAt` unless that succeeds. */
  #untold(now: Instant, retryAt: Instant): ReadonlyMap<RunId, string> {
    const { marks, timers } = this.#book.memory;
    const dueAt = timers.at(UNTOLD);
    if (dueAt === null || dueAt > now) return new Map();
    const { untold } = marks;
    timers.set(UNTOLD, untold.size > 0 ? retryAt : null);
    return untold;
  }

  /** Tells the index of runs in quarantine. It is stored until it was told: who is in it must not be forgotten. */
  async #tell(untold: ReadonlyMap<RunId, string>): Promise<void> {
    const messages = quarantineMessages(this.#number, [...untold.keys()]);
    if (!(await publishNews(this.#number, messages, this.#ports))) return;
    this.#book.commit(() => this.#book.memory.marks.told(untold));
    const { marks, timers } = this.#book.memory;
    if (marks.untold.size === 0) timers.set(UNTOLD, null);
  }

  /** The records and trust totals of a batch on its way to the archive; null once it is archived. */
  batch(number: number): ArchiveBatch | null {
    const read = this.#book.memory.outbox.read(number);
    if (!read) return null;
    this.#setAside(read.stranded);
    return read.batch;
  }

  /**
   * The batch is archived: its runs are forgotten, keyed ones but for their request. Runs that were refused are set aside
   * before, and trust that was not taken goes out again.
   */
  archived(number: number, { refused, unreported }: ArchiveRemainder = NOTHING): void {
    const { store, clock } = this.#ports;
    const now = clock.now();
    const expiresAt = now + this.#settings.keyMemoryMs;
    const here = new Set(this.#book.memory.outbox.runsOf(number));
    this.#setAside(
      refused.flatMap(({ runId: id, fault: why }) => (here.has(id) ? [{ id, thrown: notArchived(why) }] : [])),
    );
    const { outbox, timers } = this.#book.memory;
    if (this.#isHeldUp) timers.guard(now);
    const lookAt = outbox.hasKeyed(number) ? purgeAt(timers, expiresAt) : null;
    const isNew = timers.at(KEYS) === null;
    timers.guard(lookAt);
    if (unreported.length > 0) timers.guard(now + this.#settings.archiveRetryMs);
    const gone = this.#book.commit(() => {
      const retryAt = now + this.#settings.archiveRetryMs;
      const runs = this.#book.memory.outbox.archived(number, unreported.map(bookKey), retryAt);
      for (const { id, keyed } of runs) {
        store.remove(id);
        if (keyed !== null) store.keys.put(id, { hash: keyed, expiresAt });
      }
      if (lookAt !== null && isNew) planPurge(store, lookAt);
      return runs;
    });
    for (const { id } of gone) {
      this.#book.memory.runs.forget(id);
      this.#book.memory.timers.set(id, null);
    }
    if (lookAt !== null) this.#book.memory.timers.set(KEYS, lookAt);
    const after = this.#book.memory;
    const goesOn = this.#isHeldUp && !after.outbox.isFull;
    after.timers.set(OUTBOX, goesOn ? now : after.outbox.nextRetryAt());
  }

  #setAside(stranded: readonly Stranded[]): void {
    for (const { id, thrown } of stranded) this.#ward.setAside(id, thrown);
  }
}

const NOTHING: ArchiveRemainder = { refused: [], unreported: [] };

/** Whatever the archive says of one run alone keeps it from being stored there. */
const notArchived = ({ code, message }: Fault): RuntimeHostError =>
  new RuntimeHostError(fault("RUN_UNSTORABLE", `the archive cannot take it: ${code}: ${message}`));
