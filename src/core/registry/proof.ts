import type { JsonObject } from "../../../contracts/json/json.ts";
import { isObject } from "../contract/map-schema.ts";
import type { StateContract } from "../contract/state-contract.ts";
import { fault, type Fault } from "../errors.ts";
import { PLACEHOLDER_NOTE } from "../scaffold/placeholder.ts";
import { judgeExample } from "../scaffold/examples.ts";
import { CONTRACT_FILE } from "./artifact-hashes.ts";
import { entrypointTraits } from "./entrypoints.ts";
import { nodeRef, type NodeDefinition } from "./node.ts";

/** One thing a node says of itself: what it makes of an input. */
export interface NodeExample {
  readonly name: string;
  readonly input: JsonObject;
  /** Null when nothing is promised but that the output satisfies its contract. */
  readonly output: JsonObject | null;
  /** Where it is written: `contract.yaml:$.examples`, `cases.json:$.cases[0]`. */
  readonly place: string;
}

/** Whether a node can be tried out where it is registered. */
export function canBeProven({ entrypoint, kind }: NodeDefinition): boolean {
  const { provable } = entrypointTraits(entrypoint.type);
  return provable === "always" || (provable === "without effects" && (kind === "compute" || kind === "reducer"));
}

/** The example of a contract; none when it gives no input. */
export function contractExamples({ examples }: Pick<StateContract, "examples">): readonly NodeExample[] {
  const { validInput: input, validOutput: output } = examples;
  return input === null ? [] : [{ name: "the example", input, output, place: `${CONTRACT_FILE}:$.examples` }];
}

/** The cases of a node's cases.json; what is no case is left out. */
export function caseExamples(cases: unknown): readonly NodeExample[] {
  const list = isObject(cases) && Array.isArray(cases["cases"]) ? (cases["cases"] as readonly unknown[]) : [];
  return list.flatMap((one, i): readonly NodeExample[] => {
    if (!isObject(one) || !isObject(one["input"])) return [];
    const { name, input, output } = one;
    return [
      {
        name: typeof name === "string" ? name : `case ${i + 1}`,
        input,
        output: isObject(output) ? output : null,
        place: `cases.json:$.cases[${i}]`,
      },
    ];
  });
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
