import { BoundedMemo } from "./bounded-memo.ts";
import type { Plan } from "../model/plan.ts";
import type { Fault } from "../../errors.ts";
import { ok, type Result } from "../../result.ts";
import { STORED_FORMS } from "../../stored/forms.ts";
import { readStored, type StoredForm } from "../../stored/stored-form.ts";
import { restorePlan, storePlan } from "./stored-plan.ts";

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

/**
 * The plan of a stored text, this code's or an earlier one's. Refusals: RECORD_NEWER, RECORD_UNREADABLE.
 *
 * @param form how plans are stored; this code's own when left out
 */
export function planOfStoreText(text: string, form: StoredForm = STORED_FORMS.plan): Result<Plan, Fault> {
  const known = plans.get(text);
  if (known) return ok(known);
  const read = readStored(form, text, restorePlan);
  if (!read.ok) return read;
  const own = planStoreText(read.value);
  // Kept under a text of its own: a piece of a record would keep the whole record.
  if (own === text) plans.set(own, read.value, own.length);
  return read;
}
