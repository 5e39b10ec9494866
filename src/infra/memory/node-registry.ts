import type { LifecycleReasons } from "../../core/metadata/lifecycle.ts";
import { nodeRef, type NodeArtifacts, type NodeDefinition, type NodeRef } from "../../core/registry/node.ts";
import { findsRoom, judgeMove, meets, notRegistered } from "../../core/registry/refusals.ts";
import { buildSnapshot, compareVersions, type RegistrySnapshot } from "../../core/registry/snapshot.ts";
import { err, ok } from "../../core/result.ts";
import { unproven } from "../../core/trust/score.ts";
import type { NodeRegistry, RegisteredNode } from "../../spi/node-registry.ts";
import { memoryTrustScores, type MemoryTrustScores } from "./trust-scores.ts";

interface Entry extends RegisteredNode {
  readonly artifacts: NodeArtifacts;
  readonly reasons: LifecycleReasons;
}

interface TenantNodes {
  writes: number;
  /** Characters of all definitions. */
  chars: number;
  snapshot: RegistrySnapshot | null;
  readonly entries: Map<NodeRef, Entry>;
}

/** The registry in maps. @param scores where its snapshots find trust: hand the same to `memoryTrustStore` */
export function memoryNodeRegistry(scores: MemoryTrustScores = memoryTrustScores()): NodeRegistry {
  const tenants = new Map<string, TenantNodes>();
  const of = (tenant: string): TenantNodes => {
    const known = tenants.get(tenant) ?? { writes: 0, chars: 0, snapshot: null, entries: new Map<NodeRef, Entry>() };
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
      const met = meets(
        definition,
        [...entries.values()].map((entry) => entry.definition),
      );
      if (!met.ok) return met;
      if (met.value === "itself") {
        const known = entries.get(nodeRef(definition));
        const { files } = artifacts;
        if (known && files) entries.set(nodeRef(definition), { ...known, artifacts: { ...known.artifacts, files } });
        return ok({ created: false, registryVersion: versionOf(tenant) });
      }
      // A JSON round trip, as the database makes one: nothing is shared with the caller.
      const json = JSON.stringify(definition);
      const room = findsRoom(nodeRef(definition), json.length, of(tenant).chars);
      if (!room.ok) return room;
      of(tenant).chars += json.length;
      const stored = JSON.parse(json) as NodeDefinition;
      return write(tenant, { definition: stored, artifacts: { ...artifacts }, registeredAt: now, reasons: {} }, true);
    },
    async versions(tenant, name) {
      return [...of(tenant).entries.values()]
        .filter(({ definition }) => definition.name === name)
        .sort((a, b) => compareVersions(b.definition.version, a.definition.version))
        .map(({ artifacts: _artifacts, ...registered }) => registered);
    },
    async artifacts(tenant, name, version) {
      const entry = of(tenant).entries.get(nodeRef({ name, version }));
      return entry ? { ...entry.artifacts } : null;
    },
    async setLifecycle(tenant, name, version, lifecycle, reasons = {}) {
      const place = nodeRef({ name, version });
      const entry = of(tenant).entries.get(place);
      if (!entry) return err(notRegistered(place));
      const { definition } = entry;
      if (definition.lifecycle === lifecycle) return ok({ created: false, registryVersion: versionOf(tenant) });
      const allowed = judgeMove(place, definition.lifecycle, lifecycle, reasons);
      if (!allowed.ok) return allowed;
      return write(tenant, { ...entry, definition: { ...definition, lifecycle }, reasons: { ...reasons } }, false);
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
      known.snapshot = buildSnapshot(version, definitions, new Map(trust), [], known.chars);
      return known.snapshot;
    },
  };
}
