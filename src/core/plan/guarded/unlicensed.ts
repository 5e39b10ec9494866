import { guardText, mayProduce, type KeyGuards } from "../../registry/key-guards.ts";
import type { ContractKey, NodeDefinition } from "../../registry/node.ts";
import type { DraftStep } from "../model/draft-step.ts";

/** A guarded key, and what a composite does to it that it may not do by itself; for a person. */
export type Unlicensed = ReadonlyMap<ContractKey, string>;

const NONE: Unlicensed = new Map();

/**
 * What the parts of a composite do to guarded keys that neither they nor the composite itself may do. A composite around it
 * may have the leave: that is for whoever uses the composite to say.
 *
 * @param within the same of a part that is a composite
 */
export function unlicensedIn(
  { name }: NodeDefinition,
  parts: readonly DraftStep[],
  guards: KeyGuards,
  within: (part: NodeDefinition) => Unlicensed,
): Unlicensed {
  if (guards.size === 0) return NONE;
  const found = new Map<ContractKey, string>();
  const note = (key: ContractKey, what: string): void => {
    const guard = guards.get(key);
    if (guard && !mayProduce(guards, key, name)) found.set(key, `${what}, which is guarded: ${guardText(guard)}`);
  };
  for (const { id, node, inputs, wishes } of parts) {
    for (const key of Object.keys(node.outputs))
      if (!mayProduce(guards, key, node.name)) note(key, `its part ${id} gives ${key}`);
    for (const [key, why] of within(node)) if (!mayProduce(guards, key, name)) found.set(key, why);
    for (const [key, source] of [...inputs, ...wishes])
      if (source.key !== key) note(key, `its part ${id} takes ${source.key} for ${key}`);
  }
  return found;
}

/** Why a node may not be used where nothing around it has the leave; null when it may. */
export function unlicensedOutput(node: NodeDefinition, guards: KeyGuards): string | null {
  if (guards.size === 0) return null;
  for (const key of Object.keys(node.outputs)) {
    const guard = guards.get(key);
    if (guard && !guard.only.has(node.name)) return `it gives ${key}, which is guarded: ${guardText(guard)}`;
  }
  return null;
}
