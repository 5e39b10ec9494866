import { preference, type Contender, type Demand } from "./contender.ts";
import { resolve, type Resolution } from "./resolution.ts";
import { mayServe, priceWithNeeds, type Search } from "./search.ts";

/** The cheapest way to have a demand with a derivation of at most `depth` nodes in a chain. */
interface Level {
  readonly depth: number;
  readonly cost: number;
  readonly by: Contender;
}

/**
 * The cheapest derivation in which no chain of nodes is longer than `maxDepth`, or null when there is none. Used when the
 * cheapest of all is too deep. Dynamic programming over the depth: what can be had with chains of n nodes follows from
 * what can be had with n - 1, and only what improved is looked at again.
 */
export function shallowest(search: Search, maxDepth: number): Resolution | null {
  const levels = rise(search, maxDepth);
  if (!search.wants.every((demand) => levels.has(demand))) return null;
  const choice = descend(search, maxDepth, levels);
  return resolve(search, (demand) => choice.get(demand) ?? null);
}

function rise(search: Search, maxDepth: number): ReadonlyMap<Demand, readonly Level[]> {
  const levels = new Map<Demand, Level[]>();
  const costOf = (need: Demand): number => levels.get(need)?.at(-1)?.cost ?? Infinity;
  let affected = new Set(search.contenders.filter((c) => c.refusals.length === 0 && c.needs.length === 0));
  for (let depth = 1; depth <= maxDepth && affected.size > 0; depth++) {
    const improved = new Map<Demand, Level>();
    for (const contender of affected) {
      if (!contender.needs.every((need) => levels.has(need))) continue;
      const level = { depth, cost: priceWithNeeds(contender, search.model, costOf), by: contender };
      for (const demand of servedBy(contender, search)) {
        if (beats(level, levels.get(demand)?.at(-1), true) && beats(level, improved.get(demand), false)) {
          improved.set(demand, level);
        }
      }
    }
    affected = new Set();
    for (const [demand, level] of improved) {
      const known = levels.get(demand);
      if (known) known.push(level);
      else levels.set(demand, [level]);
      for (const consumer of demand.consumers) affected.add(consumer);
    }
  }
  return levels;
}

/** A deeper chain must be cheaper to be worth it; at the same depth ties go by preference. */
function beats(level: Level, other: Level | undefined, strictly: boolean): boolean {
  if (other === undefined) return true;
  if (level.cost !== other.cost) return level.cost < other.cost;
  return !strictly && preference(level.by, other.by) < 0;
}

function* servedBy(contender: Contender, search: Search): Iterable<Demand> {
  for (const { keyNumber, shape } of contender.facts.outputs) {
    for (const demand of search.demands(keyNumber)) if (mayServe(shape, demand, search.shapes)) yield demand;
  }
}

/**
 * Gives every demand one producer. A demand that is needed at several depths gets the one that is shallow enough for all
 * of them; depths fall strictly along every chain, so there is no cycle.
 */
function descend(
  search: Search,
  maxDepth: number,
  levels: ReadonlyMap<Demand, readonly Level[]>,
): ReadonlyMap<Demand, Contender> {
  const allowed = new Map<Demand, number>();
  const byDepth: Demand[][] = Array.from({ length: maxDepth + 1 }, () => []);
  const ask = (demand: Demand, depth: number): void => {
    if ((allowed.get(demand) ?? Infinity) <= depth) return;
    allowed.set(demand, depth);
    byDepth[depth]?.push(demand);
  };
  for (const demand of search.wants) ask(demand, maxDepth);
  const choice = new Map<Demand, Contender>();
  for (let depth = maxDepth; depth > 0; depth--) {
    for (const demand of byDepth[depth] ?? []) {
      if (allowed.get(demand) !== depth) continue;
      const level = levels.get(demand)?.findLast((candidate) => candidate.depth <= depth);
      if (!level) continue;
      choice.set(demand, level.by);
      for (const need of level.by.needs) ask(need, level.depth - 1);
    }
  }
  return choice;
}
