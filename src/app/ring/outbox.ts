import { decodeRun } from "../../core/run/codec/codec.ts";
import { partingOf, type Departure, type Parting } from "../../core/run/reduce/departure.ts";
import type { Instant, RunId } from "../../core/run/model/state.ts";
import type { RingStore } from "../../spi/ring-store.ts";
import type { ArchiveBatch } from "../../spi/run-coordinator.ts";
import { RingLedger } from "./trust-books.ts";
import type { RingRuns } from "./runs.ts";

/** The owner of the batches under way. */
export const OUTBOX = "~outbox";

const MAX_RUNS = 500;
const MAX_CHARS = 8 * 1024 * 1024;
/** A batch names the nodes its runs have touched, in one row. */
const MAX_NODES = 5_000;
/**
 * Records at hand are kept until they have left, up to this many characters in all; others are read when they leave. Many
 * rings may share the memory of one isolate.
 */
const MAX_KEPT_CHARS = 1024 * 1024;

/** A finished run whose record need not be read, as far as that is at hand. */
interface Known {
  readonly parting: Parting;
  readonly record: string | null;
  /** About as many as it is stored in. */
  readonly chars: number;
}

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

/**
 * Finished runs on their way to the archive. A batch is opened in one transaction that also adds the runs' observations
 * to the ring's running trust totals, so each run counts once however often its batch is sent; the runs stay readable
 * until the archive has answered.
 */
export class RingOutbox {
  readonly #store: RingStore;
  readonly #runs: RingRuns;
  readonly #ledger: RingLedger;
  readonly #finished = new Set<RunId>();
  readonly #leaving = new Set<RunId>();
  readonly #batches = new Map<number, Batch & { retryAt: Instant }>();
  /** Finished and leaving runs of which more than their id is at hand. */
  readonly #known = new Map<RunId, Known>();
  #keptChars = 0;

  constructor(ring: number, store: RingStore, runs: RingRuns) {
    this.#store = store;
    this.#runs = runs;
    this.#ledger = new RingLedger(ring, store);
    for (const { part, body, dueAt } of store.read(OUTBOX)) {
      this.#keep(Number(part), JSON.parse(body) as Batch, dueAt ?? 0);
    }
  }

  /** The run has ended and waits for the next batch; `at hand` is its record and what is to be known of it, if so. */
  finished(id: RunId, atHand: (Parting & { readonly record: string }) | null = null): void {
    if (this.#leaving.has(id)) return;
    this.#finished.add(id);
    if (atHand === null) return;
    const { record, ...parting } = atHand;
    const { length: chars } = record;
    this.#know(id, { parting, chars, record: this.#keptChars + chars > MAX_KEPT_CHARS ? null : record });
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
    const nodes = new Set<string>();
    let chars = 0;
    for (const id of this.#finished) {
      this.#finished.delete(id);
      const ended = this.#endOf(id);
      if (ended === null) continue;
      const { keyed, trust, summary } = ended.parting;
      chars += ended.chars;
      runs.push({ id, keyed });
      for (const node of this.#ledger.count(summary.tenant, trust)) nodes.add(node);
      if (runs.length >= MAX_RUNS || chars >= MAX_CHARS || nodes.size >= MAX_NODES) break;
    }
    if (runs.length === 0) return null;
    const batch: Batch = { runs, nodes: [...nodes] };
    const number = this.#ledger.nextNumber(now);
    this.#ledger.write(nodes);
    this.#store.write(OUTBOX, [{ part: String(number), body: JSON.stringify(batch), dueAt: retryAt }]);
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
    return {
      runs: batch.runs.flatMap(({ id }) => this.#departure(id) ?? []),
      trust: this.#ledger.totals(batch.nodes),
    };
  }

  /** What is to be known of an ended run, with about as many characters as it is stored in; null when it is not there. */
  #endOf(id: RunId): Known | null {
    const known = this.#known.get(id);
    if (known) return known;
    const ended = this.#runs.ended(id);
    if (ended === null) return null;
    const seen: Known = { parting: partingOf(ended.state), chars: ended.chars, record: null };
    this.#know(id, seen);
    return seen;
  }

  #departure(id: RunId): Departure | null {
    const known = this.#known.get(id);
    const record = known?.record ?? this.#runs.record(id);
    if (record === null) return null;
    const { summary, sequel, cacheable } = known?.parting ?? partingOf(decodeRun(record));
    return { record, summary, sequel, cacheable };
  }

  #know(id: RunId, known: Known): void {
    this.#forget(id);
    this.#known.set(id, known);
    this.#keptChars += known.record?.length ?? 0;
  }

  #forget(id: RunId): void {
    this.#keptChars -= this.#known.get(id)?.record?.length ?? 0;
    this.#known.delete(id);
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
    for (const { id } of batch.runs) {
      this.#leaving.delete(id);
      this.#forget(id);
    }
    return batch.runs;
  }

  #keep(number: number, batch: Batch, retryAt: Instant): void {
    this.#batches.set(number, { ...batch, retryAt });
    for (const { id } of batch.runs) this.#leaving.add(id);
  }
}
