import type { Fault } from "../errors.ts";
import type { RegistrySnapshot } from "../registry/snapshot.ts";
import type { Result } from "../result.ts";
import type { Goal, Plan } from "./plan.ts";
import type { Policy } from "./policy.ts";

/** Bounds of one snapshot's cache: answers, and steps of all cached plans together. */
const MAX_ENTRIES = 512;
const MAX_STEPS = 20_000;

interface Cache {
  /** In order of last use, oldest first. */
  readonly entries: Map<string, Result<Plan, Fault>>;
  steps: number;
}

const caches = new WeakMap<RegistrySnapshot, Cache>();
const policyTexts = new WeakMap<Policy, string>();

/** The answer to a goal for this snapshot: remembered, or made and remembered. Planning is pure, so both are the same. */
export function remembered(
  goal: Goal,
  snapshot: RegistrySnapshot,
  make: () => Result<Plan, Fault>,
): Result<Plan, Fault> {
  let cache = caches.get(snapshot);
  if (!cache) caches.set(snapshot, (cache = { entries: new Map(), steps: 0 }));
  const key = JSON.stringify([goal.want, goal.given]) + policyText(goal.policy);
  const known = cache.entries.get(key);
  if (known) {
    cache.entries.delete(key);
    cache.entries.set(key, known);
    return known;
  }
  const made = make();
  const size = sizeOf(made);
  if (size > MAX_STEPS) return made;
  cache.entries.set(key, made);
  cache.steps += size;
  evict(cache);
  return made;
}

function evict(cache: Cache): void {
  for (const [key, result] of cache.entries) {
    if (cache.entries.size <= MAX_ENTRIES && cache.steps <= MAX_STEPS) return;
    cache.entries.delete(key);
    cache.steps -= sizeOf(result);
  }
}

const sizeOf = (result: Result<Plan, Fault>): number => (result.ok ? result.value.steps.length : 0);

function policyText(policy: Policy): string {
  const known = policyTexts.get(policy);
  if (known !== undefined) return known;
  const text = JSON.stringify(policy);
  policyTexts.set(policy, text);
  return text;
}
