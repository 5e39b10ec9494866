/** Most entries of a memo, and what they may weigh together. */
export interface MemoBounds {
  readonly entries: number;
  readonly weight: number;
}

/** What was worked out before, by text. Bounded: the entries that were not used for longest go first. */
export class BoundedMemo<T> {
  readonly #bounds: MemoBounds;
  /** In order of last use, oldest first. */
  readonly #entries = new Map<string, { readonly value: T; readonly weight: number }>();
  #weight = 0;

  constructor(bounds: MemoBounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Of all entries together. */
  get weight(): number {
    return this.#weight;
  }

  get(key: string): T | undefined {
    const known = this.#entries.get(key);
    if (!known) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, known);
    return known.value;
  }

  /** Keeps a value, unless it alone would push out half of everything else. */
  set(key: string, value: T, weight: number): void {
    if (weight > this.#bounds.weight / 2) return;
    this.#drop(key);
    this.#entries.set(key, { value, weight });
    this.#weight += weight;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#bounds.entries && this.#weight <= this.#bounds.weight) return;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    this.#weight -= this.#entries.get(key)?.weight ?? 0;
    this.#entries.delete(key);
  }
}
