import { fault, type Fault } from "../../core/errors.ts";
import { transition } from "../../core/metadata/lifecycle.ts";
import { nodeRef, type NodeArtifacts, type NodeDefinition, type NodeRef } from "../../core/registry/node.ts";
import { buildSnapshot, compareVersions, type RegistrySnapshot } from "../../core/registry/snapshot.ts";
import { err, ok } from "../../core/result.ts";
import { unproven } from "../../core/trust/score.ts";
import type { NodeRegistry, RegisteredNode } from "../../spi/node-registry.ts";
import { memoryTrustScores, type MemoryTrustScores } from "./trust-scores.ts";

interface Entry extends RegisteredNode {
  readonly artifacts: NodeArtifacts;
}

interface TenantNodes {
  writes: number;
  snapshot: RegistrySnapshot | null;
  readonly entries: Map<NodeRef, Entry>;
}

/** The registry in maps. @param scores where its snapshots find trust: hand the same to `memoryTrustStore` */
export function memoryNodeRegistry(scores: MemoryTrustScores = memoryTrustScores()): NodeRegistry {
  const tenants = new Map<string, TenantNodes>();
  const of = (tenant: string): TenantNodes => {
    const known = tenants.get(tenant) ?? { writes: 0, snapshot: null, entries: new Map<NodeRef, Entry>() };
    tenants.set(tenant, known);
    return known;
  };
  const versionOf = (tenant: string): string => `${of(tenant).writes}.${scores.version(tenant)}`;
  const write = (tenant: string, entry: Entry, created: boolean) => {
    of(tenant).entries.set(nodeRef(entry.definition), entry);
    of(tenant).writes++;
    return ok({ created, registryVersion: versionOf(tenant) });
  };
  return {
    async register(tenant, definition, artifacts, now) {
      const { entries } = of(tenant);
      const same = entries.get(nodeRef(definition))?.definition;
      if (same?.digest === definition.digest) return ok({ created: false, registryVersion: versionOf(tenant) });
      const conflict = conflictOf(entries, definition);
      if (conflict) return err(conflict);
      // A JSON round trip, as the database makes one: nothing is shared with the caller.
      const stored = JSON.parse(JSON.stringify(definition)) as NodeDefinition;
      return write(tenant, { definition: stored, artifacts: { ...artifacts }, registeredAt: now }, true);
    },
    async versions(tenant, name) {
      return [...of(tenant).entries.values()]
        .filter(({ definition }) => definition.name === name)
        .sort((a, b) => compareVersions(b.definition.version, a.definition.version))
        .map(({ definition, registeredAt }) => ({ definition, registeredAt }));
    },
    async artifacts(tenant, name, version) {
      const entry = of(tenant).entries.get(nodeRef({ name, version }));
      return entry ? { ...entry.artifacts } : null;
    },
    async setLifecycle(tenant, name, version, lifecycle) {
      const place = nodeRef({ name, version });
      const entry = of(tenant).entries.get(place);
      if (!entry) return err(fault("NODE_NOT_FOUND", `no node ${place} is registered`, { place }));
      const { definition } = entry;
      if (definition.lifecycle === lifecycle) return ok({ created: false, registryVersion: versionOf(tenant) });
      const allowed = transition(definition.lifecycle, lifecycle);
      return allowed.ok ? write(tenant, { ...entry, definition: { ...definition, lifecycle } }, false) : allowed;
    },
    async version(tenant) {
      return versionOf(tenant);
    },
    async snapshot(tenant) {
      const known = of(tenant);
      const version = versionOf(tenant);
      if (known.snapshot?.version === version) return known.snapshot;
      const definitions = [...known.entries.values()].map(({ definition }) => definition);
      const trust = definitions.map((node) => {
        const ref = nodeRef(node);
        return [ref, scores.get(tenant, ref) ?? unproven(node.declaredTrust)] as const;
      });
      known.snapshot = buildSnapshot(version, definitions, new Map(trust));
      return known.snapshot;
    },
  };
}

function conflictOf(entries: ReadonlyMap<NodeRef, Entry>, definition: NodeDefinition): Fault | null {
  const place = nodeRef(definition);
  if (entries.has(place)) {
    const hint = "raise the version: a registered version never changes";
    return fault("DUPLICATE_REGISTRATION", `${place} is registered with other content`, { place, hint });
  }
  for (const { definition: other } of entries.values()) {
    if (other.uuid !== definition.uuid || other.name === definition.name) continue;
    const hint = "give the node a uuid of its own";
    return fault("DUPLICATE_REGISTRATION", `uuid ${other.uuid} belongs to ${nodeRef(other)}`, { place, hint });
  }
  return null;
}
