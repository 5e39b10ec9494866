import type { JsonSchema } from "../../../../contracts/json/json.ts";
import type { ExecutionProfile, InputPort, NodeDefinition } from "../../../../src/core/registry/node.ts";
import { buildSnapshot, type RegistrySnapshot } from "../../../../src/core/registry/snapshot.ts";
import type { TrustScore } from "../../../../src/core/trust/score.ts";
import { DEFAULT_POLICY, type Policy } from "../../../../src/core/plan/model/policy.ts";

const TEXT: JsonSchema = { type: "string" };

export interface NodeSketch extends Partial<Omit<NodeDefinition, "inputs" | "outputs" | "execution">> {
  readonly name: string;
  /** Keys, `key?` for optional ones, or keys with schemas. */
  readonly in?: readonly string[] | Readonly<Record<string, JsonSchema>>;
  readonly out?: readonly string[] | Readonly<Record<string, JsonSchema>>;
  readonly cost?: number;
  readonly latencyMs?: number;
  readonly timeoutMs?: number;
  readonly execution?: Partial<ExecutionProfile>;
}

/** A complete node from the few things a test cares about. Every key is a string unless a schema says otherwise. */
export function node(sketch: NodeSketch): NodeDefinition {
  const { in: needs = [], out = [], cost, latencyMs, timeoutMs, execution, ...rest } = sketch;
  const version = rest.version ?? "1.0.0";
  return {
    version,
    uuid: "00000000-0000-4000-8000-000000000000",
    namespace: `onex.test.${rest.name}`,
    description: "",
    lifecycle: "active",
    kind: "compute",
    entrypoint: { type: "builtin", target: rest.name },
    inputs: ports(needs),
    outputs: Array.isArray(out)
      ? Object.fromEntries(out.map((key) => [key, TEXT]))
      : (out as Record<string, JsonSchema>),
    inputState: {},
    outputState: {},
    execution: {
      cost: cost ?? 1,
      latencyMs: latencyMs ?? 10,
      timeoutMs: timeoutMs ?? 1_000,
      retry: { maxRetries: 3, backoff: "exponential", baseMs: 100, maxMs: 5_000 },
      cache: null,
      ...execution,
    },
    config: {},
    tags: [],
    group: null,
    declaredTrust: null,
    hash: "0".repeat(64),
    digest: `${rest.name}@${version}`,
    ...rest,
  };
}

function ports(needs: NonNullable<NodeSketch["in"]>): Record<string, InputPort> {
  if (!Array.isArray(needs)) {
    return Object.fromEntries(
      Object.entries(needs as Record<string, JsonSchema>).map(([key, schema]) => [key, { schema, optional: false }]),
    );
  }
  return Object.fromEntries(
    (needs as readonly string[]).map((key) => [key.replace(/\?$/, ""), { schema: TEXT, optional: key.endsWith("?") }]),
  );
}

export function registry(
  nodes: readonly (NodeSketch | NodeDefinition)[],
  trust: Readonly<Record<string, Partial<TrustScore>>> = {},
): RegistrySnapshot {
  const definitions = nodes.map((item) => ("outputs" in item ? item : node(item)));
  const scores = Object.entries(trust).map(
    ([ref, score]) => [ref, { score: 0.5, confidence: 1, samples: 100, ...score }] as const,
  );
  return buildSnapshot("1", definitions, new Map(scores));
}

export const policy = (changes: Partial<Policy> = {}): Policy => ({ ...DEFAULT_POLICY, ...changes });
