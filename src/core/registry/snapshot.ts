import type { Fault } from "../errors.ts";
import type { TrustScore } from "../trust/score.ts";
import type { ContractKey, NodeDefinition, NodeRef } from "./node.ts";
import { nodeRef } from "./node.ts";

/** A registered version whose definition cannot be read: it is planned and executed by nobody here. */
export interface UnreadNode extends Pick<Fault, "code" | "message"> {
  readonly node: NodeRef;
}

/** One tenant's registry at one version: what a plan is made from. Immutable; the indices are built once. */
export interface RegistrySnapshot {
  /** Changes with every registry or trust write. */
  readonly version: string;
  readonly nodes: readonly NodeDefinition[];
  readonly byRef: ReadonlyMap<NodeRef, NodeDefinition>;
  /** Every version of a name, newest first. */
  readonly byName: ReadonlyMap<string, readonly NodeDefinition[]>;
  /** Nodes of any lifecycle that declare the key as an output, newest version first, then by name. */
  readonly producers: ReadonlyMap<ContractKey, readonly NodeDefinition[]>;
  readonly trust: ReadonlyMap<NodeRef, TrustScore>;
  /** What is left out. */
  readonly unread: readonly UnreadNode[];
}

/** Numeric comparison of two major.minor.patch strings. */
export function compareVersions(a: string, b: string): number {
  const left = a.split(".").map(Number);
  const right = b.split(".").map(Number);
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Newest version first, then by name: the order every tie is broken in. */
export const byPreference = (a: NodeDefinition, b: NodeDefinition): number =>
  compareVersions(b.version, a.version) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** Builds the snapshot and its indices; the order of `nodes` does not matter. */
export function buildSnapshot(
  version: string,
  nodes: readonly NodeDefinition[],
  trust: ReadonlyMap<NodeRef, TrustScore>,
  unread: readonly UnreadNode[] = [],
): RegistrySnapshot {
  const sorted = [...nodes].sort(byPreference);
  const byName = new Map<string, NodeDefinition[]>();
  const producers = new Map<ContractKey, NodeDefinition[]>();
  for (const node of sorted) {
    push(byName, node.name, node);
    for (const key of Object.keys(node.outputs)) push(producers, key, node);
  }
  return {
    version,
    nodes: sorted,
    byRef: new Map(sorted.map((node) => [nodeRef(node), node])),
    byName,
    producers,
    trust,
    unread,
  };
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
