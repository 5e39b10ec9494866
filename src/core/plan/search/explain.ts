import type { ContractKey } from "../../registry/node.ts";
import { byCost, type Contender, type Demand } from "./contender.ts";
import { objections } from "./judge.ts";
import type { Candidate, KeyChoice, Verdict } from "../model/plan.ts";
import type { Resolution } from "./resolution.ts";
import type { Search } from "./search.ts";
import { Patience, standsWithout } from "../replan/stands-without.ts";

const RANK: Record<Verdict, number> = { chosen: 0, fallback: 1, rejected: 2 };

/**
 * Why each key of a plan comes from where it comes from: every node that declares the key is listed, the chosen one
 * first, then those that could replace it by price, then the rejected ones with what speaks against them.
 */
export function explain(resolution: Resolution, givenKeys: Iterable<ContractKey>): readonly KeyChoice[] {
  const choices: KeyChoice[] = [];
  for (const key of givenKeys) choices.push({ key, source: "given", candidates: [] });
  const told = new Set<string>();
  const patience = new Patience();
  for (const [demand, chosen] of resolution.serves) {
    // Consumers with different schemas may share a producer: one entry tells it all.
    const choice = `${demand.key}|${chosen.place}`;
    if (told.has(choice)) continue;
    told.add(choice);
    choices.push({
      key: demand.key,
      source: "node",
      candidates: candidatesFor(demand, chosen, resolution, patience),
    });
  }
  return choices.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

function candidatesFor(
  demand: Demand,
  chosen: Contender,
  resolution: Resolution,
  patience: Patience,
): readonly Candidate[] {
  const { search } = resolution;
  const judged = (search.snapshot.producers.get(demand.key) ?? []).map((node) => {
    const contender = search.contenderOf(node);
    const against = objections(node, demand, search);
    const named = { node: node.name, version: node.version };
    if (!contender || against.length > 0) return { contender, verdict: "rejected" as const, named, reasons: against };
    if (contender === chosen)
      return { contender, verdict: "chosen" as const, named, reasons: merits(chosen, demand, resolution) };
    if (!standsWithout(contender, chosen, search, patience)) {
      return { contender, verdict: "rejected" as const, named, reasons: [`needs what only ${chosen.node.name} gives`] };
    }
    return { contender, verdict: "fallback" as const, named, reasons: [comparison(contender, chosen, search)] };
  });
  // Producers come in order of preference, and sorting is stable: ties stay in that order.
  judged.sort(
    (a, b) => RANK[a.verdict] - RANK[b.verdict] || (a.contender && b.contender ? byCost(a.contender, b.contender) : 0),
  );
  return judged.map(({ named, verdict, reasons }) => ({ ...named, verdict, reasons }));
}

/** What the chosen node costs by itself; and where another costs less, why it was chosen all the same. */
function merits(chosen: Contender, demand: Demand, { search, serves }: Resolution): readonly string[] {
  const price = search.model.say(chosen.cost);
  if (demand.cost >= chosen.cost) return [price];
  const keys = new Set<ContractKey>();
  for (const [other, by] of serves) if (by === chosen && other.key !== demand.key) keys.add(other.key);
  const served = [...keys].sort();
  if (served.length === 0) return [`${price} by itself, and the plan has what it needs already`];
  const more = served.length > MOST_SERVED ? ` and ${served.length - MOST_SERVED} more` : "";
  return [`${price} by itself, and gives ${served.slice(0, MOST_SERVED).join(", ")}${more} too`];
}

/** Keys that a reason lists. */
const MOST_SERVED = 5;

function comparison(rival: Contender, chosen: Contender, { model }: Search): string {
  if (rival.cost < chosen.cost)
    return `${model.say(rival.cost)} by itself, but ${chosen.node.name} serves the whole plan better`;
  if (rival.cost > chosen.cost) return `${model.say(rival.cost)}, chosen ${model.say(chosen.cost)}`;
  return rival.facts.age < chosen.facts.age
    ? `costs the same, but version ${rival.node.version} is older than ${chosen.node.version}`
    : "costs the same, but comes later by name";
}
