import { decodeRun } from "../../core/run/codec.ts";
import { observationsOf } from "../../core/run/observations.ts";
import type { Instant, RunId } from "../../core/run/state.ts";
import { addObservation, emptyTotals, type TrustTotals } from "../../core/trust/totals.ts";
import type { RingStore } from "../../spi/ring-store.ts";
import type { ArchiveBatch } from "../../spi/run-coordinator.ts";
import type { RingRuns } from "./ring-runs.ts";

/** Owners of the ring's own books. */
export const OUTBOX = "~outbox";
const TRUST = "~trust";
/** The part that remembers the highest number ever given: a clock that goes back must not give one twice. */
const LAST = "last";

const MAX_RUNS = 500;
const MAX_CHARS = 8 * 1024 * 1024;

/** A run on its way out; `keyed` is the request hash its ring must remember, or null. */
interface Leaving {
  readonly id: RunId;
  readonly keyed: string | null;
}

interface Batch {
  readonly runs: readonly Leaving[];
  /** Trust books this batch touched. */
  readonly nodes: readonly string[];
}

interface TrustBook {
  readonly tenant: string;
  readonly node: string;
  readonly totals: TrustTotals;
}

/**
 * Finished runs on their way to the archive. A batch is opened in one transaction that also adds the runs' observations
 * to the ring's running trust totals, so each run counts once however often its batch is sent; the runs stay readable
 * until the archive has answered.
 */
export class RingOutbox {
  readonly #ring: number;
  readonly #store: RingStore;
  readonly #runs: RingRuns;
  readonly #finished = new Set<RunId>();
  readonly #leaving = new Set<RunId>();
  readonly #batches = new Map<number, Batch & { retryAt: Instant }>();
  #last = 0;

  constructor(ring: number, store: RingStore, runs: RingRuns) {
    this.#ring = ring;
    this.#store = store;
    this.#runs = runs;
    for (const { part, body, dueAt } of store.read(OUTBOX)) {
      if (part === LAST) {
        this.#last = Math.max(this.#last, Number(body));
        continue;
      }
      const batch = JSON.parse(body) as Batch;
      this.#keep(Number(part), batch, dueAt ?? 0);
    }
  }

  /** The run has ended and waits for the next batch. */
  finished(id: RunId): void {
    if (!this.#leaving.has(id)) this.#finished.add(id);
  }

  isLeaving(id: RunId): boolean {
    return this.#leaving.has(id) || this.#finished.has(id);
  }

  get waiting(): number {
    return this.#finished.size;
  }

  /** Moves finished runs into a batch. Call inside a transaction; null when nothing has finished. */
  open(now: Instant, retryAt: Instant): readonly RunId[] | null {
    const runs: Leaving[] = [];
    const books = new Map<string, TrustBook>();
    let chars = 0;
    for (const id of this.#finished) {
      const record = this.#runs.record(id);
      this.#finished.delete(id);
      if (record === null) continue;
      chars += record.length;
      const state = decodeRun(record);
      runs.push({ id, keyed: state.header.idempotencyKey === null ? null : state.header.requestHash });
      this.#observe(state, books);
      if (runs.length >= MAX_RUNS || chars >= MAX_CHARS) break;
    }
    if (runs.length === 0) return null;
    const batch: Batch = { runs, nodes: [...books.keys()] };
    const number = Math.max(now, this.#last + 1);
    this.#store.write(
      TRUST,
      [...books].map(([part, book]) => ({ part, body: JSON.stringify(book), dueAt: null })),
    );
    this.#store.write(OUTBOX, [
      { part: String(number), body: JSON.stringify(batch), dueAt: retryAt },
      { part: LAST, body: String(number), dueAt: null },
    ]);
    this.#keep(number, batch, 0);
    return runs.map(({ id }) => id);
  }

  /** Batches to send now; each is due again at `retryAt` unless the archive answers. */
  due(now: Instant, retryAt: Instant): readonly number[] {
    const due = [...this.#batches].filter(([, batch]) => batch.retryAt <= now);
    for (const [, batch] of due) batch.retryAt = retryAt;
    return due.map(([number]) => number);
  }

  /** When the next batch is due again, or null when none is under way. */
  nextRetryAt(): Instant | null {
    let next: Instant | null = null;
    for (const { retryAt } of this.#batches.values()) if (next === null || retryAt < next) next = retryAt;
    return next;
  }

  read(number: number): ArchiveBatch | null {
    const batch = this.#batches.get(number);
    if (!batch) return null;
    const books = new Map(this.#store.read(TRUST).map(({ part, body }) => [part, body]));
    return {
      records: batch.runs.flatMap(({ id }) => this.#runs.record(id) ?? []),
      trust: batch.nodes.map((part) => {
        const { tenant, node, totals } = JSON.parse(books.get(part) ?? "null") as TrustBook;
        return { tenant, node, totals, source: `ring-${this.#ring.toString(16).padStart(2, "0")}` };
      }),
    };
  }

  hasKeyed(number: number): boolean {
    return this.#batches.get(number)?.runs.some(({ keyed }) => keyed !== null) ?? false;
  }

  /** Closes a batch and says which runs left with it. Call inside a transaction; a repeat finds nothing. */
  archived(number: number): readonly Leaving[] {
    const batch = this.#batches.get(number);
    if (!batch) return [];
    this.#store.remove(OUTBOX, [String(number)]);
    this.#batches.delete(number);
    for (const { id } of batch.runs) this.#leaving.delete(id);
    return batch.runs;
  }

  #keep(number: number, batch: Batch, retryAt: Instant): void {
    this.#batches.set(number, { ...batch, retryAt });
    this.#last = Math.max(this.#last, number);
    for (const { id } of batch.runs) this.#leaving.add(id);
  }

  #observe(state: ReturnType<typeof decodeRun>, books: Map<string, TrustBook>): void {
    const { tenant, foreign } = state.header;
    if (foreign) return;
    for (const { node, observation } of observationsOf(state)) {
      const part = JSON.stringify([tenant, node]);
      const book = books.get(part) ?? this.#book(part) ?? { tenant, node, totals: emptyTotals() };
      books.set(part, { ...book, totals: addObservation(book.totals, observation) });
    }
  }

  #book(part: string): TrustBook | null {
    const stored = this.#store.read(TRUST).find((row) => row.part === part);
    return stored ? (JSON.parse(stored.body) as TrustBook) : null;
  }
}
