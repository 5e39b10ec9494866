import type { JsonObject } from "../../../contracts/json/json.ts";
import { fault, type Fault } from "../errors.ts";
import { PLACEHOLDER_NOTE } from "../scaffold/placeholder.ts";
import { judgeExample } from "../scaffold/examples.ts";
import type { NodeExample } from "./cases.ts";
import { entrypointTraits } from "./entrypoints.ts";
import { nodeRef, type NodeDefinition } from "./node.ts";

/** Whether a node can be tried out where it is registered. */
export function canBeProven({ entrypoint, kind }: NodeDefinition): boolean {
  const { provable } = entrypointTraits(entrypoint.type);
  return provable === "always" || (provable === "without effects" && (kind === "compute" || kind === "reducer"));
}

/** Why a node that was generated and never written cannot be active; null when it was written. */
export function placeholderFault(node: NodeDefinition, code: string | undefined): Fault | null {
  const line = code?.split("\n").findIndex((text) => text.includes(PLACEHOLDER_NOTE)) ?? -1;
  if (line < 0) return null;
  return fault("LIFECYCLE_INVALID", `the code of ${nodeRef(node)} is a placeholder`, {
    place: `${node.entrypoint.target}:${line + 1}`,
    hint: "write what the node does and take the comment out, or keep the node a draft",
  });
}

/** What an example's outcome speaks against a node: a fault, or nothing when the output is what was promised. */
export function judgeProof(node: NodeDefinition, example: NodeExample, returned: JsonObject): Fault | null {
  const promised = { input: example.input, output: example.output ?? returned };
  const { passed, problem } = judgeExample(example.name, promised, returned, node);
  return passed ? null : notProven(node, example, problem ?? "it failed");
}

/** An example that fails keeps its node from being active. */
export const notProven = (node: NodeDefinition, { name, place }: NodeExample, problem: string): Fault =>
  fault("LIFECYCLE_INVALID", `${nodeRef(node)} does not do what it says: ${name}: ${problem}`, {
    place,
    hint: "correct the node or its example, or keep the node a draft",
  });
