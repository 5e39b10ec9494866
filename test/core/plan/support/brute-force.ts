import type { NodeDefinition } from "../../../../src/core/registry/node.ts";
import { priceOf } from "../../../../src/core/plan/search/price.ts";
import type { Hypergraph } from "./hypergraphs.ts";
import { policy } from "./nodes.ts";

export interface Limits {
  readonly maxSteps?: number;
  readonly maxDepth?: number;
  readonly maxCost?: number | null;
}

export const priceOfNode = (node: NodeDefinition): number =>
  priceOf(node, { score: 0.5, confidence: 0, samples: 0 }, policy());

/** Every set of nodes, tried out: the least price at which everything wanted can be had within the limits. */
export function leastOf({ nodes, want, given }: Hypergraph, limits: Limits = {}): { readonly price: number } | null {
  const { maxSteps = Infinity, maxDepth = Infinity } = limits;
  const maxCost = limits.maxCost ?? Infinity;
  const active = nodes.filter(({ lifecycle }) => lifecycle === "active");
  let least: number | null = null;
  for (let set = 0; set < 2 ** active.length; set++) {
    const chosen = active.filter((_, at) => set & (1 << at));
    const price = chosen.reduce((total, node) => total + priceOfNode(node), 0);
    if (chosen.length > maxSteps || price > maxCost * 1_000_000 || (least !== null && price >= least)) continue;
    if (gives(chosen, given, maxDepth, want)) least = price;
  }
  return least === null ? null : { price: least };
}

function gives(
  nodes: readonly NodeDefinition[],
  given: readonly string[],
  maxDepth: number,
  want: readonly string[],
): boolean {
  let had = new Set(given);
  for (let depth = 0; depth < Math.min(maxDepth, nodes.length); depth++) {
    const next = new Set(had);
    for (const { inputs, outputs } of nodes) {
      if (!Object.entries(inputs).every(([key, { optional }]) => optional || had.has(key))) continue;
      for (const key of Object.keys(outputs)) next.add(key);
    }
    had = next;
  }
  return want.every((key) => had.has(key));
}
