import { Random } from "./random.ts";
import { FATES, type Fate, type Kind, type Weather } from "./weather.ts";

/** One thing that did not go the friendliest way. */
export type Deviation = { readonly [K in Kind]: { readonly kind: K; readonly fate: Fate<K> } }[Kind];

/** What the world did other than the friendliest thing: `label #n` → what. */
export type Deviations = ReadonlyMap<string, Deviation>;

/**
 * Every choice the simulated world makes. A choice is known by its label and how often the label was asked, not by its
 * place in the whole history, so taking one deviation away leaves the others where they are: that is what makes a
 * failing trace shrink.
 */
export class Decisions {
  readonly taken = new Map<string, Deviation>();
  readonly #asked = new Map<string, number>();
  readonly #random: Random;
  readonly #weather: Weather;
  readonly #recorded: Deviations | null;
  #healed = false;

  /** @param recorded replays exactly these deviations; null draws new ones */
  constructor(seed: number, weather: Weather, recorded: Deviations | null) {
    this.#random = new Random(seed);
    this.#weather = weather;
    this.#recorded = recorded;
  }

  choose<K extends Kind>(label: string, kind: K): Fate<K> {
    const friendly: Fate<K> = FATES[kind][0];
    if (this.#healed) return friendly;
    const count = (this.#asked.get(label) ?? 0) + 1;
    this.#asked.set(label, count);
    const recorded = this.#recorded?.get(`${label} #${count}`);
    const fate = this.#recorded ? (recorded?.kind === kind ? (recorded.fate as Fate<K>) : friendly) : this.#draw(kind);
    if (fate !== friendly) this.taken.set(`${label} #${count}`, { kind, fate } as Deviation);
    return fate;
  }

  /** From now on the world is friendly. */
  heal(): void {
    this.#healed = true;
  }

  /** From now on it is not. */
  turn(): void {
    this.#healed = false;
  }

  #draw<K extends Kind>(kind: K): Fate<K> {
    const fates: readonly Fate<K>[] = FATES[kind];
    let rest = this.#random.next();
    for (const [index, probability] of this.#weather[kind].entries()) {
      if (rest < probability) return fates[index + 1] ?? (fates[0] as Fate<K>);
      rest -= probability;
    }
    return fates[0] as Fate<K>;
  }
}
