import { keysOf } from "../../../../contracts/json/narrow.ts";
import { sameJson } from "../../schema/schema-parts.ts";
import type { Policy } from "../model/policy.ts";

/**
 * What a stored policy leaves out. Part of a format: whatever the defaults become, this stays as it is, or records that
 * were written with it would come to mean something else.
 */
const LEFT_OUT: Policy = {
  minTrust: 0.3,
  minConfidence: 0.5,
  allowUnproven: true,
  maxCost: null,
  maxDepth: 50,
  maxSteps: 10_000,
  lifecycles: ["active"],
  namespaces: { allow: null, deny: [] },
  tags: { allow: null, deny: [] },
  groups: { allow: null, deny: [] },
  pins: {},
  prefer: { trust: 1, cost: 1, latency: 1 },
  mode: "parallel",
  maxParallelism: null,
  deadlineMs: null,
  inline: "auto",
  fusion: "auto",
  cheap: { cost: 1, timeoutMs: 1_000 },
  segment: { maxSteps: 64, timeoutMs: 10_000, maxBytes: 1_048_576 },
  priority: 0,
  order: "plan",
  noCache: false,
  onFailure: "continue",
  maxReplans: 2,
};

const FIELDS = keysOf(LEFT_OUT);

/** A policy as it is stored: what differs from the usual. */
export interface StoredPolicy {
  readonly set: Partial<Policy>;
  /** Fields the policy does not have; left out when it has all. */
  readonly without?: readonly string[];
}

export function storePolicy(policy: Policy): StoredPolicy {
  const usual = (field: keyof Policy): boolean => sameJson(policy[field], LEFT_OUT[field]);
  const fields = keysOf(policy);
  const set = Object.fromEntries(fields.flatMap((field) => (usual(field) ? [] : [[field, policy[field]]])));
  const without = FIELDS.filter((field) => !Object.hasOwn(policy, field));
  return without.length === 0 ? { set } : { set, without };
}

export function restorePolicy({ set, without = [] }: StoredPolicy): Policy {
  const whole: Policy = { ...LEFT_OUT, ...set };
  for (const field of without) Reflect.deleteProperty(whole, field);
  return whole;
}
