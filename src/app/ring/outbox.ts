import type { Fault } from "../../core/errors.ts";
import type { Result } from "../../core/result.ts";
import { STORED_FORMS, type StoredForms } from "../../core/stored/forms.ts";
import { currentVersion, readStored } from "../../core/stored/stored-form.ts";
import { backoffMs } from "../../core/run/reduce/retry.ts";
import type { Parting } from "../../core/run/reduce/departure.ts";
import type { Instant, RunId } from "../../core/run/model/state.ts";
import type { RingStore } from "../../spi/ring-store.ts";
import type { ArchiveBatch } from "../../spi/run-coordinator.ts";
import { attempt, EndedRuns, type Stranded } from "./ended-runs.ts";
import { TrustBooks } from "./trust-books.ts";
import type { RingRuns } from "./runs.ts";

/** The owner of the batches under way. */
export const OUTBOX = "~outbox";

const MAX_RUNS = 500;
const MAX_CHARS = 8 * 1024 * 1024;
/** Batches with runs that are under way at once: while the archive does not answer, whatever else ends waits for its turn. */
const MAX_UNDER_WAY = 2;
/** A batch names the nodes its runs have touched, in one row. */
const MAX_NODES = 5_000;
/** The longest pause between two messages for the same batch, in milliseconds. */
const MAX_PAUSE_MS = 10 * 60 * 1_000;

/**
 * How long a batch waits for the archive once it was sent again: at least as long as it has waited in all, so that each pause
 * is about twice the one before; spread, so that rings which failed together do not come back together.
 */
export function archivePauseMs(number: number, now: Instant, firstPauseMs: number): number {
  // A batch is numbered by the moment it was opened at, or a little later.
  const waitedMs = Math.max(0, now - number) + firstPauseMs;
  const policy = { maxRetries: 0, backoff: "fixed", baseMs: 2 * waitedMs, maxMs: MAX_PAUSE_MS } as const;
  return backoffMs(policy, 1, `${number}/${now}`);
}

/** A run on its way out; `keyed` is the request hash its ring must remember, or null. */
interface Leaving {
  readonly id: RunId;
  readonly keyed: string | null;
}

interface Batch {
  readonly v?: number;
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
  readonly #books: TrustBooks;
  readonly #finished = new Set<RunId>();
  readonly #leaving = new Set<RunId>();
  readonly #batches = new Map<number, Batch & { retryAt: Instant }>();
  readonly #ended: EndedRuns;
  readonly #forms: StoredForms;
  /** Batches and pages of trust that cannot be read, and why: kept as they are stored, in nobody's way. */
  readonly unread = new Map<string, Fault>();

  constructor(ring: number, store: RingStore, runs: RingRuns, forms: StoredForms = STORED_FORMS) {
    this.#store = store;
    this.#forms = forms;
    this.#ended = new EndedRuns(runs, forms);
    this.#books = new TrustBooks(ring, store, forms);
    for (const { part, body, dueAt } of store.read(OUTBOX)) {
      this.#books.noteNumber(Number(part));
      const batch = readBatch(body, forms);
      if (batch.ok) this.#keep(Number(part), batch.value, dueAt ?? 0);
      else this.unread.set(`${OUTBOX} ${part}`, batch.error);
    }
    for (const [part, problem] of this.#books.unread) this.unread.set(part, problem);
  }

  /** The run has ended and waits for the next batch; `at hand` is its record and what is to be known of it, if so. */
  finished(id: RunId, atHand: (Parting & { readonly record: string }) | null = null): void {
    if (this.#leaving.has(id)) return;
    this.#finished.add(id);
    if (atHand !== null) this.#ended.keep(id, atHand);
  }

  isLeaving(id: RunId): boolean {
    return this.#leaving.has(id) || this.#finished.has(id);
  }

  get waiting(): number {
    return this.#finished.size;
  }

  /** Whether so many batches are under way that no further one is opened. */
  get isFull(): boolean {
    let open = 0;
    for (const { runs } of this.#batches.values()) if (runs.length > 0) open++;
    return open >= MAX_UNDER_WAY;
  }

  /** Moves finished runs into a batch. Call inside a transaction; whoever cannot leave is left out and named. */
  open(now: Instant, retryAt: Instant): { readonly left: readonly RunId[]; readonly stranded: readonly Stranded[] } {
    const runs: Leaving[] = [];
    const stranded: Stranded[] = [];
    const nodes = new Set<string>();
    let chars = 0;
    for (const id of this.#finished) {
      this.#finished.delete(id);
      const counted = attempt(id, () => this.#count(id));
      if (counted === null) continue;
      if ("thrown" in counted) {
        stranded.push(counted);
        continue;
      }
      chars += counted.chars;
      runs.push({ id, keyed: counted.keyed });
      for (const node of counted.nodes) nodes.add(node);
      if (runs.length >= MAX_RUNS || chars >= MAX_CHARS || nodes.size >= MAX_NODES) break;
    }
    if (runs.length > 0) this.#send({ runs, nodes: [...nodes] }, now, retryAt);
    return { left: runs.map(({ id }) => id), stranded };
  }

  /** Moves an ended run into a batch of its own without counting it again. Call inside a transaction. */
  openAgain(id: RunId, now: Instant, retryAt: Instant): void {
    const ended = this.#ended.of(id);
    this.#finished.delete(id);
    if (ended) this.#send({ runs: [{ id, keyed: ended.parting.keyed }], nodes: [] }, now, retryAt);
  }

  /** Whether a batch is to be sent now. */
  isDue(now: Instant): boolean {
    return [...this.#batches.values()].some(({ retryAt }) => retryAt <= now);
  }

  /**
   * Batches to send now; each is due again after a pause that grows with its age, unless the archive answers. Call inside a
   * transaction: a ring that wakes up meanwhile keeps to the pause.
   */
  due(now: Instant, firstPauseMs: number): readonly number[] {
    const due = [...this.#batches].filter(([, { retryAt }]) => retryAt <= now);
    for (const [number, { retryAt: before, ...batch }] of due) {
      const isNew = before === 0;
      const retryAt = now + (isNew ? firstPauseMs : archivePauseMs(number, now, firstPauseMs));
      // A new batch was stored with its first pause.
      if (!isNew) this.#write(number, batch, retryAt);
      this.#batches.set(number, { ...batch, retryAt });
    }
    return due.map(([number]) => number);
  }

  /** When the next batch is due again, or null when none is under way. */
  nextRetryAt(): Instant | null {
    let next: Instant | null = null;
    for (const { retryAt } of this.#batches.values()) if (next === null || retryAt < next) next = retryAt;
    return next;
  }

  /** A batch for the archive; whoever cannot leave is left out and named. Null once it is archived. */
  read(number: number): { readonly batch: ArchiveBatch; readonly stranded: readonly Stranded[] } | null {
    const batch = this.#batches.get(number);
    if (!batch) return null;
    const departures = batch.runs.map(({ id }) => attempt(id, () => this.#ended.departure(id)));
    return {
      batch: {
        runs: departures.flatMap((departure) => (departure === null || "thrown" in departure ? [] : [departure])),
        trust: this.#books.totals(batch.nodes),
      },
      stranded: departures.flatMap((departure) => (departure && "thrown" in departure ? [departure] : [])),
    };
  }

  /** The run is no more on its way out. Call inside a transaction. */
  takeBack(id: RunId): void {
    this.#finished.delete(id);
    this.#leaving.delete(id);
    this.#ended.forget(id);
    for (const [number, { retryAt, ...batch }] of this.#batches) {
      const runs = batch.runs.filter((run) => run.id !== id);
      if (runs.length === batch.runs.length) continue;
      this.#write(number, { ...batch, runs }, retryAt);
      this.#batches.set(number, { ...batch, runs, retryAt });
    }
  }

  /** Whether a batch has it: what it says of its nodes is counted. */
  isCounted(id: RunId): boolean {
    return this.#leaving.has(id);
  }

  /** Counts what an ended run says of its nodes; null when it is not there. */
  #count(
    id: RunId,
  ): { readonly keyed: string | null; readonly chars: number; readonly nodes: readonly string[] } | null {
    const ended = this.#ended.of(id);
    if (ended === null) return null;
    const { keyed, trust, summary } = ended.parting;
    return { keyed, chars: ended.chars, nodes: this.#books.count(summary.tenant, trust) };
  }

  #send(batch: Batch, now: Instant, retryAt: Instant): void {
    const number = this.#books.nextNumber(now);
    this.#books.write(batch.nodes);
    this.#write(number, batch, retryAt);
    this.#keep(number, batch, 0);
  }

  #write(number: number, { runs, nodes }: Batch, dueAt: Instant): void {
    const body: Batch = { v: currentVersion(this.#forms["archive batch"]), runs, nodes };
    this.#store.write(OUTBOX, [{ part: String(number), body: JSON.stringify(body), dueAt }]);
  }

  hasKeyed(number: number): boolean {
    return this.#batches.get(number)?.runs.some(({ keyed }) => keyed !== null) ?? false;
  }

  runsOf(number: number): readonly RunId[] {
    return this.#batches.get(number)?.runs.map(({ id }) => id) ?? [];
  }

  /**
   * Closes a batch and says which runs left with it. Call inside a transaction; a repeat finds nothing. Of `unreported`
   * trust books the batch stays open, without runs.
   */
  archived(number: number, unreported: readonly string[] = [], retryAt: Instant = 0): readonly Leaving[] {
    const batch = this.#batches.get(number);
    if (!batch) return [];
    const nodes = batch.nodes.filter((key) => unreported.includes(key));
    if (nodes.length > 0) {
      this.#write(number, { runs: [], nodes }, retryAt);
      this.#batches.set(number, { runs: [], nodes, retryAt });
    } else {
      this.#store.remove(OUTBOX, [String(number)]);
      this.#batches.delete(number);
    }
    for (const { id } of batch.runs) {
      this.#leaving.delete(id);
      this.#ended.forget(id);
    }
    return batch.runs;
  }

  #keep(number: number, batch: Batch, retryAt: Instant): void {
    this.#batches.set(number, { ...batch, retryAt });
    for (const { id } of batch.runs) this.#leaving.add(id);
  }
}

function readBatch(body: string, forms: StoredForms): Result<Batch, Fault> {
  return readStored<Batch, Batch>(forms["archive batch"], body, ({ runs, nodes }) => {
    if (!runs.every(({ id }) => typeof id === "string") || !Array.isArray(nodes)) throw new TypeError("no batch");
    return { runs, nodes };
  });
}
