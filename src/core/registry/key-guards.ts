import { nodeRef, type ContractKey, type NodeDefinition, type NodeRef } from "./node.ts";
import type { RegistrySnapshot } from "./snapshot.ts";

/** Who alone may produce a contract key. */
export interface KeyGuard {
  readonly only: ReadonlySet<string>;
  /** The nodes whose contracts say so. */
  readonly declaredBy: readonly NodeRef[];
}

export type KeyGuards = ReadonlyMap<ContractKey, KeyGuard>;

const NONE: KeyGuards = new Map();
const tables = new WeakMap<RegistrySnapshot, KeyGuards>();

/**
 * The guards in force: of every node the newest version that has left draft and review speaks, archived ones too, so that
 * no guard goes with the node that declares it. What one node loosens it loosens by a higher version of its own; where
 * several speak of a key, only who all of them name may produce it.
 */
export function keyGuardsOf(snapshot: RegistrySnapshot): KeyGuards {
  const known = tables.get(snapshot);
  if (known) return known;
  const made = guardsIn(snapshot);
  tables.set(snapshot, made);
  return made;
}

function guardsIn({ nodes, byName }: RegistrySnapshot): KeyGuards {
  if (!nodes.some(({ keys }) => keys !== undefined)) return NONE;
  const guards = new Map<ContractKey, KeyGuard>();
  for (const versions of byName.values()) {
    const speaks = versions.find(isInForce);
    if (speaks === undefined) continue;
    for (const [key, { only }] of Object.entries(speaks.keys ?? {})) {
      if (only === undefined) continue;
      const known = guards.get(key);
      guards.set(key, {
        only: new Set(known ? only.filter((name) => known.only.has(name)) : only),
        declaredBy: [...(known?.declaredBy ?? []), nodeRef(speaks)],
      });
    }
  }
  return guards;
}

const isInForce = ({ lifecycle }: NodeDefinition): boolean => lifecycle !== "draft" && lifecycle !== "review";

/** Whether a node of the name may produce the key. */
export const mayProduce = (guards: KeyGuards, key: ContractKey, name: string): boolean =>
  guards.get(key)?.only.has(name) ?? true;

/** Who may produce a guarded key, for a person. */
export function guardText(guard: KeyGuard): string {
  const names = [...guard.only];
  const who = names.length === 0 ? "nobody" : `only ${names.slice(0, 5).join(", ")}`;
  return `${who} may, by ${guard.declaredBy.slice(0, 3).join(", ")}`;
}
