import { allOf, trustOf, refusalReasons, type Reach } from "../plan/search/eligible.ts";
import { DEFAULT_POLICY } from "../plan/model/policy.ts";
import { keyGuardsOf } from "../registry/key-guards.ts";
import { nodeRef, type NodeDefinition, type NodeRef } from "../registry/node.ts";
import type { Served } from "../registry/served.ts";
import type { RegistrySnapshot } from "../registry/snapshot.ts";
import { fault } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import { groupOf, triggerOf } from "./trigger-node.ts";
import type { Trigger, TriggerRefusal } from "./trigger.ts";

/** The most nodes that take one message. */
export const MOST_TAKERS = 32;

/** Who takes a message: nodes by name and version, or nobody in particular where it states a goal. */
export interface Choice {
  readonly takers: readonly (NodeRef | null)[];
  /** Nodes beyond MOST_TAKERS that would have taken it too. */
  readonly leftOut: number;
}

/**
 * Who takes a message. A goal is for the planner; a named node must be in the group and allowed by the default policy;
 * otherwise every node of the group that is active, trusted enough, carries all tags and needs no more than the message
 * brings takes it, each name once in its newest such version, in the order of their names. `no_dispatcher`: there is no
 * such group. `valid_unrouted`: nobody in it takes the message.
 */
export function chooseTakers(
  trigger: Trigger,
  snapshot: RegistrySnapshot,
  served: Served,
): Result<Choice, TriggerRefusal> {
  const { group, node: named, want } = trigger;
  const members = snapshot.nodes.filter((node) => groupOf(node) === group);
  if (members.length === 0) {
    const hint = "GET /v1/triggers lists the groups";
    const problem = fault("TRIGGER_NOT_TAKEN", `no node is in group '${group}'`, { place: "$.topic", hint });
    return err({ errorType: "no_dispatcher", fault: problem });
  }
  if (want.length > 0) return ok({ takers: [null], leftOut: 0 });
  if (named !== null) return nameTaker(named, group, members, snapshot, served);
  const willing = newestOfEach(members.filter((node) => takes(node, trigger, snapshot, served)));
  if (willing.length === 0) {
    const hint = "GET /v1/triggers lists its nodes, what they require, and who is active";
    const problem = fault("TRIGGER_NOT_TAKEN", `no node of group '${group}' takes the message`, { hint });
    return err({ errorType: "valid_unrouted", fault: problem });
  }
  return ok({
    takers: willing.slice(0, MOST_TAKERS).map(nodeRef),
    leftOut: Math.max(0, willing.length - MOST_TAKERS),
  });
}

function nameTaker(
  name: string,
  group: string,
  members: readonly NodeDefinition[],
  snapshot: RegistrySnapshot,
  served: Served,
): Result<Choice, TriggerRefusal> {
  const versions = members.filter((node) => node.name === name);
  const [newest] = versions;
  const allowed = versions.find((node) => reasonsAgainst(node, snapshot, served, "named").length === 0);
  if (allowed) return ok({ takers: [nodeRef(allowed)], leftOut: 0 });
  const problem = newest
    ? fault(
        "TRIGGER_NOT_TAKEN",
        `node ${nodeRef(newest)} may not run: ${reasonsAgainst(newest, snapshot, served, "named").join("; ")}`,
      )
    : fault("TRIGGER_NOT_TAKEN", `node '${name}' is not in group '${group}'`, { place: "$.node" });
  return err({ errorType: "valid_unrouted", fault: problem });
}

/**
 * Why a node may take no message. A trigger node starts others, so nobody need execute it.
 *
 * @param reach `named` where the message names the node; otherwise the node would select itself
 */
export function reasonsAgainst(
  node: NodeDefinition,
  snapshot: RegistrySnapshot,
  served: Served,
  reach: Exclude<Reach, "part"> = "planned",
): readonly string[] {
  const starting = triggerOf(node) === null ? served : { ...served, targets: new Map([[node.entrypoint.type, null]]) };
  return refusalReasons(node, trustOf(snapshot, node), DEFAULT_POLICY, allOf(starting), {
    reach,
    guards: keyGuardsOf(snapshot),
  });
}

/** Whether a node selects itself for a message. */
function takes(node: NodeDefinition, trigger: Trigger, snapshot: RegistrySnapshot, served: Served): boolean {
  const wanted = triggerOf(node)?.tags ?? [];
  return (
    trigger.tags.every((tag) => node.tags.includes(tag)) &&
    wanted.every((tag) => trigger.tags.includes(tag)) &&
    trustOf(snapshot, node).score >= trigger.minTrust &&
    requiredOf(node).every((key) => Object.hasOwn(trigger.input, key)) &&
    reasonsAgainst(node, snapshot, served).length === 0
  );
}

/** The inputs a node cannot do without. */
export const requiredOf = (node: NodeDefinition): readonly string[] =>
  Object.entries(node.inputs).flatMap(([key, { optional }]) => (optional ? [] : [key]));

/** Nodes come newest version first; the first of each name stays. */
function newestOfEach(nodes: readonly NodeDefinition[]): readonly NodeDefinition[] {
  const byName = new Map<string, NodeDefinition>();
  for (const node of nodes) if (!byName.has(node.name)) byName.set(node.name, node);
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
