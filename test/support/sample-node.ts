import type { NodeArtifacts, NodeDefinition } from "../../src/core/registry/node.ts";

const TEXT = { type: "string" } as const;

/** A registered node's definition as the registry stores it; the digest follows from what is changed. */
export function sampleNode(changes: Partial<NodeDefinition> = {}): NodeDefinition {
  const name = changes.name ?? "text_count";
  return {
    name,
    version: "1.0.0",
    uuid: uuidFor(name),
    namespace: `onex.nodes.${name}`,
    description: "Counts – with an umlaut: ü.",
    lifecycle: "active",
    kind: "compute",
    entrypoint: { type: "builtin", target: name },
    inputs: { "document.text": { schema: TEXT, optional: false } },
    outputs: { [`${name}.out`]: { type: "integer" } },
    inputState: { type: "object", properties: { "document.text": TEXT }, required: ["document.text"] },
    outputState: { type: "object", properties: { [`${name}.out`]: { type: "integer" } } },
    execution: {
      cost: 1,
      latencyMs: 10,
      timeoutMs: 1_000,
      retry: { maxRetries: 3, backoff: "exponential", baseMs: 100, maxMs: 5_000 },
      cache: null,
    },
    config: {},
    tags: ["text"],
    group: null,
    declaredTrust: null,
    hash: "0".repeat(64),
    digest: `digest-of-${name}-${JSON.stringify(changes)}`,
    ...changes,
  };
}

export const sampleArtifacts = (name: string): NodeArtifacts => ({
  metadata: `name: ${name}\n`,
  contract: `node_name: ${name}\n`,
});

/** One uuid a name, as versions of one node share theirs. */
function uuidFor(name: string): string {
  let digits = "";
  for (const char of name) digits += (char.codePointAt(0) ?? 0).toString(16);
  return `00000000-0000-4000-8000-${digits.padEnd(12, "0").slice(-12)}`;
}
