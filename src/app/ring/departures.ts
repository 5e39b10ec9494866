import type { EventMessage } from "../../core/run/dispatch/work.ts";
import type { Instant } from "../../core/run/model/state.ts";
import type { ArchiveBatch } from "../../spi/run-coordinator.ts";
import type { RingBook } from "./book.ts";
import { NEWS } from "./news.ts";
import { OUTBOX, type Stranded } from "./outbox.ts";
import type { RingPorts, RingSettings } from "./ports.ts";
import { publishNews } from "./post.ts";
import { tombstonePart } from "./tombstones.ts";
import type { RingWard } from "./ward.ts";

/** How runs leave their ring: in batches, for the archive, which are told again until it has answered. */
export class RingDepartures {
  readonly #number: number;
  readonly #book: RingBook;
  readonly #ward: RingWard;
  readonly #ports: RingPorts;
  readonly #settings: RingSettings;

  constructor(number: number, book: RingBook, ward: RingWard, ports: RingPorts, settings: RingSettings) {
    this.#number = number;
    this.#book = book;
    this.#ward = ward;
    this.#ports = ports;
    this.#settings = settings;
  }

  /** Whoever has ended leaves; batches and news that are due go out. */
  async flush(now: Instant): Promise<void> {
    const retryAt = now + this.#settings.archiveRetryMs;
    while (this.#book.memory.outbox.waiting > 0) {
      // Under steady load the next batch leaves then: one alarm a batch does for both.
      this.#book.memory.timers.guard(now + this.#settings.flushMs);
      const { left, stranded } = this.#book.commit(() => this.#book.memory.outbox.open(now, retryAt));
      for (const id of left) this.#book.memory.timers.set(id, null);
      this.#setAside(stranded);
    }
    const { outbox, timers } = this.#book.memory;
    const due = outbox.due(now, retryAt);
    timers.set(OUTBOX, outbox.nextRetryAt());
    timers.set(NEWS, null);
    const archives = due.map((batch): EventMessage => ({ type: "archive", version: 1, ring: this.#number, batch }));
    const messages = [...archives, ...this.#book.news.take((id) => this.#ward.usable(id))];
    if (messages.length === 0) return;
    // While the messages travel, another call may arm for something later; what is next must be armed by then.
    timers.rearm();
    await publishNews(this.#number, messages, this.#ports);
  }

  /** The records and trust totals of a batch on its way to the archive; null once it is archived. */
  batch(number: number): ArchiveBatch | null {
    const read = this.#book.memory.outbox.read(number);
    if (!read) return null;
    this.#setAside(read.stranded);
    return read.batch;
  }

  /** The batch is archived: its runs are forgotten, keyed ones but for their request. */
  archived(number: number): void {
    const { store, clock } = this.#ports;
    const expiresAt = clock.now() + this.#settings.keyMemoryMs;
    const { outbox, timers } = this.#book.memory;
    if (outbox.hasKeyed(number)) timers.guard(expiresAt);
    const gone = this.#book.commit(() => {
      const runs = this.#book.memory.outbox.archived(number);
      for (const { id, keyed } of runs) {
        store.remove(id);
        if (keyed !== null) store.write(id, [tombstonePart(keyed, expiresAt)]);
      }
      return runs;
    });
    for (const { id, keyed } of gone) {
      this.#book.memory.runs.forget(id);
      this.#book.memory.timers.set(id, keyed === null ? null : expiresAt);
    }
    this.#book.memory.timers.set(OUTBOX, this.#book.memory.outbox.nextRetryAt());
  }

  #setAside(stranded: readonly Stranded[]): void {
    for (const { id, thrown } of stranded) this.#ward.setAside(id, thrown);
  }
}
