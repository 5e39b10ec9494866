import type { Fault } from "../core/errors.ts";
import type { Lifecycle, NodeArtifacts, NodeDefinition } from "../core/registry/node.ts";
import type { RegistrySnapshot } from "../core/registry/snapshot.ts";
import type { Result } from "../core/result.ts";

export interface RegisteredNode {
  readonly definition: NodeDefinition;
  readonly registeredAt: number;
}

export interface Registration {
  /** False when the very same node was registered before. */
  readonly created: boolean;
  /** The registry version that contains it. */
  readonly registryVersion: string;
}

/** The durable list of nodes. A name and version, once registered, never changes content; only its lifecycle moves. */
export interface NodeRegistry {
  /** Same digest: nothing happens. Same name and version with another digest, or a uuid of another node: DUPLICATE_REGISTRATION. */
  register(tenant: string, definition: NodeDefinition, artifacts: NodeArtifacts, now: number): Promise<Result<Registration, Fault>>;
  /** All versions of a name, newest first. Empty when unknown. */
  versions(tenant: string, name: string): Promise<readonly RegisteredNode[]>;
  artifacts(tenant: string, name: string, version: string): Promise<NodeArtifacts | null>;
  setLifecycle(tenant: string, name: string, version: string, lifecycle: Lifecycle): Promise<Result<Registration, Fault>>;
  /** The current version string; cheap. */
  version(tenant: string): Promise<string>;
  /** Everything, with trust, indexed. */
  snapshot(tenant: string): Promise<RegistrySnapshot>;
}
