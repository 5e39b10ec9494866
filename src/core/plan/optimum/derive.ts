import { Heap } from "../model/heap.ts";
import { preference, type Contender, type Demand } from "../search/contender.ts";
import { resolve, type Resolution } from "../search/resolution.ts";
import { mayServe, type Search } from "../search/search.ts";

interface Settled {
  readonly contender: Contender;
  /** What it costs with what it needs, or its place in its chain. */
  readonly value: number;
}

/**
 * The derivation that a set of nodes makes: every demand is served by the node of the set that has it cheapest, or in the
 * shortest chain where chains are limited. Null when the set does not give everything that is wanted.
 */
export function derive(search: Search, chosen: ReadonlySet<Contender>, shortest: boolean): Resolution | null {
  const serves = new Map<Demand, Settled>();
  const waiting = new Map<Contender, number>();
  const heap = new Heap<Settled>((a, b) => a.value - b.value || preference(a.contender, b.contender));
  const enter = (contender: Contender): void => {
    let [sum, longest] = [contender.price, 0];
    for (const need of contender.needs) {
      const value = serves.get(need)?.value ?? 0;
      sum += value;
      longest = Math.max(longest, value);
    }
    heap.push({ contender, value: shortest ? longest + 1 : Math.min(Number.MAX_VALUE, sum) });
  };
  for (const contender of chosen) {
    waiting.set(contender, contender.needs.length);
    if (contender.needs.length === 0) enter(contender);
  }
  for (let next = heap.pop(); next !== undefined; next = heap.pop()) {
    for (const { keyNumber, shape } of next.contender.facts.outputs) {
      for (const demand of search.demands(keyNumber)) {
        if (serves.has(demand) || !mayServe(shape, demand, search.shapes)) continue;
        serves.set(demand, next);
        for (const consumer of demand.consumers) {
          const left = waiting.get(consumer);
          if (left === undefined) continue;
          waiting.set(consumer, left - 1);
          if (left === 1) enter(consumer);
        }
      }
    }
  }
  if (!search.wants.every((demand) => serves.has(demand))) return null;
  return resolve(search, (demand) => serves.get(demand)?.contender ?? null);
}
