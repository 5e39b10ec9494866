import { isList, isObject } from "../../../../contracts/json/narrow.ts";
import { jsonPath } from "../../contract/json-path.ts";
import type { Fault } from "../../errors.ts";
import type { PlanStep } from "../../plan/model/plan.ts";

/**
 * Whether a step failed because of a value the run was given. Then no other plan is asked for: whoever brought the value
 * is told, and no node takes the place of the one whose contract refused it. Where it cannot be told which input was
 * refused, all of them may have been.
 */
export function isOfGiven({ inputs }: PlanStep, problem: Fault): boolean {
  // An input that takes too much work to judge is nobody's fault but of whoever brought it.
  const isOfInput = problem.code === "VALIDATION_BUDGET" && problem.blameless === true;
  if (problem.code !== "INPUT_STATE_INVALID" && !isOfInput) return false;
  const found = isList(problem.details) ? problem.details : [];
  const places = found.flatMap((one) =>
    isObject(one) && typeof one.place === "string" ? [{ place: one.place, message: one.message }] : [],
  );
  const all = Object.entries(inputs);
  const refused = (places.length > 0 ? places : [{ place: problem.place ?? "$", message: null }]).flatMap(
    ({ place, message }) => {
      const own = all.filter(([key]) => isWithin(place, jsonPath([key])) || message === `has no ${key}`);
      return own.length > 0 ? own : all;
    },
  );
  return refused.some(([, { step }]) => step === null);
}

const isWithin = (place: string, path: string): boolean =>
  place === path || place.startsWith(`${path}.`) || place.startsWith(`${path}[`);
