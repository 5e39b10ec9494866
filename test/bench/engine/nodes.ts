import type { JsonObject } from "../../../contracts/json/json.ts";
import { stamp } from "../../../src/core/metadata/stamp.ts";
import type { WireClient } from "../../../src/client/wire-client.ts";
import type { Shape } from "./shapes.ts";

/** Whether a step only computes or has an effect: only the first may run in the gateway or share an invocation. */
export type Kind = "pure" | "effect";

/** Most values a step of a shape takes. */
const MAX_INPUTS = 10;

const inputKey = (place: number): string => (place === 0 ? "noop.input" : `bench.input_${place}`);
const INPUTS = Array.from({ length: MAX_INPUTS }, (_, place) => inputKey(place));
const OUTPUT = "noop.output";

const nodeName = (kind: Kind): string => `bench_${kind}`;

const metadata = (kind: Kind): string => `# === ONEX:Metadata ===
author: ONEX on Workers contributors
description: A step of the benchmark that hands its first input on.
entrypoint:
  target: noop
  type: builtin
lifecycle: active
meta_type: tool
name: ${nodeName(kind)}
namespace: onex.bench.${nodeName(kind)}
schema_version: 0.1.0
state_contract: state_contract://contract.yaml
version: 1.0.0
# === /ONEX:Metadata ===
`;

const contract = (kind: Kind): string => `contract_version: 1.0.0
contract_name: ${nodeName(kind)}_contract
contract_description: Hands its first input on unchanged.
node_name: ${nodeName(kind)}
node_version: 1.0.0
kind: ${kind === "pure" ? "compute" : "effect"}
input_contract:
${INPUTS.map((key) => `  ${key}:\n    description: Anything.`).join("\n")}
optional_inputs:
${INPUTS.map((key) => `  - ${key}`).join("\n")}
output_contract:
  ${OUTPUT}:
    description: The first input.
execution:
  cost: 1
  latency_ms: 1
  timeout_ms: 1000
`;

/** The texts of a step's node, stamped. Its body is the built-in `noop`, so only the machinery around it is measured. */
export function nodeTexts(kind: Kind): { readonly metadata: string; readonly contract: string } {
  const stamped = stamp(metadata(kind), {
    path: "node.onex.yaml",
    now: "2026-01-01T00:00:00.000Z",
    uuid: kind === "pure" ? "0b8d9f3e-5a0b-4f6e-9d0a-6f1f1f7c1a01" : "0b8d9f3e-5a0b-4f6e-9d0a-6f1f1f7c1a02",
  });
  if (!stamped.ok) throw new Error(stamped.error.map(({ message }) => message).join("; "));
  return { metadata: stamped.value.text, contract: contract(kind) };
}

/** Registers both nodes through the API. */
export async function registerBenchNodes(client: WireClient): Promise<void> {
  for (const kind of ["pure", "effect"] as const) await client.nodes.register(nodeTexts(kind));
}

/** A shape as the payload of `graph.run`; what is wanted is its last step's output. */
export function graphOf({ before }: Pick<Shape, "before">, kind: Kind, policy: JsonObject = {}): JsonObject {
  const steps = before.map((sources, step) => ({
    id: `t${step}`,
    node: nodeName(kind),
    inputs: Object.fromEntries(
      sources.length === 0
        ? [[inputKey(0), inputKey(0)]]
        : sources.map((source, place) => [inputKey(place), `t${source}.${OUTPUT}`]),
    ),
  }));
  return { steps, want: [`t${before.length - 1}.${OUTPUT}`], given: { [inputKey(0)]: "hello" }, policy };
}
