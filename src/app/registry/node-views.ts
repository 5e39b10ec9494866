import type { NodeDetail, NodeListItem, NodeVersion } from "../../../contracts/api/nodes-api.ts";
import { examplesOf } from "../../core/registry/cases.ts";
import type { NodeArtifacts, NodeDefinition } from "../../core/registry/node.ts";
import { isoTime } from "../../core/run/model/time.ts";
import type { ScoreMoment } from "../../core/trust/history.ts";
import { unproven, type TrustScore } from "../../core/trust/score.ts";
import type { RegisteredNode } from "../../spi/node-registry.ts";
import type { TrustStore } from "../../spi/trust-store.ts";

type TrustRecord = Awaited<ReturnType<TrustStore["records"]>>[number];

/** A node as lists show it. */
export function nodeListItem(node: NodeDefinition, trust: TrustScore): NodeListItem {
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

/** A version on its node's page: with its contract, and what is known of its trust. */
export function nodeVersion(
  { definition, registeredAt }: RegisteredNode,
  record: TrustRecord | undefined,
): NodeVersion {
  return {
    ...nodeListItem(definition, record?.score ?? unproven(definition.declaredTrust)),
    trust_history: (record?.history ?? []).map(historyView),
    registered_at: isoTime(registeredAt),
    input_contract: Object.fromEntries(Object.entries(definition.inputs).map(([key, port]) => [key, port.schema])),
    optional_inputs: Object.entries(definition.inputs).flatMap(([key, port]) => (port.optional ? [key] : [])),
    output_contract: definition.outputs,
  };
}

/** A version with the texts it consists of. */
export function nodeDetail(
  registered: RegisteredNode,
  record: TrustRecord | undefined,
  artifacts: NodeArtifacts,
): NodeDetail {
  const { metadata, contract, code, files } = artifacts;
  const examples = examplesOf(artifacts);
  return {
    ...nodeVersion(registered, record),
    deprecated_by: registered.reasons?.deprecatedBy ?? null,
    archived_reason: registered.reasons?.archivedReason ?? null,
    uuid: registered.definition.uuid,
    metadata,
    contract,
    code: code ?? null,
    files: files ?? {},
    cases: examples.ok ? examples.value : [],
  };
}

const historyView = ({ score, confidence, samples, at }: ScoreMoment): NodeVersion["trust_history"][number] => ({
  score,
  confidence,
  samples,
  at: isoTime(at),
});
