import { randomUUID } from "node:crypto";
import type { NodeArtifacts } from "../../../src/core/registry/node.ts";
import { stamp } from "../../../src/core/metadata/stamp.ts";

export interface PoolNode {
  readonly name: string;
  readonly type: "python" | "cli" | "docker";
  readonly target: string;
  /** The contract's lines after its input and output. */
  readonly more?: string;
  readonly code?: string;
}

/** The texts of a node `in.text` → `<name>.out`, stamped as its author would. */
export function poolNode({ name, type, target, more = "", code }: PoolNode): NodeArtifacts {
  const stamped = stamp("", {
    path: `nodes/${name}/node.onex.yaml`,
    fields: {
      entrypoint: { type, target },
      namespace: `onex.nodes.${name}`,
      meta_type: "node",
      lifecycle: "active",
      description: "A node of the tests.",
      tags: ["test"],
    },
    now: "2026-01-31T12:00:00Z",
    uuid: randomUUID(),
    author: "Tide Desk",
  });
  if (!stamped.ok) throw new Error(JSON.stringify(stamped.error));
  const contract = `contract_version: 1.0.0
node_name: ${name}
kind: effect
input_contract:
  in.text: {type: string}
output_contract:
  ${name}.out: {type: string}
${more}`;
  return { metadata: stamped.value.text, contract, ...(code === undefined ? {} : { code }) };
}
