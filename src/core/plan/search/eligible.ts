import { satisfies } from "semver";
import type { KeyGuards } from "../../registry/key-guards.ts";
import type { NodeDefinition, NodeRef } from "../../registry/node.ts";
import { nodeRef } from "../../registry/node.ts";
import { outdatedContract } from "../../registry/outdated-contract.ts";
import { isServed, unservedReason, type Served } from "../../registry/served.ts";
import type { RegistrySnapshot } from "../../registry/snapshot.ts";
import { unproven, type TrustScore } from "../../trust/score.ts";
import { unlicensedOutput } from "../guarded/unlicensed.ts";
import { comparison } from "../model/figure.ts";
import type { Filter, Policy } from "../model/policy.ts";

/** The trust a plan reckons with: what was observed, or the node's prior. */
export const trustOf = (snapshot: RegistrySnapshot, node: NodeDefinition): TrustScore =>
  snapshot.trust.get(nodeRef(node)) ?? unproven(node.declaredTrust);

/** What a plan may be made of besides what its policy says. */
export interface Available {
  /** What the deployment executes. */
  readonly served: Served;
  /** Nodes that must not be used although the policy allows them, each with the reason a person is told. */
  readonly excluded: ReadonlyMap<NodeRef, string>;
}

/** Everything that somebody executes. */
export const allOf = (served: Served): Available => ({ served, excluded: NONE });

const NONE: Available["excluded"] = new Map();

/**
 * How a node comes into question: `planned` by the planner's own choice, `named` by an author or a caller, `part` of a
 * composite that its author named. What guarded keys allow to parts is for the composite around them to say.
 */
export type Reach = "planned" | "named" | "part";

/** Under which a node is judged besides the policy. */
export interface Circumstances {
  readonly reach: Reach;
  readonly guards: KeyGuards;
}

/** Why a node may not be used; empty when it may. Every reason is listed, not only the first. */
export function refusalReasons(
  node: NodeDefinition,
  trust: TrustScore,
  policy: Policy,
  available: Available,
  { reach, guards }: Circumstances,
): readonly string[] {
  const reasons = policyReasons(node, trust, policy, available);
  const unreached = reach === "planned" && node.visibility === "private" ? PRIVATE : null;
  const unlicensed = reach === "part" ? null : unlicensedOutput(node, guards);
  if (unreached === null && unlicensed === null) return reasons;
  return [...reasons, ...[unreached, unlicensed].filter((reason) => reason !== null)];
}

const PRIVATE = "is private: a graph, a composite or node.execute may name it, and nobody plans it";

function policyReasons(
  node: NodeDefinition,
  trust: TrustScore,
  policy: Policy,
  { served, excluded }: Available,
): readonly string[] {
  const outdated = outdatedContract(node);
  if (outdated === null && passes(node, trust, policy) && excluded.size === 0 && isServed(node, served))
    return NO_REASONS;
  const reasons: string[] = outdated === null ? [] : [outdated];
  const unserved = unservedReason(node, served);
  if (unserved !== null) reasons.push(unserved);
  const exclusion = excluded.size > 0 ? excluded.get(nodeRef(node)) : undefined;
  if (exclusion !== undefined) reasons.push(exclusion);
  if (!policy.lifecycles.includes(node.lifecycle)) reasons.push(`lifecycle ${node.lifecycle} is not allowed`);
  judgeTrust(trust, policy, reasons);
  judgePath(node.namespace, policy.namespaces, reasons);
  judgeTags(node.tags, policy.tags, reasons);
  judgeGroup(node.group, policy.groups, reasons);
  const pin = Object.hasOwn(policy.pins, node.name) ? policy.pins[node.name] : undefined;
  if (pin !== undefined && !satisfies(node.version, pin)) {
    reasons.push(`version ${node.version} is outside the pin ${pin}`);
  }
  return reasons.length === 0 ? NO_REASONS : reasons;
}

const NO_REASONS: readonly string[] = [];

/** The common case without a list: an allowed lifecycle, enough trust, and a policy that filters nothing. */
function passes(node: NodeDefinition, trust: TrustScore, policy: Policy): boolean {
  const trusted = trust.confidence < policy.minConfidence ? policy.allowUnproven : trust.score >= policy.minTrust;
  return (
    trusted &&
    policy.lifecycles.includes(node.lifecycle) &&
    isOpen(policy.namespaces) &&
    isOpen(policy.tags) &&
    isOpen(policy.groups) &&
    !Object.hasOwn(policy.pins, node.name)
  );
}

const isOpen = ({ allow, deny }: Filter): boolean => allow === null && deny.length === 0;

/** A score below the threshold counts only once there is enough evidence for it. */
function judgeTrust(trust: TrustScore, policy: Policy, reasons: string[]): void {
  if (trust.confidence < policy.minConfidence) {
    if (!policy.allowUnproven) {
      reasons.push(`unproven: confidence ${comparison(trust.confidence, "<", policy.minConfidence)}`);
    }
    return;
  }
  if (trust.score < policy.minTrust) reasons.push(`trust ${comparison(trust.score, "<", policy.minTrust)}`);
}

/** A namespace filter names whole segments: `onex.nodes` covers `onex.nodes.report`, not `onex.nodes2`. */
function judgePath(namespace: string, filter: Filter, reasons: string[]): void {
  const within = (prefix: string): boolean => namespace === prefix || namespace.startsWith(`${prefix}.`);
  if (filter.allow !== null && !filter.allow.some(within)) reasons.push(`namespace ${namespace} is not allowed`);
  const denied = filter.deny.find(within);
  if (denied !== undefined) reasons.push(`namespace ${namespace} is denied by ${denied}`);
}

function judgeTags(tags: readonly string[], filter: Filter, reasons: string[]): void {
  const { allow, deny } = filter;
  if (allow !== null && !tags.some((tag) => allow.includes(tag))) {
    reasons.push(
      tags.length === 0 ? "has no tag, and tags are required" : `none of its tags (${tags.join(", ")}) is allowed`,
    );
  }
  for (const tag of tags) if (deny.includes(tag)) reasons.push(`tag ${tag} is denied`);
}

function judgeGroup(group: string | null, filter: Filter, reasons: string[]): void {
  if (group === null) {
    if (filter.allow !== null) reasons.push("has no group, and a group is required");
    return;
  }
  if (filter.allow !== null && !filter.allow.includes(group)) reasons.push(`group ${group} is not allowed`);
  if (filter.deny.includes(group)) reasons.push(`group ${group} is denied`);
}
