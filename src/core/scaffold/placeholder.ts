import type { JsonObject } from "../../../contracts/json/json.ts";
import type { ScaffoldSpecification } from "../../../contracts/documents/scaffold.ts";
import { sampleOf } from "./sample.ts";

type Examples = ScaffoldSpecification["examples"];

/** Stands in code that nobody has written yet. */
export const PLACEHOLDER_NOTE = "// A placeholder: compute the output from `input`.";

/**
 * Code for a node that has none yet: it returns a sample of every key it promises, so that the node loads and its author
 * sees the shape to fill. The specification's own examples are kept; without any, the placeholder is its own.
 */
export function placeholderOf(specification: ScaffoldSpecification): {
  readonly code: string;
  readonly examples: Examples;
} {
  const needed = Object.entries(specification.input_contract).filter(
    ([key]) => !specification.optional_inputs.includes(key),
  );
  const input = samples(needed);
  const output = samples(Object.entries(specification.output_contract));
  const body = JSON.stringify(output, null, 2)
    .split("\n")
    .map((line, index) => (index === 0 ? line : `  ${line}`))
    .join("\n");
  return {
    code: `  ${PLACEHOLDER_NOTE}\n  return ${body};`,
    examples: specification.examples.length > 0 ? specification.examples : [{ name: "placeholder", input, output }],
  };
}

const samples = (keys: readonly (readonly [string, JsonObject])[]): JsonObject =>
  Object.fromEntries(keys.map(([key, schema]) => [key, sampleOf(schema)]));
