import type { NodeListItem, NodePage, NodeVersion } from "../../../contracts/api/nodes-api.ts";
import { admitNode } from "../../core/registry/admit.ts";
import { nodeRef, type NodeArtifacts, type NodeDefinition } from "../../core/registry/node.ts";
import type { Fault } from "../../core/errors.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { isoTime } from "../../core/run/model/time.ts";
import type { ScoreMoment } from "../../core/trust/history.ts";
import { unproven, type TrustScore } from "../../core/trust/score.ts";
import type { NodeRegistry } from "../../spi/node-registry.ts";
import type { TrustStore } from "../../spi/trust-store.ts";
import type { CallContext } from "../call-context.ts";
import { proveNode, type ProofPorts } from "./prove-node.ts";

export interface NodePorts extends ProofPorts {
  readonly registry: NodeRegistry;
  readonly trust: TrustStore;
}

/** A node that is registered now. */
export interface Registration {
  /** False when the very same node was there before. */
  readonly created: boolean;
  readonly registryVersion: string;
  readonly node: NodeListItem;
}

/** Registration and the list of nodes. */
export interface NodeService {
  register(call: CallContext, artifacts: NodeArtifacts): Promise<Result<Registration, readonly Fault[]>>;
  list(call: CallContext): Promise<{ readonly registryVersion: string; readonly nodes: readonly NodeListItem[] }>;
  /** One name with all versions and their trust, or null. */
  get(call: CallContext, name: string): Promise<NodePage | null>;
}

export function nodeService(ports: NodePorts): NodeService {
  const { registry, trust, clock } = ports;
  return {
    async register(call, artifacts) {
      const { tenant } = call;
      const admitted = admitNode(artifacts);
      if (!admitted.ok) return admitted;
      const definition = admitted.value;
      const against = (await isNewlyActive(tenant, definition, registry))
        ? await proveNode(call, definition, artifacts, ports)
        : [];
      if (against.length > 0) return err(against);
      const registered = await registry.register(tenant, definition, artifacts, clock.now());
      if (!registered.ok) return err([registered.error]);
      return ok({ ...registered.value, node: nodeView(definition, unproven(definition.declaredTrust)) });
    },
    async list({ tenant }) {
      const snapshot = await registry.snapshot(tenant);
      const scoreOf = (node: NodeDefinition): TrustScore =>
        snapshot.trust.get(nodeRef(node)) ?? unproven(node.declaredTrust);
      const nodes = [...snapshot.nodes].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
      return { registryVersion: snapshot.version, nodes: nodes.map((node) => nodeView(node, scoreOf(node))) };
    },
    async get({ tenant }, name) {
      const versions = await registry.versions(tenant, name);
      if (versions.length === 0) return null;
      const records = new Map(
        (await trust.records(tenant, name, clock.now())).map((record) => [record.version, record]),
      );
      const views = versions.map(({ definition, registeredAt }) => ({
        ...nodeView(definition, records.get(definition.version)?.score ?? unproven(definition.declaredTrust)),
        trust_history: (records.get(definition.version)?.history ?? []).map(historyView),
        registered_at: isoTime(registeredAt),
        input_contract: Object.fromEntries(Object.entries(definition.inputs).map(([key, port]) => [key, port.schema])),
        optional_inputs: Object.entries(definition.inputs).flatMap(([key, port]) => (port.optional ? [key] : [])),
        output_contract: definition.outputs,
      }));
      return { name, versions: views };
    },
  };
}

/** What is registered already never changes, and was proven then. */
async function isNewlyActive(tenant: string, node: NodeDefinition, registry: NodeRegistry): Promise<boolean> {
  if (node.lifecycle !== "active") return false;
  const versions = await registry.versions(tenant, node.name);
  return !versions.some(({ definition }) => definition.version === node.version && definition.digest === node.digest);
}

const historyView = ({ score, confidence, samples, at }: ScoreMoment): NodeVersion["trust_history"][number] => ({
  score,
  confidence,
  samples,
  at: isoTime(at),
});

/** A node as clients see it. */
function nodeView(node: NodeDefinition, trust: TrustScore): NodeListItem {
  return {
    name: node.name,
    version: node.version,
    description: node.description,
    lifecycle: node.lifecycle,
    kind: node.kind,
    entrypoint: { type: node.entrypoint.type, target: node.entrypoint.target },
    namespace: node.namespace,
    tags: node.tags,
    consumes: Object.keys(node.inputs),
    produces: Object.keys(node.outputs),
    hash: node.hash,
    digest: node.digest,
    execution: {
      cost: node.execution.cost,
      latency_ms: node.execution.latencyMs,
      timeout_ms: node.execution.timeoutMs,
      max_retries: node.execution.retry.maxRetries,
      cache_ttl_s: node.execution.cache ? node.execution.cache.ttlMs / 1_000 : null,
    },
    trust: { score: trust.score, confidence: trust.confidence, samples: trust.samples },
  };
}
