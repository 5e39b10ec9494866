import { BoundedMemo } from "./bounded-memo.ts";
import type { Plan } from "../model/plan.ts";
import { restorePlan, storePlan, type StoredPlan } from "./stored-plan.ts";

const texts = new WeakMap<Plan, string>();

/**
 * Plans that were read, by their text: runs of one plan share one object, with its index. Weighed in characters, each of
 * which stands for some seven bytes of plan.
 */
const plans = new BoundedMemo<Plan>({ entries: 256, weight: 4_000_000 });

/** A plan as JSON for storage. Worked out once for each plan object. */
export function planStoreText(plan: Plan): string {
  let text = texts.get(plan);
  if (text === undefined) texts.set(plan, (text = JSON.stringify(storePlan(plan))));
  return text;
}

/** The plan of a stored text, this one's or an earlier version's. */
export function planOfStoreText(text: string): Plan {
  const known = plans.get(text);
  if (known) return known;
  const plan = restorePlan(JSON.parse(text) as StoredPlan | Plan);
  const own = planStoreText(plan);
  // Kept under a text of its own: a piece of a record would keep the whole record.
  if (own === text) plans.set(own, plan, own.length);
  return plan;
}
