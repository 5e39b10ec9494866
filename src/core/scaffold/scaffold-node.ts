import type { ScaffoldSpecification } from "../../../contracts/documents/scaffold.ts";
import { fault, type Fault } from "../errors.ts";
import { stamp } from "../metadata/stamp.ts";
import { admitNode } from "../registry/admit.ts";
import type { Lifecycle, NodeArtifacts, NodeDefinition } from "../registry/node.ts";
import { err, ok, type Result } from "../result.ts";
import { renderNode, type RenderedNode } from "./render-node.ts";

/** A new node's identity and age; everything else follows from the specification. */
export interface Birth {
  readonly uuid: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** A complete new node, admitted by the code the registry admits with. */
export interface ScaffoldedNode {
  /** File name → text: metadata (stamped), contract, code, README and example cases. */
  readonly files: RenderedNode["files"];
  readonly artifacts: NodeArtifacts & { readonly code: string };
  readonly definition: NodeDefinition;
  /** Where the author's own first line of code is in node.js, 1-based. */
  readonly codeFirstLine: number;
}

/**
 * Builds a node from a specification: renders the templates, stamps the metadata with a true hash, and admits the result.
 * Pure: the same arguments give the same bytes. Refusals list every problem: SCAFFOLD_INVALID, TEMPLATE_TOKEN, and
 * whatever admission refuses (an invalid schema, an example outside its own contract).
 */
export function scaffoldNode(
  specification: ScaffoldSpecification,
  birth: Birth,
  lifecycle: Lifecycle,
): Result<ScaffoldedNode, readonly Fault[]> {
  const rendered = renderNode(specification, lifecycle);
  if (!rendered.ok) return err([rendered.error]);
  const { files, codeFirstLine } = rendered.value;
  const stamped = stamp(files["node.onex.yaml"], {
    path: `${specification.name}/node.onex.yaml`,
    now: birth.createdAt,
    uuid: birth.uuid,
  });
  if (!stamped.ok) {
    return err(
      stamped.error.map((found) =>
        fault("SCAFFOLD_INVALID", found.message, { place: "node.onex.yaml", hint: found.hint }),
      ),
    );
  }
  const metadata = stamped.value.text;
  const beside = { "README.md": files["README.md"], "cases.json": files["cases.json"] };
  const artifacts = { metadata, contract: files["contract.yaml"], code: files["node.js"], files: beside };
  const admitted = admitNode(artifacts);
  if (!admitted.ok) return admitted;
  return ok({ files: { ...files, "node.onex.yaml": metadata }, artifacts, definition: admitted.value, codeFirstLine });
}
