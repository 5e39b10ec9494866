import type { ContractKey, NodeDefinition } from "../../registry/node.ts";
import { ANY_SHAPE, type Contender, type Demand } from "./contender.ts";
import { outputShape, type Search } from "./search.ts";

/** Why a producer of the key cannot serve a demand for it; empty when it can. */
export function objections(node: NodeDefinition, demand: Demand, search: Search): readonly string[] {
  const contender = search.contenderOf(node);
  if (!contender) return ["was not considered"];
  if (contender.refusals.length > 0) return contender.refusals;
  const misfit = misfitOf(contender, demand, search);
  if (misfit !== null) return [misfit];
  const missing = missingNeeds(contender);
  if (missing.length > 0) return [`needs ${missing.join(", ")}, which cannot be had`];
  return [];
}

/** Keys the node needs that have no producer. */
export const missingNeeds = (contender: Contender): readonly ContractKey[] =>
  contender.needs.filter((need) => need.by === null).map((need) => need.key);

function misfitOf(contender: Contender, demand: Demand, search: Search): string | null {
  const output = outputShape(contender, demand.key);
  if (output === undefined || demand.shape === ANY_SHAPE) return null;
  const verdict = search.shapes.fitOf(output, demand.shape);
  return verdict.fit === "no" ? `its ${demand.key} does not fit at ${verdict.place}: ${verdict.reason}` : null;
}
