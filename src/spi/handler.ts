import type { HttpResponse } from "../../contracts/documents/handler-operation.ts";
import type { JsonObject } from "../../contracts/json/json.ts";
import type { Principal } from "../core/call/principal.ts";
import type { TraceParent } from "../core/call/trace.ts";
import type { WorkItemId } from "../core/pool/work-item.ts";
import type { CallProfile } from "../core/operation/operation-node.ts";
import type { NodeDefinition } from "../core/registry/node.ts";
import type { NotBegun } from "../core/sandbox/budget.ts";
import type { CpuAccount } from "./cpu-account.ts";

/**
 * What a node returns. Which parts may be filled depends on its kind (core/run/output-rule): compute `result`; effect
 * `result` and `events`; reducer `projections`; orchestrator `events` and `intents`. Keys are contract keys.
 */
export interface NodeOutput {
  readonly result?: JsonObject;
  readonly projections?: JsonObject;
  readonly events?: readonly JsonObject[];
  readonly intents?: readonly JsonObject[];
  /** Instead of anything else: the attempt goes on elsewhere, and its answer comes later under the call's work item. */
  readonly parked?: true;
}

/** How whoever executes an attempt elsewhere answers it later. */
export interface CallLease {
  /** Names the attempt: `POST /v1/work-items/{token}`. */
  readonly id: WorkItemId;
  /** An answer after this changes nothing, milliseconds since 1970. */
  readonly expiresAt: number;
  /** Higher goes first, −10 to 10. */
  readonly priority: number;
  /** One attempt may take this long, in milliseconds. */
  readonly timeoutMs: number;
}

/** One call of a node, with everything it may know. */
export interface NodeCall {
  readonly node: NodeDefinition;
  readonly input: JsonObject;
  readonly tenant: string;
  readonly runId: string;
  readonly stepId: string;
  readonly attempt: number;
  readonly correlationId: string;
  /** Who asked for the run. */
  readonly principal: Principal;
  /** The trace the run belongs to; null when its caller was not traced. */
  readonly trace: TraceParent | null;
  /** Same for every attempt of this step of this run: what an effect hands to its target to be recognised. */
  readonly idempotencyKey: string;
  /** Null where an answer must come with the call: in a gateway that has no run yet, and in a replay. */
  readonly lease: CallLease | null;
  /** Aborted when the attempt's time is over. */
  readonly signal: AbortSignalLike;
  /** What calls of one invocation share; absent where nobody counts. */
  readonly cpu?: CpuAccount;
  /** The node's code, for entrypoints that bring their own. Rejects with NODE_NOT_FOUND when there is none. */
  code(): Promise<string>;
}

/** The part of AbortSignal handlers use; spelt out because the SPI knows no platform. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void): void;
}

export interface HandlerDescription {
  readonly handlerType: string;
  readonly supportedOperations: readonly string[];
  /** Members of a payload that every operation needs; empty where that depends on the node. */
  readonly requiredPayloadFields: readonly string[];
  /** Member of a response → what it is; empty where that depends on the node. */
  readonly responseShape: Readonly<Record<string, string>>;
  readonly version: string;
}

export type HandlerAnswer = NodeOutput | NotBegun;

/** Runs nodes of one entrypoint type. Refusals are thrown as RuntimeHostError; anything else thrown is mapped at the host. */
export interface Handler {
  readonly type: string;
  /** The entrypoint targets it knows, where that is a list: nodes with others are not planned. */
  readonly targets?: readonly string[];
  /** How its steps are called, where its binding says so. */
  readonly profile?: CallProfile;
  initialize(): Promise<void>;
  shutdown(): Promise<void>;
  /** What is computed without waiting for anything is returned at once, and a refusal always as a rejection. */
  execute(call: NodeCall): HandlerAnswer | Promise<HandlerAnswer>;
  healthCheck(): Promise<{ readonly healthy: boolean }>;
  describe(): HandlerDescription;
}

/** A built-in node: a function over its input state, with its ports already bound. */
export type BuiltinNode = (call: NodeCall) => NodeOutput | Promise<NodeOutput>;

/**
 * Other Workers that are bound to this deployment, by the names of their bindings. Refusals of both calls:
 * SERVICE_UNAVAILABLE for one that is overloaded, CONNECTION_ERROR for one that is not reached, PAYLOAD_TOO_LARGE for an
 * answer over the limit, HANDLER_EXECUTION_ERROR for what it throws, which is told by its name alone.
 */
export interface BoundWorkers {
  readonly names: readonly string[];
  /** Calls a method with one argument. What it gives is data, and not yet known to be JSON. */
  call(binding: string, method: string, argument: JsonObject): Promise<unknown>;
  /** Posts a request. Redirects are not followed. */
  post(
    binding: string,
    request: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
    signal: AbortSignalLike,
  ): Promise<HttpResponse>;
}
