import { RuntimeHostError } from "../../core/errors.ts";
import { STORED_FORMS } from "../../core/stored/forms.ts";
import { readFitting } from "../../core/stored/stored-form.ts";

/** Where a part is stored. */
export interface Slot {
  readonly n: number;
  /** Grows with every part that comes to be stored somewhere: tells a slot that was taken again from one that is free. */
  readonly born: number;
  /** Length of the part's body. */
  readonly chars: number;
  readonly dueAt: number | null;
}

/** A slot as it is stored, without its body. */
export interface StoredSlot extends Slot {
  readonly owner: string;
  readonly part: string;
}

/** Slots that became free together: the moment, then number and birth of each in turn. */
type Freed = readonly [at: number, ...slots: number[]];

/** What a slot of a removed part is kept for: to be written over. Beyond this many, or when it is this large, it is not. */
const MAX_FREE = 1_000;
const MAX_FREE_CHARS = 32 * 1024;
/** What is not written over within this time, in milliseconds, is erased; so is whatever is nearly as old by then. */
const KEEP_MS = 60 * 60 * 1_000;
/** One alarm erases what became free within this time, instead of an alarm for every moment. */
const EARLY_MS = 15 * 60 * 1_000;

function readList(text: string): readonly Freed[] {
  const read = readFitting<readonly Freed[]>(STORED_FORMS["free slots"], text, (list) =>
    list.flat().every(Number.isFinite),
  );
  if (!read.ok) throw new RuntimeHostError(read.error);
  return read.value;
}

/**
 * The directory of a ring's slots. Removing a part is billed like writing it, writing over another is not billed twice: so
 * the slots of removed parts become free, all of a transaction by one row that names them, and are taken by the next parts,
 * oldest first. Knows nothing of SQL; what it says must be done in the transaction in which it is asked.
 */
export class Slots {
  readonly #parts = new Map<string, Map<string, Slot>>();
  /** Oldest first. */
  readonly #free: { n: number; born: number; at: number }[] = [];
  #lastSlot = 0;
  #lastBirth = 0;
  #isListOld = false;

  /** @param list the text of the last list of free slots. Throws RECORD_NEWER or RECORD_UNREADABLE: a slot that is free must not be taken for a part. */
  constructor(stored: Iterable<StoredSlot>, list: string | null) {
    const births = new Map<number, number>();
    const freed = new Map<number, number>();
    for (const [at, ...slots] of list === null ? [] : readList(list)) {
      for (let i = 0; i < slots.length; i += 2) {
        births.set(slots[i] ?? 0, slots[i + 1] ?? 0);
        freed.set(slots[i] ?? 0, at);
      }
    }
    // The list may name slots that are erased by now: nobody else may come to look like one of them.
    this.#lastBirth = Math.max(0, ...births.values());
    for (const { owner, part, ...slot } of stored) {
      this.#lastSlot = Math.max(this.#lastSlot, slot.n);
      this.#lastBirth = Math.max(this.#lastBirth, slot.born);
      const { n, born } = slot;
      if (births.get(n) === born) this.#free.push({ n, born, at: freed.get(n) ?? 0 });
      else this.#partsOf(owner).set(part, slot);
    }
    this.#free.sort((a, b) => a.at - b.at);
  }

  get owners(): readonly string[] {
    return [...this.#parts.keys()];
  }

  /** The owner's parts and their slots, sorted by part. */
  of(owner: string): readonly (readonly [part: string, slot: Slot])[] {
    return [...(this.#parts.get(owner) ?? [])].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  }

  /** The slot a part is to be written to: its own, one that is free, or a new one. */
  place(owner: string, part: string, chars: number, dueAt: number | null): Slot & { readonly isNew: boolean } {
    const parts = this.#partsOf(owner);
    const own = parts.get(part) ?? this.#free.shift();
    const isTaken = parts.has(part);
    const slot: Slot = {
      n: own?.n ?? ++this.#lastSlot,
      born: own && isTaken ? own.born : ++this.#lastBirth,
      chars,
      dueAt,
    };
    parts.set(part, slot);
    return { ...slot, isNew: own === undefined };
  }

  /** The part is no more. Returns the slot when it must be deleted, null when it is free now or there was none. */
  remove(owner: string, part: string, now: number): number | null {
    const parts = this.#parts.get(owner);
    const slot = parts?.get(part);
    if (!parts || !slot) return null;
    parts.delete(part);
    if (parts.size === 0) this.#parts.delete(owner);
    if (slot.chars > MAX_FREE_CHARS) return slot.n;
    const oldest = this.#free.length < MAX_FREE ? undefined : this.#free.shift();
    // A machine's clock may be behind that of the one before it: the oldest comes first all the same.
    const place = this.#free.findLastIndex(({ at }) => at <= now) + 1;
    this.#free.splice(place, 0, { n: slot.n, born: slot.born, at: now });
    this.#isListOld = true;
    return oldest?.n ?? null;
  }

  /** When the first free slot has been so long; null when none is. */
  eraseAt(): number | null {
    const oldest = this.#free[0];
    return oldest === undefined ? null : oldest.at + KEEP_MS;
  }

  /** Takes out the free slots that must be erased now. */
  takeErasable(now: number): readonly number[] {
    if ((this.eraseAt() ?? Infinity) > now) return [];
    const young = this.#free.findIndex(({ at }) => at + KEEP_MS - EARLY_MS > now);
    return this.#free.splice(0, young === -1 ? this.#free.length : young).map(({ n }) => n);
  }

  /**
   * The list of free slots as a text, to be stored; null when the stored one still does: that some of its slots have been
   * taken or erased since is seen by their births.
   */
  takeList(): string | null {
    if (!this.#isListOld) return null;
    this.#isListOld = false;
    const groups = Map.groupBy(this.#free, ({ at }) => at);
    return JSON.stringify([...groups].map(([at, slots]): Freed => [at, ...slots.flatMap(({ n, born }) => [n, born])]));
  }

  #partsOf(owner: string): Map<string, Slot> {
    const parts = this.#parts.get(owner) ?? new Map<string, Slot>();
    this.#parts.set(owner, parts);
    return parts;
  }
}
