import { isObject } from "../../../contracts/json/narrow.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { ScaffoldSpecification } from "../../../contracts/documents/scaffold.ts";
import { fault, RuntimeHostError } from "../../core/errors.ts";
import { readBlock } from "../../core/metadata/read.ts";
import { nodeRef, type NodeDefinition } from "../../core/registry/node.ts";
import type { ExampleVerdict } from "../../core/scaffold/examples.ts";
import { specificationHash } from "../../core/scaffold/render-node.ts";
import type { BlobStore } from "../../spi/blob-store.ts";
import type { NodeRegistry } from "../../spi/node-registry.ts";
import { filesPrefix } from "./artifact-store.ts";

/** A scaffolded node in the registry. */
export interface Registered {
  readonly definition: NodeDefinition;
  readonly metadata: string;
  readonly registryVersion: string;
  /** Keys of its stored files. */
  readonly files: readonly string[];
}

/**
 * What an earlier attempt at the same specification registered, or null when the name and version are free. Rejects with
 * DUPLICATE_REGISTRATION when something else has them.
 */
export async function earlierRegistration(
  tenant: string,
  specification: ScaffoldSpecification,
  { registry, blobs }: { readonly registry: NodeRegistry; readonly blobs: BlobStore },
): Promise<Registered | null> {
  const { name, version } = specification;
  const versions = await registry.versions(tenant, name);
  const definition = versions.find((entry) => entry.definition.version === version)?.definition;
  if (!definition) return null;
  const artifacts = await registry.artifacts(tenant, name, version);
  if (!artifacts || builtFrom(artifacts.metadata) !== specificationHash(specification)) {
    throw new RuntimeHostError(
      fault("DUPLICATE_REGISTRATION", `${nodeRef(specification)} is registered with other content`, {
        place: nodeRef(specification),
        hint: "raise the version: a registered version never changes",
      }),
    );
  }
  return {
    definition,
    metadata: artifacts.metadata,
    registryVersion: await registry.version(tenant),
    files: await blobs.list(filesPrefix(tenant, definition)),
  };
}

/** The hash of the specification a scaffolded node says it was built from; null for any other node. */
function builtFrom(metadata: string): string | null {
  const extensions = readBlock(metadata, { path: "node.onex.yaml" }).fields["x_extensions"];
  const scaffold = isObject(extensions) ? extensions["scaffold"] : null;
  const hash = isObject(scaffold) ? scaffold["specification"] : null;
  return typeof hash === "string" ? hash : null;
}

/** `node.registration` as the contract says. */
export const wireRegistration = (
  { definition, metadata, registryVersion, files }: Registered,
  examples: readonly ExampleVerdict[],
  problems: readonly string[],
): JsonObject => ({
  name: definition.name,
  version: definition.version,
  lifecycle: definition.lifecycle,
  hash: definition.hash,
  digest: definition.digest,
  hash_verified: readBlock(metadata, { path: "node.onex.yaml" }).hash === "verified",
  registry_version: registryVersion,
  artifacts: files,
  examples: examples.map(({ name, passed, problem }) => ({
    name,
    passed,
    ...(problem === undefined ? {} : { problem }),
  })),
  problems,
});

/** The event of an effect that registered a node. */
export const announcement = ({ definition, registryVersion }: Registered): JsonObject => ({
  type: "node.registered",
  node: nodeRef(definition),
  lifecycle: definition.lifecycle,
  digest: definition.digest,
  registry_version: registryVersion,
});
