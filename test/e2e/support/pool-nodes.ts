import type { NodeArtifacts } from "../../../src/core/registry/node.ts";
import { stampedNode } from "./stamped-node.ts";

export interface PoolNode {
  readonly name: string;
  readonly type: "python" | "cli" | "docker";
  readonly target: string;
  /** The contract's lines after its input and output. */
  readonly more?: string;
  readonly code?: string;
}

/** The texts of a node `in.text` → `<name>.out`, stamped as its author would. */
export const poolNode = ({ name, more = "", ...node }: PoolNode): NodeArtifacts =>
  stampedNode({
    ...{ ...node, name, tag: "tests" },
    contract: `kind: effect
input_contract:
  in.text: {type: string}
output_contract:
  ${name}.out: {type: string}
${more}`,
  });
