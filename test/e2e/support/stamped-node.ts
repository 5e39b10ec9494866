import { randomUUID } from "node:crypto";
import type { NodeArtifacts } from "../../../src/core/registry/node.ts";
import { stamp } from "../../../src/core/metadata/stamp.ts";

export interface DeclaredNode {
  readonly name: string;
  readonly type: string;
  readonly target: string;
  /** The contract's lines after its version and the node's name. */
  readonly contract: string;
  readonly code?: string;
  readonly tag: string;
}

/** The texts of a node, stamped as its author would. */
export function stampedNode({ name, type, target, contract, code, tag }: DeclaredNode): NodeArtifacts {
  const stamped = stamp("", {
    path: `nodes/${name}/node.onex.yaml`,
    fields: {
      entrypoint: { type, target },
      namespace: `onex.nodes.${name}`,
      meta_type: "node",
      lifecycle: "active",
      description: `A node of the ${tag}.`,
      tags: [tag],
    },
    now: "2026-01-31T12:00:00Z",
    uuid: randomUUID(),
    author: "ONEX on Workers contributors",
  });
  if (!stamped.ok) throw new Error(stamped.error.map(({ message }) => message).join("; "));
  return {
    metadata: stamped.value.text,
    contract: `contract_version: 1.0.0\nnode_name: ${name}\n${contract}`,
    ...(code === undefined ? {} : { code }),
  };
}
