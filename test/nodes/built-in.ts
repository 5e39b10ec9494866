import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { admitNode } from "../../src/core/registry/admit.ts";
import type { NodeArtifacts, NodeDefinition } from "../../src/core/registry/node.ts";

const NODES = fileURLToPath(new URL("../../src/nodes/", import.meta.url));

/** The names of all node folders. */
export const nodeNames: readonly string[] = readdirSync(NODES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

export const readNodeFile = (name: string, file: string): string => readFileSync(`${NODES}${name}/${file}`, "utf8");

export const hasNodeFile = (name: string, file: string): boolean => existsSync(`${NODES}${name}/${file}`);

export const artifactsOf = (name: string): NodeArtifacts => ({
  metadata: readNodeFile(name, "node.onex.yaml"),
  contract: readNodeFile(name, "contract.yaml"),
});

/** The node as the registry would have it; throws with every fault when it would not. */
export function definitionOf(name: string): NodeDefinition {
  const admitted = admitNode(artifactsOf(name));
  if (!admitted.ok) throw new Error(admitted.error.map(({ place, message }) => `${place}: ${message}`).join("\n"));
  return admitted.value;
}
