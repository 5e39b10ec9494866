import type { ContractKey, NodeDefinition } from "../registry/node.ts";
import type { Contender, Demand } from "./contender.ts";
import type { Search } from "./search.ts";

/** Why a producer of the key cannot serve a demand for it; empty when it can. */
export function objections(node: NodeDefinition, demand: Demand, search: Search): readonly string[] {
  const contender = search.contenders.get(node);
  if (!contender) return ["was not considered"];
  if (contender.refusals.length > 0) return contender.refusals;
  const misfit = misfitOf(node, demand, search);
  if (misfit !== null) return [misfit];
  const missing = missingNeeds(contender);
  if (missing.length > 0) return [`needs ${missing.join(", ")}, which cannot be had`];
  return [];
}

/** Keys the node needs that have no producer. */
export const missingNeeds = (contender: Contender): readonly ContractKey[] =>
  contender.needs.filter((need) => need.by === null).map((need) => need.key);

function misfitOf(node: NodeDefinition, demand: Demand, search: Search): string | null {
  const output = Object.hasOwn(node.outputs, demand.key) ? node.outputs[demand.key] : undefined;
  if (output === undefined || demand.schema === null) return null;
  const verdict = search.shapes.fit(output, demand.schema);
  return verdict.fit === "no" ? `its ${demand.key} does not fit at ${verdict.place}: ${verdict.reason}` : null;
}
