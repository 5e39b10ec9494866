import type { Fault } from "../errors.ts";
import { unproven, type TrustScore } from "../trust/score.ts";
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
  /** Characters of all its definitions as they are stored, 0 where nobody counted: a measure of what it takes in memory. */
  readonly chars: number;
}

/** What came to a registry since a snapshot of it. */
export interface RegistryChanges {
  /** After them. */
  readonly version: string;
  /** Nodes that are new or whose lifecycle moved. */
  readonly nodes: readonly NodeDefinition[];
  readonly unread: readonly UnreadNode[];
  /** Scores that moved. */
  readonly trust: ReadonlyMap<NodeRef, TrustScore>;
  /** Of the whole registry after them. */
  readonly chars: number;
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
  chars = 0,
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
    chars,
  };
}

/** A registry of nobody's. */
export const EMPTY_SNAPSHOT: RegistrySnapshot = buildSnapshot("0.0", [], new Map());

/**
 * The snapshot that a registry gives after these changes: the same as if it had been read whole. Scores that moved leave
 * nodes and indices as they are, so it takes no longer for a large registry.
 */
export function changedSnapshot(before: RegistrySnapshot, changes: RegistryChanges): RegistrySnapshot {
  const { version, nodes, unread, trust: moved, chars } = changes;
  const trust = new Map(before.trust);
  for (const node of nodes) if (!trust.has(nodeRef(node))) trust.set(nodeRef(node), unproven(node.declaredTrust));
  if (nodes.length + unread.length === 0) {
    for (const [ref, score] of moved) if (before.byRef.has(ref)) trust.set(ref, score);
    return { ...before, version, trust, chars };
  }
  const all = new Map(before.byRef);
  const unreadable = new Map(before.unread.map((node) => [node.node, node]));
  for (const node of nodes) {
    all.set(nodeRef(node), node);
    unreadable.delete(nodeRef(node));
  }
  for (const node of unread) {
    all.delete(node.node);
    trust.delete(node.node);
    unreadable.set(node.node, node);
  }
  for (const [ref, score] of moved) if (all.has(ref)) trust.set(ref, score);
  return buildSnapshot(version, [...all.values()], trust, [...unreadable.values()], chars);
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
