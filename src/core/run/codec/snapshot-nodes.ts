import type { JsonObject } from "../../../../contracts/json/json.ts";
import { fault, type Fault } from "../../errors.ts";
import { admitNode } from "../../registry/admit.ts";
import { nodeRef, type NodeArtifacts, type NodeDefinition, type NodeRef } from "../../registry/node.ts";
import { err, ok, type Result } from "../../result.ts";
import type { RunState } from "../model/state.ts";

/** A node that a snapshot brings along. */
export interface CarriedNode {
  readonly definition: NodeDefinition;
  readonly artifacts: NodeArtifacts;
}

/** Entrypoints whose code comes with a release, and with no file. */
const OF_A_RELEASE: ReadonlySet<string> = new Set(["builtin", "wait"]);

/** Every node a run needs to be repeated elsewhere, but those that come with a release: of its steps, of steps that left its plan, and composites. */
export function nodesOf({ plan, replaced = [] }: RunState): readonly NodeRef[] {
  const steps = [...plan.steps, ...replaced.map(({ step }) => step)].filter(
    ({ entrypoint }) => !OF_A_RELEASE.has(entrypoint),
  );
  const composites = [...(plan.boundaries ?? []), ...replaced.flatMap(({ within = [] }) => within)];
  return [...new Set([...steps, ...composites].map(nodeRefOf))].sort();
}

const nodeRefOf = ({ node, version }: { readonly node: string; readonly version: string }): NodeRef =>
  nodeRef({ name: node, version });

/** A node's texts as they stand in a snapshot. */
export const nodeJson = ({ metadata, contract, code, files }: NodeArtifacts): JsonObject => ({
  metadata,
  contract,
  ...(code === undefined ? {} : { code }),
  ...(files === undefined ? {} : { files }),
});

/** The same from a snapshot whose shape has been checked. */
export function nodeTextsIn(json: JsonObject): NodeArtifacts {
  const { metadata, contract, code, files } = json;
  return {
    metadata: typeof metadata === "string" ? metadata : "",
    contract: typeof contract === "string" ? contract : "",
    ...(typeof code === "string" ? { code } : {}),
    ...(files === undefined ? {} : { files: files as Readonly<Record<string, string>> }),
  };
}

/**
 * The nodes of a snapshot, each admitted as the registry admits one: its hash is true, and it is a node that the run
 * names. Refusals carry the place in the snapshot.
 */
export function carriedNodes(nodes: readonly NodeArtifacts[], state: RunState): Result<readonly CarriedNode[], Fault> {
  const wanted = new Set(nodesOf(state));
  const carried: CarriedNode[] = [];
  for (const [at, artifacts] of nodes.entries()) {
    const place = `$.nodes[${at}]`;
    const admitted = admitNode(artifacts);
    if (!admitted.ok) {
      const [first] = admitted.error;
      const said = first?.place === undefined ? "" : ` (${first.place})`;
      const code = first?.code === "METADATA_HASH_MISMATCH" ? "METADATA_HASH_MISMATCH" : "INVALID_PARAMETER";
      const message = `a node of this file would be refused: ${first?.message ?? "it is none"}${said}`;
      return err(fault(code, message, { place, hint: "export the run again" }));
    }
    const definition = admitted.value;
    if (!wanted.delete(nodeRef(definition))) {
      const hint = "export the run again";
      return err(fault("INVALID_PARAMETER", `the run names no node ${nodeRef(definition)}, or once`, { place, hint }));
    }
    carried.push({ definition, artifacts });
  }
  return ok(carried);
}
