import { isObject } from "../../../contracts/json/narrow.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { NodeDefinition, RetryPolicy } from "../registry/node.ts";
import {
  HANDLER_OPERATION_NAMES,
  HANDLER_OPERATIONS,
  WHOLE,
  type HandlerOperationName,
  type HandlerOperationTraits,
} from "./handler-operations.ts";

/** How a deployment calls a handler. */
export interface CallProfile {
  /** One call may take this long, in milliseconds. */
  readonly timeoutMs: number;
  readonly retry: RetryPolicy;
  /** How urgent its runs are, −100 to 100. */
  readonly priority: number;
}

/** How a handler is called unless its binding says otherwise. */
export const DEFAULT_PROFILE: CallProfile = {
  timeoutMs: 30_000,
  retry: { maxRetries: 3, backoff: "exponential", baseMs: 100, maxMs: 5_000 },
  priority: 0,
};

/** The handler ends its calls itself and says so; the step is given this much longer, in milliseconds. */
const STEP_MARGIN_MS = 1_000;

/** The version every operation is planned under. */
export const OPERATION_VERSION = "1.0.0";

/**
 * An operation as a step of a run sees it: a node that is in no registry. Its name holds a dot, which no registered node's
 * does, so neither can be taken for the other.
 */
export function operationNode(name: HandlerOperationName, profile: CallProfile = DEFAULT_PROFILE): NodeDefinition {
  const traits: HandlerOperationTraits = HANDLER_OPERATIONS[name];
  const takes = traits.takes ?? [WHOLE];
  const requires = traits.takes === null ? [WHOLE] : traits.requires;
  const gives = traits.gives ?? [WHOLE];
  const isCompute = traits.kind === "compute";
  return {
    name,
    version: OPERATION_VERSION,
    uuid: "00000000-0000-4000-8000-000000000000",
    namespace: `onex.operations.${traits.handler}`,
    description: `the operation ${name}`,
    lifecycle: "active",
    kind: traits.kind,
    entrypoint: { type: traits.handler, target: name },
    inputs: Object.fromEntries(takes.map((key) => [key, { schema: {}, optional: !requires.includes(key) }])),
    outputs: Object.fromEntries(gives.map((key) => [key, {}])),
    inputState: stateOf(takes, requires),
    outputState: stateOf(gives, gives),
    execution: {
      cost: 1,
      latencyMs: isCompute ? 1 : 100,
      timeoutMs: isCompute ? Math.min(1_000, profile.timeoutMs) : profile.timeoutMs + STEP_MARGIN_MS,
      retry: profile.retry,
      cache: null,
    },
    config: {},
    tags: [],
    group: null,
    declaredTrust: null,
    hash: "0".repeat(64),
    digest: "0".repeat(64),
  };
}

const stateOf = (keys: readonly string[], required: readonly string[]): JsonObject => ({
  type: "object",
  properties: Object.fromEntries(keys.map((key) => [key, {}])),
  required,
});

const BY_NAME: ReadonlyMap<string, NodeDefinition> = new Map(
  HANDLER_OPERATION_NAMES.map((name) => [name, operationNode(name)]),
);

/** The node of a planned operation; null for what is none. */
export const plannedOperation = (name: string, version: string): NodeDefinition | null =>
  version === OPERATION_VERSION ? (BY_NAME.get(name) ?? null) : null;

/** The values an operation's run starts from. */
export const valuesOfPayload = (name: HandlerOperationName, payload: JsonObject): JsonObject =>
  HANDLER_OPERATIONS[name].takes === null ? { [WHOLE]: payload } : payload;

/** A handler's call: the payload that a step's input state stands for. */
export const payloadOfState = (name: HandlerOperationName, state: JsonObject): JsonObject =>
  HANDLER_OPERATIONS[name].takes === null ? objectOf(state[WHOLE]) : state;

/** The output state that a handler's response makes. */
export const stateOfResponse = (name: HandlerOperationName, response: JsonObject): JsonObject =>
  HANDLER_OPERATIONS[name].gives === null ? { [WHOLE]: response } : response;

/** The response that a run's outputs stand for: what an envelope answers beside how the run stands. */
export const responseOfOutputs = (name: HandlerOperationName, outputs: JsonObject): JsonObject =>
  HANDLER_OPERATIONS[name].gives === null ? objectOf(outputs[WHOLE]) : outputs;

const objectOf = (value: JsonObject[string] | undefined): JsonObject => (isObject(value) ? value : {});
