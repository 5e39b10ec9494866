import { nodeRef } from "../../registry/node.ts";
import type { RegistrySnapshot } from "../../registry/snapshot.ts";
import type { DraftStep } from "../model/draft-step.ts";
import { factsOf } from "../search/facts.ts";
import type { Boundary, StepId } from "../model/plan.ts";
import type { Policy } from "../model/policy.ts";
import { priceOf, PRICE_UNITS } from "../search/price.ts";

/**
 * What the search paid for these steps, in cost units: each step's price, and for a composite its own declared price
 * instead of its parts', for that is what it was weighed by against its rivals. Parts of a composite that is no longer
 * registered stand for themselves.
 */
export function planCost(
  steps: readonly DraftStep[],
  boundaries: readonly Boundary[],
  policy: Policy,
  snapshot: RegistrySnapshot,
): number {
  const facts = factsOf(snapshot);
  const covered = new Set<StepId>();
  let sum = 0;
  for (const { node: name, version, parent, steps: inside } of boundaries) {
    const node = parent === null ? snapshot.byRef.get(nodeRef({ name, version })) : undefined;
    if (!node) continue;
    sum += priceOf(node, facts.of(node).trust, policy);
    for (const id of inside) covered.add(id);
  }
  for (const { id, node } of steps) if (!covered.has(id)) sum += priceOf(node, facts.of(node).trust, policy);
  return sum / PRICE_UNITS;
}
