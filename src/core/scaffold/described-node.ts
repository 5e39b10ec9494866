import { stamp } from "../metadata/stamp.ts";
import { admitNode } from "../registry/admit.ts";
import { hashOf } from "../registry/artifact-hashes.ts";
import type { Entrypoint, NodeArtifacts, NodeDefinition } from "../registry/node.ts";
import { err, ok, type Result } from "../result.ts";
import { derivedUuid } from "./derived-uuid.ts";
import { yamlValue } from "./quoting.ts";

/** Who a node is, for one whose contract was made of something else: a declaration, or another format's document. */
export interface NodeIdentity {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly author: string;
  readonly namespace: string;
  readonly runtimeLanguage: string;
  readonly entrypoint: Entrypoint;
  readonly tags: readonly string[];
  /** What it is the same node by, wherever it is made. */
  readonly origin: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** A node that the registry takes, with what it is registered from. */
export interface DescribedNode {
  readonly artifacts: NodeArtifacts;
  readonly definition: NodeDefinition;
}

/** Why there is none; the place is of its metadata or its contract. */
export interface DescriptionProblem {
  readonly message: string;
  readonly place?: string;
}

/** The active node of an identity and a contract: its metadata rendered, stamped with its true hash, and admitted. */
export function describedNode(
  identity: NodeIdentity,
  contract: string,
): Result<DescribedNode, readonly DescriptionProblem[]> {
  const stamped = stamp(metadataOf(identity, contract), {
    path: `${identity.name}/node.onex.yaml`,
    now: identity.createdAt,
    uuid: derivedUuid(identity.origin),
  });
  if (!stamped.ok) return err(stamped.error.map(({ message }) => ({ message })));
  const artifacts = { metadata: stamped.value.text, contract };
  const admitted = admitNode(artifacts);
  return admitted.ok ? ok({ artifacts, definition: admitted.value }) : admitted;
}

function metadataOf(
  { name, version, description, author, namespace, runtimeLanguage, entrypoint, tags }: NodeIdentity,
  contract: string,
): string {
  return [
    "metadata_version: 0.1.0",
    "protocol_version: 0.1.0",
    "schema_version: 0.1.0",
    `name:${yamlValue(name)}`,
    `version:${yamlValue(version)}`,
    `description:${yamlValue(description)}`,
    `author:${yamlValue(author)}`,
    `owner:${yamlValue(author)}`,
    `namespace:${yamlValue(namespace)}`,
    "lifecycle: active",
    "meta_type: tool",
    `runtime_language_hint:${yamlValue(runtimeLanguage)}`,
    "state_contract: state_contract://contract.yaml",
    "entrypoint:",
    `  type:${yamlValue(entrypoint.type)}`,
    `  target:${yamlValue(entrypoint.target)}`,
    `tags:${yamlValue(tags)}`,
    "x_extensions:",
    "  artifacts:",
    `    contract.yaml: ${hashOf(contract)}`,
    "",
  ].join("\n");
}
