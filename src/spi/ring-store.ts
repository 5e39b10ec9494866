/** A part of a stored run or of the ring's own books: `(owner, part) → body`. */
export interface RingPart {
  readonly part: string;
  readonly body: string;
  /** When this part needs attention, milliseconds since the epoch; null for never. */
  readonly dueAt: number | null;
}

/**
 * A ring's storage: small, synchronous, transactional. Owners are run ids, or names starting with `~` for the ring's
 * own books. A part that is written is a billed row; removing any number of parts in a transaction is one more, and one
 * for each part that is too large to be kept for reuse.
 */
export interface RingStore {
  /** All or nothing. Not nested. */
  transaction<T>(work: () => T): T;
  /** Every part of the owner, sorted by part; empty when unknown. */
  read(owner: string): readonly RingPart[];
  /** Throws RUN_UNSTORABLE for a part of more than 2 MB: no row takes it. */
  write(owner: string, parts: readonly RingPart[]): void;
  /** Removes the given parts, or every part of the owner. */
  remove(owner: string, parts?: readonly string[]): void;
  /** Everybody who owns a part, each once, in any order. Scans; called when everything in a ring is asked for. */
  owners(): readonly string[];
  /**
   * Every owner whose last part is due at some time, in any order: what is added to a run says when the whole of it is.
   * Scans; called once when a ring wakes up cold.
   */
  timers(): readonly { readonly owner: string; readonly dueAt: number }[];
  /** Changed within the same transactions. */
  readonly keys: RememberedKeys;
  /** Present where removed parts are kept for a while, unreadable, until others are written over them. */
  readonly remains?: Remains;
}

/** What a ring remembers of a keyed run that has left. */
export interface RememberedKey {
  /** Of its request. */
  readonly hash: string;
  /** When the key may be used anew, milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** The keys of runs that have left, by run id. There may be far more of them than fit in memory: each is asked for alone. */
export interface RememberedKeys {
  get(id: string): RememberedKey | null;
  put(id: string, key: RememberedKey): void;
  remove(id: string): void;
  /** Removes those whose time is over, `limit` at most. Scans. @returns how many */
  expire(now: number, limit: number): number;
  /** Whether there is any. */
  any(): boolean;
}

/** What is left of removed parts. */
export interface Remains {
  /** When the oldest has been kept long enough; null when nothing is left. */
  dueAt(): number | null;
  /** Erases whatever has been kept long enough, once something has. */
  erase(now: number): void;
}

/** The ring's single alarm. Arming an earlier time replaces a later one; arming comes before the mutation it guards. */
export interface RingAlarm {
  arm(at: number): void;
}
