import type { RemoteBlock } from "../../../contracts/documents/remote.ts";
import type { CallBlock } from "../../../contracts/documents/call.ts";
import type { JsonObject, JsonSchema } from "../../../contracts/json/json.ts";
import type { NodeLimit } from "../limit/limit.ts";
import type { RunnerSpec } from "./runner-spec.ts";

/** What a node may return: compute a result only, effect events and a result, reducer projections only, orchestrator events and intents. */
export type NodeKind = "compute" | "effect" | "reducer" | "orchestrator";

export const LIFECYCLES = ["draft", "review", "active", "deprecated", "archived"] as const;
export type Lifecycle = (typeof LIFECYCLES)[number];

/** A dotted path that names a value a node consumes or produces. */
export type ContractKey = string;

/** Where a node's code is. `builtin` targets the bundle's own table, `function` a JavaScript file run in the sandbox. */
export interface Entrypoint {
  readonly type: string;
  readonly target: string;
}

/** How often and how fast a failed attempt is repeated. All times in milliseconds. */
export interface RetryPolicy {
  readonly maxRetries: number;
  readonly backoff: "fixed" | "exponential";
  readonly baseMs: number;
  readonly maxMs: number;
}

/** What a contract declares about running the node. */
export interface ExecutionProfile {
  /** Abstract cost units; 1 is a cheap pure function. */
  readonly cost: number;
  /** Expected latency in milliseconds. */
  readonly latencyMs: number;
  /** One attempt may take this long, in milliseconds. */
  readonly timeoutMs: number;
  readonly retry: RetryPolicy;
  /** Result caching by signature; null when not declared. Never honoured for effects. */
  readonly cache: { readonly ttlMs: number } | null;
  /** Limits across all runs of a tenant; absent when the contract declares none. */
  readonly limits?: readonly NodeLimit[];
}

export interface InputPort {
  readonly schema: JsonSchema;
  readonly optional: boolean;
}

/** What a node's owner says of a contract key. */
export interface KeyRule {
  /** Names of the nodes that may produce the key; absent: anybody. */
  readonly only?: readonly string[];
  readonly description?: string;
}

/** A registered node as planner and executor see it: identity from its metadata block, behaviour from its contract. */
export interface NodeDefinition {
  readonly name: string;
  readonly version: string;
  readonly uuid: string;
  readonly namespace: string;
  readonly description: string;
  readonly lifecycle: Lifecycle;
  readonly kind: NodeKind;
  readonly entrypoint: Entrypoint;
  readonly inputs: Readonly<Record<ContractKey, InputPort>>;
  readonly outputs: Readonly<Record<ContractKey, JsonSchema>>;
  /** JSON Schema of the whole input state: an object with one property a contract key. */
  readonly inputState: JsonSchema;
  readonly outputState: JsonSchema;
  readonly execution: ExecutionProfile;
  readonly config: JsonObject;
  /** The body of a composite, in the form of contracts/documents/graph.ts; absent for every other entrypoint type. */
  readonly graph?: JsonObject;
  /** What an `http` or `db` node does; absent for every other, and for an `http` node that is elsewhere. */
  readonly call?: CallBlock;
  /** How calls of an `http` node that is elsewhere are signed; absent for every other. */
  readonly remote?: RemoteBlock;
  /** Present exactly on nodes that runners execute. */
  readonly runner?: RunnerSpec;
  /** Absent on a node that the planner may choose; `private`: its name alone reaches it. */
  readonly visibility?: "private";
  /** What its owner says of contract keys; absent when nothing. */
  readonly keys?: Readonly<Record<ContractKey, KeyRule>>;
  readonly tags: readonly string[];
  readonly group: string | null;
  /** The trust its author declares, 0 to 1, or null. */
  readonly declaredTrust: number | null;
  /** The verified hash of its metadata block. */
  readonly hash: string;
  /** SHA-256 over metadata, contract and code together: what makes two registrations the same. */
  readonly digest: string;
}

/** `name@version`: how plans, trust and logs point at a node. */
export type NodeRef = string;
export const nodeRef = (node: { readonly name: string; readonly version: string }): NodeRef =>
  `${node.name}@${node.version}`;

/** The texts a node was registered from. `code` is absent for built-in nodes. */
export interface NodeArtifacts {
  readonly metadata: string;
  readonly contract: string;
  readonly code?: string;
  /**
   * Further files of its folder, by path within it: its README, its cases. No part of its digest: the same node may be
   * registered again with others.
   */
  readonly files?: Readonly<Record<string, string>>;
}
