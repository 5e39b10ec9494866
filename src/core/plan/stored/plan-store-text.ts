import type { Plan } from "../model/plan.ts";
import type { Fault } from "../../errors.ts";
import { ok, type Result } from "../../result.ts";
import { STORED_FORMS } from "../../stored/forms.ts";
import { readStored, type StoredForm } from "../../stored/stored-form.ts";
import { restorePlan, storePlan } from "./stored-plan.ts";

/** Plans that were read before, by their text: whoever keeps them decides how many. */
export interface ReadPlans {
  /** The plan of the very text; undefined when it is not kept. */
  get(text: string): Plan | undefined;
  /** May keep it. The text is one of its own, no piece of a larger one. */
  keep(text: string, plan: Plan): void;
}

/** Every plan is read anew. */
const NONE_KEPT: ReadPlans = { get: () => undefined, keep: () => undefined };

const texts = new WeakMap<Plan, string>();

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
export function planOfStoreText(
  text: string,
  form: StoredForm = STORED_FORMS.plan,
  known: ReadPlans = NONE_KEPT,
): Result<Plan, Fault> {
  const kept = known.get(text);
  if (kept) return ok(kept);
  const read = readStored(form, text, restorePlan);
  if (!read.ok) return read;
  const own = planStoreText(read.value);
  // Kept under a text of its own: a piece of a record would keep the whole record.
  if (own === text) known.keep(own, read.value);
  return read;
}
