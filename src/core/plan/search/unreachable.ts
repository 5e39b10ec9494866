import type { Fault } from "../../errors.ts";
import type { ContractKey } from "../../registry/node.ts";
import type { Demand } from "./contender.ts";
import { missingNeeds, objections } from "./judge.ts";
import { nearest } from "../model/nearest.ts";
import { planFault } from "../model/problem.ts";
import type { Search } from "./search.ts";

/** Lists in the fault stop here: it travels in an answer. */
const MAX_LISTED = 50;

interface Rejected {
  readonly key: ContractKey;
  readonly node: string;
  readonly version: string;
  readonly reasons: readonly string[];
}

interface Missing {
  readonly key: ContractKey;
  /** Nodes that need it, or `goal`. */
  readonly neededBy: string;
  readonly nearest: readonly ContractKey[];
  readonly candidates: readonly Rejected[];
}

/**
 * The refusal of a goal that cannot be reached: follows the unsatisfied needs down to the keys that nothing yields, and
 * says of every node on the way what speaks against it. Details: `missing` [{key, needed_by, nearest}], `candidates`
 * [{key, node, version, reasons}].
 */
export function unreachable(search: Search): Fault {
  const wanted = search.wants.filter((demand) => demand.by === null);
  const { leaves, candidates } = descend(wanted, search);
  const roots = leaves.length > 0 ? leaves : wanted.map((demand) => leafOf(demand, "goal", [], search));
  const circular = leaves.length === 0;
  const names = roots.map(({ key }) => key);
  const goal = wanted.map(({ key }) => key).join(", ");
  const detail = circular ? "its producers need each other and nothing given starts them" : `missing ${listed(names)}`;
  return planFault("unreachable", `cannot reach ${goal}: ${detail}`, {
    place: "goal.want",
    hint: hintFor(roots[0], circular),
    details: {
      missing: roots
        .slice(0, MAX_LISTED)
        .map((leaf) => ({ key: leaf.key, needed_by: leaf.neededBy, nearest: leaf.nearest })),
      candidates: candidates.slice(0, MAX_LISTED).map((one) => ({ ...one })),
    },
  });
}

function descend(wanted: readonly Demand[], search: Search): { leaves: Missing[]; candidates: Rejected[] } {
  const leaves: Missing[] = [];
  const candidates: Rejected[] = [];
  const asked = new Map<Demand, string>(wanted.map((demand) => [demand, "goal"]));
  // The map grows while it is walked.
  for (const [demand, neededBy] of asked) {
    const own: Rejected[] = [];
    let open = false;
    for (const node of search.snapshot.producers.get(demand.key) ?? []) {
      const contender = search.contenderOf(node);
      own.push({ key: demand.key, node: node.name, version: node.version, reasons: objections(node, demand, search) });
      if (!contender || missingNeeds(contender).length === 0) continue;
      open = true;
      for (const need of contender.needs) if (need.by === null && !asked.has(need)) asked.set(need, node.name);
    }
    if (!open) leaves.push(leafOf(demand, neededBy, own, search));
    candidates.push(...own);
  }
  return { leaves, candidates };
}

function leafOf(demand: Demand, neededBy: string, candidates: readonly Rejected[], search: Search): Missing {
  const known =
    candidates.length > 0 ? [] : nearest(demand.key, [...search.request.given, ...search.snapshot.producers.keys()]);
  return { key: demand.key, neededBy, nearest: known, candidates };
}

function hintFor(leaf: Missing | undefined, circular: boolean): string {
  if (!leaf || circular)
    return "give one of the keys in the circle, or register a node that produces it from what is given";
  const [first] = leaf.candidates;
  if (first) return `${first.node}@${first.version} would produce ${leaf.key}, but ${first.reasons.join("; ")}`;
  const meant = leaf.nearest.length > 0 ? `; did you mean ${leaf.nearest.join(" or ")}?` : "";
  return `give ${leaf.key}, or register a node that produces it${meant}`;
}

const listed = (names: readonly string[]): string =>
  names.length <= 5 ? names.join(", ") : `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`;
