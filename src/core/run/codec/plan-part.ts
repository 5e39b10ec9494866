import { planOfStoreText, planStoreText } from "../../plan/stored/plan-store-text.ts";
import { restorePlan, type StoredPlan } from "../../plan/stored/stored-plan.ts";
import type { Plan } from "../../plan/model/plan.ts";

/** How a text with a plan begins: the plan's length lets a reader know the plan again without parsing it. */
const BEGINNING = /^\{"planChars":(\d+),"plan":/;

/** An object and a plan as one JSON object, the plan first: `{"planChars":812,"plan":{…},…}`. */
export function writeWithPlan(plan: Plan, rest: object): string {
  const text = planStoreText(plan);
  return `{"planChars":${text.length},"plan":${text},${JSON.stringify(rest).slice(1)}`;
}

/** Reads what `writeWithPlan` wrote, and the same object in any order and with the plan in any form there was. */
export function readWithPlan<T extends object>(text: string): T & { readonly plan: Plan } {
  const beginning = BEGINNING.exec(text);
  const start = beginning?.[0].length ?? 0;
  const end = start + Number(beginning?.[1]);
  // What is counted wrongly is read as any other JSON.
  if (!beginning || text[end - 1] !== "}" || text[end] !== ",") {
    const { plan, ...rest } = JSON.parse(text) as T & { readonly plan: StoredPlan | Plan };
    return { ...(rest as unknown as T), plan: restorePlan(plan) };
  }
  const rest = JSON.parse(`{${text.slice(end + 1)}`) as T;
  return { ...rest, plan: planOfStoreText(text.slice(start, end)) };
}
