import type { JsonValue } from "../../../contracts/json/json.ts";
import type { ScaffoldSpecification } from "../../../contracts/documents/scaffold.ts";
import { validateState } from "../contract/validate-state.ts";
import { flawFault } from "../json/flaw.ts";
import { jsonFlaw } from "../json/read-json.ts";
import { fault, type Fault } from "../errors.ts";
import type { NodeDefinition } from "../registry/node.ts";
import { Budget } from "../schema/budget.ts";
import { MAX_VALIDATION_WORK } from "../schema/validate/validate.ts";
import { firstDifference } from "./difference.ts";

export type Example = ScaffoldSpecification["examples"][number];

/** What became of one example. */
export interface ExampleVerdict {
  readonly name: string;
  readonly passed: boolean;
  /** For a person; absent when it passed. */
  readonly problem?: string;
}

export const exampleName = (example: Example, index: number): string => example.name ?? `example ${index + 1}`;

/**
 * Examples that contradict the specification's own contract: an input the node would never be given, or an expected
 * output it could never return. Null when there is none. The mistake is the specification's, so nothing is run.
 */
export function contradiction(examples: readonly Example[], node: NodeDefinition): Fault | null {
  const work = new Budget(MAX_VALIDATION_WORK);
  const problems = examples.flatMap((example, index) => [
    ...validateState(node.inputState, example.input, "$", work).map((found) => ({
      ...found,
      side: `examples[${index}].input`,
    })),
    ...validateState(node.outputState, example.output, "$", work).map((found) => ({
      ...found,
      side: `examples[${index}].output`,
    })),
  ]);
  const [first] = problems;
  if (!first) return null;
  return fault("SCAFFOLD_INVALID", `${first.side} does not satisfy the contract: ${first.place} ${first.message}`, {
    place: first.side,
    hint: "correct the example or the schema",
    details: problems.slice(0, 20).map(({ side, place, message }) => ({ place: `${side}: ${place}`, message })),
  });
}

/** Judges what the function returned for an example: it must satisfy the output contract and equal what is expected. */
export function judgeExample(
  name: string,
  example: Example,
  returned: JsonValue,
  node: NodeDefinition,
): ExampleVerdict {
  const flaw = jsonFlaw(returned);
  if (flaw) return { name, passed: false, problem: flawFault("OUTPUT_STATE_INVALID", "the output", flaw).message };
  const [invalid] = validateState(node.outputState, returned);
  const difference = firstDifference(returned, example.output);
  if (invalid === undefined && difference === null) return { name, passed: true };
  const reasons = [
    ...(invalid === undefined ? [] : [`the output does not satisfy its contract: ${invalid.place} ${invalid.message}`]),
    ...(difference === null ? [] : [difference]),
  ];
  return { name, passed: false, problem: reasons.join("; ") };
}

/** Why a node is only a draft; empty when it has proven itself. */
export function draftReasons(
  specification: ScaffoldSpecification,
  verdicts: readonly ExampleVerdict[],
): readonly string[] {
  if (specification.code === undefined) return ["the code is a placeholder"];
  if (verdicts.length === 0) return ["there are no examples, so nothing is proven"];
  return verdicts.filter(({ passed }) => !passed).map(({ name, problem }) => `${name}: ${problem ?? "failed"}`);
}
