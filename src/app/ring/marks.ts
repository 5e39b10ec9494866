import type { RunId } from "../../core/run/model/state.ts";
import { encodeMark, isWorthReading, readMark, type QuarantineMark } from "../../core/run/quarantine/mark.ts";
import type { StoredForms } from "../../core/stored/forms.ts";
import type { RingStore } from "../../spi/ring-store.ts";

/** The owner of the marks. */
const QUARANTINE = "~quarantine";

/** Which runs of a ring are in quarantine, and why: a part each, beside the runs, which stay as they are stored. */
export class RingMarks {
  readonly #store: RingStore;
  readonly #forms: StoredForms;
  readonly #marks = new Map<RunId, QuarantineMark>();

  constructor(store: RingStore, forms: StoredForms) {
    this.#store = store;
    this.#forms = forms;
    for (const { part, body } of store.read(QUARANTINE)) this.#marks.set(part, readMark(body, forms));
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
