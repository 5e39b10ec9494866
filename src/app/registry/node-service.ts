import type {
  LifecycleMoved,
  LifecycleRequest,
  NodeDetail,
  NodeListItem,
  NodePage,
} from "../../../contracts/api/nodes-api.ts";
import { admitNode } from "../../core/registry/admit.ts";
import { CASES_FILE } from "../../core/registry/cases.ts";
import { nodeRef, type NodeArtifacts, type NodeDefinition, type NodeRef } from "../../core/registry/node.ts";
import { nodesPage, type NodePageRequest, type NodeQuery } from "../../core/registry/node-query.ts";
import type { Fault } from "../../core/errors.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { unproven, type TrustScore } from "../../core/trust/score.ts";
import type { NodeRegistry } from "../../spi/node-registry.ts";
import type { TrustStore } from "../../spi/trust-store.ts";
import type { CallContext } from "../call-context.ts";
import { moveLifecycle } from "./node-lifecycle.ts";
import { nodeDetail, nodeListItem, nodeVersion } from "./node-views.ts";
import type { RegistryCache } from "./registry-cache.ts";
import { proveNode, type ProofPorts } from "./prove-node.ts";

export interface NodePorts extends ProofPorts {
  readonly registry: NodeRegistry;
  /** What this isolate remembers of it: for the pages of a list behind the first. */
  readonly remembered: RegistryCache;
  readonly background: (work: Promise<unknown>) => void;
  readonly trust: TrustStore;
}

/** A node that is registered now. */
export interface Registration {
  /** False when the very same node was there before. */
  readonly created: boolean;
  readonly registryVersion: string;
  readonly node: NodeListItem;
}

/** A part of the list of nodes; `next` names where the following one starts. */
export interface NodeListing {
  readonly registryVersion: string;
  readonly nodes: readonly NodeListItem[];
  readonly next: NodeRef | null;
}

/** Registration, lifecycle and lists of nodes. */
export interface NodeService {
  register(call: CallContext, artifacts: NodeArtifacts): Promise<Result<Registration, readonly Fault[]>>;
  list(call: CallContext, query: NodeQuery, page: NodePageRequest): Promise<NodeListing>;
  /** One name with all versions and their trust, or null. */
  get(call: CallContext, name: string): Promise<NodePage | null>;
  /** One version with the texts it consists of, or null. */
  detail(call: CallContext, name: string, version: string): Promise<NodeDetail | null>;
  /** NODE_NOT_FOUND, LIFECYCLE_INVALID or INVALID_PARAMETER, with its place. */
  move(
    call: CallContext,
    node: { readonly name: string; readonly version: string },
    request: LifecycleRequest,
  ): Promise<Result<LifecycleMoved, Fault>>;
}

export function nodeService(ports: NodePorts): NodeService {
  const { registry, trust, clock } = ports;
  const recordsOf = async (tenant: string, name: string) =>
    new Map((await trust.records(tenant, name, clock.now())).map((record) => [record.version, record]));
  return {
    async register(call, artifacts) {
      const { tenant } = call;
      const admitted = admitNode(artifacts);
      if (!admitted.ok) return admitted;
      const definition = admitted.value;
      const against = (await mustBeProven(tenant, definition, artifacts, registry))
        ? await proveNode(call, definition, artifacts, ports)
        : [];
      if (against.length > 0) return err(against);
      const registered = await registry.register(tenant, definition, artifacts, clock.now());
      if (!registered.ok) return err([registered.error]);
      return ok({ ...registered.value, node: nodeListItem(definition, unproven(definition.declaredTrust)) });
    },
    async list({ tenant }, query, page) {
      // A list of many pages must not have the registry read for each of them.
      const snapshot = await (page.after === null
        ? registry.snapshot(tenant)
        : ports.remembered.snapshot(tenant, null, ports.background));
      const scoreOf = (node: NodeDefinition): TrustScore =>
        snapshot.trust.get(nodeRef(node)) ?? unproven(node.declaredTrust);
      const { nodes, next } = nodesPage(snapshot.nodes, query, page);
      return {
        registryVersion: snapshot.version,
        nodes: nodes.map((node) => nodeListItem(node, scoreOf(node))),
        next,
      };
    },
    async get({ tenant }, name) {
      const versions = await registry.versions(tenant, name);
      if (versions.length === 0) return null;
      const records = await recordsOf(tenant, name);
      return { name, versions: versions.map((one) => nodeVersion(one, records.get(one.definition.version))) };
    },
    async detail({ tenant }, name, version) {
      const versions = await registry.versions(tenant, name);
      const registered = versions.find(({ definition }) => definition.version === version);
      const artifacts = registered ? await registry.artifacts(tenant, name, version) : null;
      if (!registered || !artifacts) return null;
      return nodeDetail(registered, (await recordsOf(tenant, name)).get(version), artifacts);
    },
    move: (call, node, request) => moveLifecycle(call, node, request, ports),
  };
}

/** What is registered already never changes, and was proven then; but for cases it has not been held against yet. */
async function mustBeProven(
  tenant: string,
  node: NodeDefinition,
  { files }: NodeArtifacts,
  registry: NodeRegistry,
): Promise<boolean> {
  const versions = await registry.versions(tenant, node.name);
  const known = versions.find(
    ({ definition: { version, digest } }) => version === node.version && digest === node.digest,
  );
  if (!known) return node.lifecycle === "active";
  const cases = files?.[CASES_FILE];
  if (known.definition.lifecycle !== "active" || cases === undefined) return false;
  const kept = await registry.artifacts(tenant, node.name, node.version);
  return kept?.files?.[CASES_FILE] !== cases;
}
