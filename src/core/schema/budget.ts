/** Thrown where a budget ends and caught where it was given out; it never leaves the module that did both. */
export class BudgetSpent extends Error {
  constructor() {
    super("the work that was allowed is spent");
    this.name = "BudgetSpent";
  }
}

/**
 * How much may still be done for somebody else's schema, pattern or value. Counted in steps, never in time, so the same
 * question has the same answer everywhere. A step takes some 20 nanoseconds.
 */
export class Budget {
  #given: number;
  #left: number;
  #more: (() => number) | null;

  /** `more` is asked once, when `steps` are spent: how many steps beyond them are allowed after all. */
  constructor(steps: number, more: (() => number) | null = null) {
    this.#given = steps;
    this.#left = steps;
    this.#more = more;
  }

  /** Counts steps that were done or are about to be. Throws `BudgetSpent` when they are more than are left. */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) this.#exceed();
  }

  /** Steps that were done so far. */
  get used(): number {
    return this.#given - this.#left;
  }

  #exceed(): void {
    const more = this.#more?.() ?? 0;
    this.#more = null;
    this.#given += more;
    this.#left += more;
    if (this.#left < 0) throw new BudgetSpent();
  }
}
