import type { Contender, Demand } from "./contender.ts";
import type { Search } from "./search.ts";

/** Which node serves which demand: a derivation of everything wanted, each node in it once. */
export interface Resolution {
  readonly search: Search;
  /** The producer of every demand that occurs in the derivation. */
  readonly serves: ReadonlyMap<Demand, Contender>;
  /** Every node of the derivation, cheapest derivation first. */
  readonly chosen: readonly Contender[];
}

/** Follows the choice back from the wanted keys. `choose` must be acyclic and defined for everything that is reached. */
export function resolve(search: Search, choose: (demand: Demand) => Contender | null): Resolution {
  const serves = new Map<Demand, Contender>();
  const chosen = new Set<Contender>();
  const open: Demand[] = [...search.wants];
  for (let demand = open.pop(); demand !== undefined; demand = open.pop()) {
    if (serves.has(demand)) continue;
    const producer = choose(demand);
    if (producer === null) continue;
    serves.set(demand, producer);
    if (chosen.has(producer)) continue;
    chosen.add(producer);
    open.push(...producer.needs);
  }
  return { search, serves, chosen: [...chosen].sort((a, b) => a.place - b.place) };
}
