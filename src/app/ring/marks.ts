import type { Instant, RunId } from "../../core/run/model/state.ts";
import { encodeMark, isWorthReading, readMark, type QuarantineMark } from "../../core/run/quarantine/mark.ts";
import type { StoredForms } from "../../core/stored/forms.ts";
import type { RingStore } from "../../spi/ring-store.ts";

/** The owner of the marks. */
const QUARANTINE = "~quarantine";
/** The owner of the names of runs whose coming or going has still to be told. */
export const UNTOLD = "~quarantine-news";

/** Which runs of a ring are in quarantine, and why: a part each, beside the runs, which stay as they are stored. */
export class RingMarks {
  readonly #store: RingStore;
  readonly #forms: StoredForms;
  readonly #marks = new Map<RunId, QuarantineMark>();
  /** Runs that were set aside or left since it was last told, and which time of it that was. */
  readonly #untold = new Map<RunId, string>();

  constructor(store: RingStore, forms: StoredForms) {
    this.#store = store;
    this.#forms = forms;
    for (const { part, body } of store.read(QUARANTINE)) this.#marks.set(part, readMark(body, forms));
    for (const { part, body } of store.read(UNTOLD)) this.#untold.set(part, body);
  }

  get all(): ReadonlyMap<RunId, QuarantineMark> {
    return this.#marks;
  }

  of(id: RunId): QuarantineMark | null {
    return this.#marks.get(id) ?? null;
  }

  has(id: RunId): boolean {
    return this.#marks.has(id);
  }

  /** Runs that only later code could read, and that this code may. */
  get worthReading(): readonly RunId[] {
    return [...this.#marks].flatMap(([id, mark]) => (isWorthReading(mark, this.#forms) ? [id] : []));
  }

  /** Which runs have still to be told of. */
  get untold(): ReadonlyMap<RunId, string> {
    return new Map(this.#untold);
  }

  /** It has to be told that the run is in quarantine, or no more. Call inside a transaction. */
  note(id: RunId, dueAt: Instant): void {
    const time = String((Number(this.#untold.get(id)) || 0) + 1);
    this.#store.write(UNTOLD, [{ part: id, body: time, dueAt }]);
    this.#untold.set(id, time);
  }

  /** It was told of these, as `untold` had them: what came since has still to be. Call inside a transaction. */
  told(runs: ReadonlyMap<RunId, string>): void {
    const done = [...runs].flatMap(([id, time]) => (this.#untold.get(id) === time ? [id] : []));
    if (done.length > 0) this.#store.remove(UNTOLD, done);
    for (const id of done) this.#untold.delete(id);
  }

  /** Call inside a transaction. */
  write(id: RunId, mark: QuarantineMark): void {
    this.#store.write(QUARANTINE, [{ part: id, body: encodeMark(mark, this.#forms), dueAt: null }]);
    this.#marks.set(id, mark);
  }

  /** Call inside a transaction. */
  remove(id: RunId): void {
    if (this.#marks.delete(id)) this.#store.remove(QUARANTINE, [id]);
  }
}
