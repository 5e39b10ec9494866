import type { RunOperation } from "../../../contracts/documents/operation.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { fault, type Fault } from "../errors.ts";
import { DEFAULT_POLICY } from "../plan/model/policy.ts";
import type { NodeDefinition, NodeRef } from "../registry/node.ts";
import type { RegistrySnapshot } from "../registry/snapshot.ts";
import { err, ok, type Result } from "../result.ts";
import { triggerOf } from "./trigger-node.ts";
import type { Trigger } from "./trigger.ts";

/** What is asked of the planner for one taker of a message. */
export interface TakerRequest {
  readonly operation: RunOperation;
  readonly payload: JsonObject;
}

/**
 * What a taker is asked to do. The same message and taker always make the same request. A message may tighten the
 * default trust of its goal, never loosen it, and plans within its group; a trigger node starts whatever it names.
 */
export function requestOf(
  trigger: Trigger,
  taker: NodeRef | null,
  snapshot: RegistrySnapshot,
): Result<TakerRequest, Fault> {
  const { group, want, input, minTrust } = trigger;
  if (taker === null) {
    const policy = { groups: { allow: [group] }, min_trust: Math.max(DEFAULT_POLICY.minTrust, minTrust) };
    return ok({ operation: "goal.run", payload: { want, given: input, policy } });
  }
  const node = snapshot.byRef.get(taker);
  if (!node) return err(fault("NODE_NOT_FOUND", `node ${taker} is not registered`));
  const config = triggerOf(node);
  if (!config) {
    const asked = trigger.node === null ? forwarded(node, input) : input;
    return ok({ operation: "node.execute", payload: { node: node.name, version: node.version, input: asked } });
  }
  const { starts } = config;
  const brought = forwarded(node, input);
  if ("node" in starts) {
    const { node: name, version, input: constants } = starts;
    const named = { node: name, ...(version === undefined ? {} : { version }) };
    return ok({ operation: "node.execute", payload: { ...named, input: { ...constants, ...brought } } });
  }
  const goal: Record<string, JsonValue> = { want: starts.want, given: { ...starts.given, ...brought } };
  if (starts.policy !== undefined) goal["policy"] = starts.policy;
  return ok({ operation: "goal.run", payload: goal });
}

/** What of the message's input a node knows. */
const forwarded = (node: NodeDefinition, input: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(input).filter(([key]) => Object.hasOwn(node.inputs, key)));
