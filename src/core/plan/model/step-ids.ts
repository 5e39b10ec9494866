import type { NodeDefinition } from "../../registry/node.ts";
import type { StepId } from "./plan.ts";

/**
 * Step ids for nodes: the node's name; where a plan uses several versions of a name, the first has the name and the others
 * name_2, name_3 … skipping whatever is taken.
 */
export function stepIds(nodes: readonly NodeDefinition[]): ReadonlyMap<NodeDefinition, StepId> {
  const taken = new Set(nodes.map((node) => node.name));
  const used = new Set<string>();
  const ids = new Map<NodeDefinition, StepId>();
  for (const node of nodes) {
    let id = node.name;
    for (let number = 2; used.has(id) || (id !== node.name && taken.has(id)); number++) id = `${node.name}_${number}`;
    used.add(id);
    ids.set(node, id);
  }
  return ids;
}
