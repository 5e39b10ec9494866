import type { RegisterNode } from "../../contracts/api/nodes-api.ts";
import { stamp } from "../../src/core/metadata/stamp.ts";

interface Sketch {
  readonly kind: "compute" | "effect";
  readonly inputs: readonly string[];
  readonly output: string;
  readonly cached?: true;
}

const SKETCHES: Readonly<Record<string, Sketch>> = {
  crash_record: { kind: "effect", inputs: ["crash.order"], output: "crash.receipt" },
  crash_flaky: { kind: "compute", inputs: ["crash.order"], output: "crash.passed" },
  crash_fail: { kind: "compute", inputs: ["crash.order"], output: "crash.never" },
  crash_slow: { kind: "compute", inputs: ["crash.order"], output: "crash.passed" },
  crash_large: { kind: "compute", inputs: ["crash.seed"], output: "crash.large" },
  crash_cached: { kind: "compute", inputs: ["crash.seed"], output: "crash.large", cached: true },
  crash_measure: { kind: "compute", inputs: ["crash.large"], output: "crash.length" },
};

/** The nodes of test/support/workers/crash-worker.ts as they are registered. */
export const crashNodes = (): readonly RegisterNode[] =>
  Object.entries(SKETCHES).map(([name, sketch], index) => ({
    metadata: metadataOf(name, index),
    contract: contractOf(name, sketch),
  }));

function metadataOf(name: string, index: number): string {
  const stamped = stamp("", {
    path: "node.onex.yaml",
    now: "2026-01-01T00:00:00.000Z",
    uuid: `0b8d9f3e-5a0b-4f6e-9d0a-6f1f1f7c2b0${index}`,
    author: "ONEX on Workers contributors",
    fields: {
      name,
      version: "1.0.0",
      description: "A node of the crash command.",
      lifecycle: "active",
      meta_type: "tool",
      namespace: `onex.crash.${name}`,
      state_contract: "state_contract://contract.yaml",
      entrypoint: { type: "noop", target: name },
    },
  });
  if (!stamped.ok) throw new Error(stamped.error.map(({ message }) => message).join("; "));
  return stamped.value.text;
}

const contractOf = (name: string, { kind, inputs, output, cached }: Sketch): string => `contract_version: 1.0.0
contract_name: ${name}_contract
contract_description: A node of the crash command.
node_name: ${name}
node_version: 1.0.0
kind: ${kind}
input_contract:
${inputs.map((key) => `  ${key}: {}`).join("\n")}
optional_inputs: [${inputs.join(", ")}]
output_contract:
  ${output}: {}
execution:
  cost: 1
  latency_ms: 1
  timeout_ms: 2000
  retry: { max_retries: 3, backoff: fixed, base_ms: 50, max_ms: 100 }
${cached ? "  cache: { ttl_s: 3600 }\n" : ""}`;
