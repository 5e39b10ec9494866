import { Random } from "./random.ts";

/** What the world did other than the friendliest thing: `label #n` → which unfriendly answer. */
export type Deviations = ReadonlyMap<string, number>;

/**
 * Every choice the simulated world makes. Answer 0 is always the friendly one; the others are numbered by the asker's
 * table. A choice is known by its label and how often the label was asked, not by its place in the whole history, so
 * taking one deviation away leaves the others where they are: that is what makes a failing trace shrink.
 */
export class Decisions {
  readonly taken = new Map<string, number>();
  readonly #asked = new Map<string, number>();
  readonly #random: Random;
  readonly #recorded: Deviations | null;
  #healed = false;

  /** @param recorded replays exactly these deviations; null draws new ones */
  constructor(seed: number, recorded: Deviations | null) {
    this.#random = new Random(seed);
    this.#recorded = recorded;
  }

  /** @param odds the probability of each unfriendly answer, 1 … odds.length */
  choose(label: string, odds: readonly number[]): number {
    if (this.#healed) return 0;
    const count = (this.#asked.get(label) ?? 0) + 1;
    this.#asked.set(label, count);
    const answer = this.#recorded ? (this.#recorded.get(`${label} #${count}`) ?? 0) : this.#draw(odds);
    if (answer === 0 || answer > odds.length) return 0;
    this.taken.set(`${label} #${count}`, answer);
    return answer;
  }

  /** From now on the world is friendly. */
  heal(): void {
    this.#healed = true;
  }

  #draw(odds: readonly number[]): number {
    let rest = this.#random.next();
    for (const [index, probability] of odds.entries()) {
      if (rest < probability) return index + 1;
      rest -= probability;
    }
    return 0;
  }
}
