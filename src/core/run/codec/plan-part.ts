import { isObject, parseJson } from "../../../../contracts/json/narrow.ts";
import { planStoreText } from "../../plan/stored/plan-store-text.ts";
import type { Plan } from "../../plan/model/plan.ts";

/** How a text with a plan begins: the plan's length lets a reader know the plan again without parsing it. */
const BEGINNING = /^\{"planChars":(\d+),"plan":/;

/** An object and a plan as one JSON object, the plan first: `{"planChars":812,"plan":{…},…}`. */
export function writeWithPlan(plan: Plan, rest: object): string {
  const text = planStoreText(plan);
  return `{"planChars":${text.length},"plan":${text},${JSON.stringify(rest).slice(1)}`;
}

/**
 * What `writeWithPlan` wrote, and the same object in any order, taken apart: the plan as it is stored, in whatever form,
 * and the rest parsed. Throws on what is no such JSON.
 */
export function withoutPlan(text: string): { readonly planText: string; readonly rest: unknown } {
  const beginning = BEGINNING.exec(text);
  const start = beginning?.[0].length ?? 0;
  const end = start + Number(beginning?.[1]);
  // What is counted wrongly is read as any other JSON.
  if (!beginning || text[end - 1] !== "}" || text[end] !== ",") {
    const whole = parseJson(text);
    if (!isObject(whole)) throw new TypeError("a run is an object");
    const { plan, planChars: _, ...rest } = whole;
    return { planText: JSON.stringify(plan) ?? "", rest };
  }
  return { planText: text.slice(start, end), rest: parseJson(`{${text.slice(end + 1)}`) };
}
