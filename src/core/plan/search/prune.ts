import type { ContractKey } from "../../registry/node.ts";
import type { Contender, Demand } from "./contender.ts";
import { resolve, type Resolution } from "./resolution.ts";
import { mayServe, outputShape } from "./search.ts";

/** Bounds the effort on plans with very many overlaps: nodes looked at over all attempts. */
const MAX_EFFORT = 2_000_000;

/**
 * Drops nodes whose outputs other nodes of the same derivation give anyway. The search prices every key by itself, so two
 * wanted keys may have been given two producers where one of them yields both; running the second would be waste.
 * Dearest first; a node stays when its removal would make a cycle or a chain longer than `maxDepth`.
 */
export function prune(resolution: Resolution, maxDepth: number): Resolution {
  const suspects = redundant(resolution);
  const attempts = Math.floor(MAX_EFFORT / Math.max(1, resolution.chosen.length));
  let current = resolution;
  for (const contender of suspects.slice(0, attempts)) current = without(contender, current, maxDepth) ?? current;
  return current;
}

/** Nodes all of whose used keys are put out by another chosen node too, dearest first. */
function redundant({ chosen, serves, search }: Resolution): readonly Contender[] {
  const makers = new Map<ContractKey, number>();
  for (const { facts } of chosen) {
    for (const { key, keyNumber } of facts.outputs) {
      if (search.demands(keyNumber).length > 0) makers.set(key, (makers.get(key) ?? 0) + 1);
    }
  }
  const needed = new Set<Contender>();
  for (const [demand, by] of serves) if ((makers.get(demand.key) ?? 0) < 2) needed.add(by);
  return chosen.filter((contender) => !needed.has(contender)).sort((a, b) => b.price - a.price || b.place - a.place);
}

function without(contender: Contender, current: Resolution, maxDepth: number): Resolution | null {
  const { search, serves, chosen } = current;
  const moved = new Map<Demand, Contender>();
  for (const [demand, by] of serves) {
    if (by !== contender) continue;
    const other = chosen.find((candidate) => candidate !== contender && yields(candidate, demand, current));
    if (!other) return null;
    moved.set(demand, other);
  }
  // Nothing is served by a node that an earlier removal has taken along.
  if (moved.size === 0) return null;
  const next = resolve(search, (demand) => moved.get(demand) ?? serves.get(demand) ?? null);
  const depth = chainLength(next);
  return depth !== null && depth <= maxDepth ? next : null;
}

function yields(contender: Contender, demand: Demand, { search }: Resolution): boolean {
  const shape = outputShape(contender, demand.key);
  return shape !== undefined && mayServe(shape, demand, search.shapes);
}

/** Nodes in the longest chain, or null when there is a cycle. */
export function chainLength({ chosen, serves }: Resolution): number | null {
  const followers = new Map<Contender, Contender[]>();
  const waiting = new Map<Contender, number>();
  for (const contender of chosen) {
    const before = new Set(contender.needs.map((need) => serves.get(need)));
    waiting.set(contender, before.size);
    for (const producer of before) {
      if (!producer) continue;
      const list = followers.get(producer);
      if (list) list.push(contender);
      else followers.set(producer, [contender]);
    }
  }
  const depth = new Map<Contender, number>();
  const ready = chosen.filter((contender) => waiting.get(contender) === 0);
  let longest = 0;
  // `ready` grows while it is walked.
  for (const contender of ready) {
    const own = (depth.get(contender) ?? 0) + 1;
    longest = Math.max(longest, own);
    for (const follower of followers.get(contender) ?? []) {
      depth.set(follower, Math.max(depth.get(follower) ?? 0, own));
      const left = (waiting.get(follower) ?? 0) - 1;
      waiting.set(follower, left);
      if (left === 0) ready.push(follower);
    }
  }
  return ready.length === chosen.length ? longest : null;
}
