import type { Fault } from "../core/errors.ts";
import type { LifecycleReasons } from "../core/metadata/lifecycle.ts";
import type { Lifecycle, NodeArtifacts, NodeDefinition } from "../core/registry/node.ts";
import type { RegistrySnapshot } from "../core/registry/snapshot.ts";
import type { Result } from "../core/result.ts";

export interface RegisteredNode {
  readonly definition: NodeDefinition;
  readonly registeredAt: number;
  /** Why it is deprecated or archived. */
  readonly reasons?: LifecycleReasons;
}

export interface Registration {
  /** False when the very same node was registered before. */
  readonly created: boolean;
  /** The registry version that contains it. */
  readonly registryVersion: string;
}

/** The durable list of nodes. A name and version, once registered, never changes content; only its lifecycle moves. */
export interface NodeRegistry {
  /**
   * Same digest: nothing happens, but that further files replace those that were there. Same name and version with
   * another digest, or a uuid of another node: DUPLICATE_REGISTRATION. More than a tenant's registry may hold:
   * REGISTRY_FULL.
   */
  register(
    tenant: string,
    definition: NodeDefinition,
    artifacts: NodeArtifacts,
    now: number,
  ): Promise<Result<Registration, Fault>>;
  /** All versions of a name, newest first. Empty when unknown. */
  versions(tenant: string, name: string): Promise<readonly RegisteredNode[]>;
  artifacts(tenant: string, name: string, version: string): Promise<NodeArtifacts | null>;
  /**
   * Refusals: NODE_NOT_FOUND, LIFECYCLE_INVALID (deprecating names a replacement, archiving a reason). Staying where it
   * is changes nothing.
   */
  setLifecycle(
    tenant: string,
    name: string,
    version: string,
    lifecycle: Lifecycle,
    reasons?: LifecycleReasons,
  ): Promise<Result<Registration, Fault>>;
  /** The current version string; cheap. */
  version(tenant: string): Promise<string>;
  /**
   * Everything, with trust, indexed. @param since an earlier snapshot of the same tenant: where that helps, only what has
   * changed is read
   */
  snapshot(tenant: string, since?: RegistrySnapshot | null): Promise<RegistrySnapshot>;
}
