import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { JsonObject } from "../../../../contracts/json/json.ts";
import type { ContractKey, NodeDefinition, NodeKind, RetryPolicy } from "../../registry/node.ts";

/** What is known of a node that a foreign document only mentions. */
export interface StandInSketch {
  readonly name: string;
  /** The document's name: part of the node's identity. */
  readonly owner: string;
  readonly kind: NodeKind;
  readonly description?: string;
  readonly inputs?: readonly ContractKey[];
  readonly outputs?: readonly ContractKey[];
  readonly latencyMs?: number;
  readonly timeoutMs?: number;
  readonly retry?: RetryPolicy;
  readonly tags?: readonly string[];
  readonly config?: JsonObject;
}

const NO_RETRY: RetryPolicy = { maxRetries: 0, backoff: "fixed", baseMs: 100, maxMs: 100 };

/** A node definition that plans like the real thing and does nothing. Same sketch, same definition, uuid included. */
export function standIn(sketch: StandInSketch): NodeDefinition {
  const identity = bytesToHex(sha256(utf8ToBytes(JSON.stringify(["stand-in", sketch.owner, sketch.name]))));
  const content = bytesToHex(sha256(utf8ToBytes(JSON.stringify(sketch))));
  const uuid = [
    identity.slice(0, 8),
    identity.slice(8, 12),
    `8${identity.slice(13, 16)}`,
    `8${identity.slice(17, 20)}`,
    identity.slice(20, 32),
  ];
  return {
    name: sketch.name,
    version: "1.0.0",
    uuid: uuid.join("-"),
    namespace: `onex.imported.${identifier(sketch.owner)}`,
    description: sketch.description ?? "",
    lifecycle: "active",
    kind: sketch.kind,
    entrypoint: { type: "noop", target: sketch.name },
    inputs: Object.fromEntries((sketch.inputs ?? []).map((key) => [key, { schema: {}, optional: false }])),
    outputs: Object.fromEntries((sketch.outputs ?? []).map((key) => [key, {}])),
    inputState: { type: "object" },
    outputState: { type: "object" },
    execution: {
      cost: 1,
      latencyMs: sketch.latencyMs ?? 10,
      timeoutMs: sketch.timeoutMs ?? 30_000,
      retry: sketch.retry ?? NO_RETRY,
      cache: null,
    },
    config: sketch.config ?? {},
    tags: sketch.tags ?? [],
    group: null,
    declaredTrust: null,
    hash: content,
    digest: content,
  };
}

/** A name in the form node names have: lower case, digits, underscores. */
export function identifier(text: string): string {
  const plain = text.toLowerCase().replaceAll(/[^a-z0-9_]+/g, "_");
  return /^[a-z]/.test(plain) ? plain.slice(0, 100) : `n_${plain}`.slice(0, 100);
}

/** A name in the form step ids have. */
export const stepIdentifier = (text: string): string => {
  const plain = text.replaceAll(/[^A-Za-z0-9_-]+/g, "_");
  return /^[A-Za-z_]/.test(plain) ? plain : `_${plain}`;
};
