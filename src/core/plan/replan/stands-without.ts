import type { Contender, Demand } from "../search/contender.ts";
import { mayServe, type Search } from "../search/search.ts";

/** Bounds the effort of all checks of one plan together: demands and producers looked at. */
export class Patience {
  left = 200_000;
}

/**
 * Whether a rival can be had when the chosen node cannot: everything the rival needs is derived again without it. When
 * patience runs out, the answer is yes, as for any node whose needs can be had at all.
 */
export function standsWithout(rival: Contender, chosen: Contender, search: Search, patience: Patience): boolean {
  if (!restsOn(rival, chosen, patience)) return true;
  const waiting = new Map<Contender, number>();
  const consumers = new Map<Demand, Contender[]>();
  const ready: Contender[] = [];
  const open: Contender[] = [rival];
  waiting.set(rival, rival.needs.length);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.needs.length === 0) ready.push(next);
    for (const need of next.needs) {
      const known = consumers.get(need);
      if (known) {
        known.push(next);
        continue;
      }
      consumers.set(need, [next]);
      for (const producer of producersOf(need, search)) {
        patience.left--;
        if (producer === chosen || waiting.has(producer)) continue;
        waiting.set(producer, producer.needs.length);
        open.push(producer);
      }
    }
    if (patience.left <= 0) return true;
  }
  return derives(rival, { waiting, consumers, ready }, search);
}

function derives(
  rival: Contender,
  {
    waiting,
    consumers,
    ready,
  }: {
    readonly waiting: Map<Contender, number>;
    readonly consumers: ReadonlyMap<Demand, readonly Contender[]>;
    readonly ready: Contender[];
  },
  search: Search,
): boolean {
  const had = new Set<Demand>();
  // `ready` grows while it is walked.
  for (const producer of ready) {
    if (producer === rival) return true;
    for (const { keyNumber, shape } of producer.facts.outputs) {
      for (const demand of search.demands(keyNumber)) {
        if (had.has(demand) || !mayServe(shape, demand, search.shapes)) continue;
        had.add(demand);
        for (const consumer of consumers.get(demand) ?? []) {
          const left = (waiting.get(consumer) ?? 0) - 1;
          waiting.set(consumer, left);
          if (left === 0) ready.push(consumer);
        }
      }
    }
  }
  return false;
}

/** Whether the rival's cheapest derivation contains the chosen node. */
function restsOn(rival: Contender, chosen: Contender, patience: Patience): boolean {
  const seen = new Set<Demand>();
  const open = [...rival.needs];
  for (let next = open.pop(); next !== undefined && patience.left > 0; next = open.pop()) {
    patience.left--;
    if (next.by === chosen) return true;
    // What was settled before the chosen node cannot rest on it.
    if (seen.has(next) || next.by === null || next.by.place < chosen.place) continue;
    seen.add(next);
    open.push(...next.by.needs);
  }
  return false;
}

function* producersOf(demand: Demand, search: Search): Iterable<Contender> {
  for (const node of search.snapshot.producers.get(demand.key) ?? []) {
    const contender = search.contenderOf(node);
    if (!contender || contender.place < 0) continue;
    const output = contender.facts.outputs.find((port) => port.key === demand.key);
    if (output && mayServe(output.shape, demand, search.shapes)) yield contender;
  }
}
