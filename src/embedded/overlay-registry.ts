import { nodeRef, type NodeArtifacts, type NodeDefinition } from "../core/registry/node.ts";
import { buildSnapshot, compareVersions } from "../core/registry/snapshot.ts";
import type { NodeRegistry } from "../spi/node-registry.ts";

/** A node that is laid over a registry. */
export interface OverlaidNode {
  readonly definition: NodeDefinition;
  /** Null for one that nobody has the texts of. */
  readonly artifacts: NodeArtifacts | null;
}

/**
 * A registry that shows further nodes, without having registered them: what it says of its version and whatever is
 * written to it are as if they were not there. A node of its own goes before one with the same name and version.
 */
export function overlayRegistry(own: NodeRegistry, nodes: readonly OverlaidNode[]): NodeRegistry {
  const laid = new Map(nodes.map((node) => [nodeRef(node.definition), node]));
  return {
    ...own,
    async versions(tenant, name) {
      const known = await own.versions(tenant, name);
      const refs = new Set(known.map(({ definition }) => nodeRef(definition)));
      const further = [...laid.values()]
        .filter(({ definition }) => definition.name === name && !refs.has(nodeRef(definition)))
        .map(({ definition }) => ({ definition, registeredAt: 0 }));
      return [...known, ...further].sort((a, b) => compareVersions(b.definition.version, a.definition.version));
    },
    async artifacts(tenant, name, version) {
      return (await own.artifacts(tenant, name, version)) ?? laid.get(nodeRef({ name, version }))?.artifacts ?? null;
    },
    async snapshot(tenant) {
      const snapshot = await own.snapshot(tenant);
      const further = [...laid.values()].filter(({ definition }) => !snapshot.byRef.has(nodeRef(definition)));
      if (further.length === 0) return snapshot;
      const all = [...snapshot.nodes, ...further.map(({ definition }) => definition)];
      return buildSnapshot(snapshot.version, all, snapshot.trust, snapshot.unread, snapshot.chars);
    },
  };
}
