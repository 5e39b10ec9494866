import { gateSources } from "../../plan/model/gate-sources.ts";
import type { PlanStep, Source } from "../../plan/model/plan.ts";
import type { StepState } from "../model/state.ts";
import { isRef, type StoredValue } from "../model/value.ts";
import type { WorkItemStep } from "./work-item.ts";

type ValueOf = (source: Source) => StoredValue | undefined;

/** Whether a step's condition asks about a value that the run's record does not hold: then whoever loads it decides. */
export function asksElsewhere({ when }: PlanStep, valueOf: ValueOf): boolean {
  if (when === undefined) return false;
  return gateSources(when).some((source) => {
    const value = valueOf(source);
    return value !== undefined && isRef(value);
  });
}

/** What of a wait has to be checked elsewhere before it goes on; undefined for nothing, and for whatever is no wait. */
export function checkOf(planned: PlanStep, step: StepState, valueOf: ValueOf): WorkItemStep["check"] {
  if (!planned.wait || step.status === "waiting") return undefined;
  if (step.arrived !== undefined) return "output";
  return (planned.unchecked ?? []).length > 0 || asksElsewhere(planned, valueOf) ? "input" : undefined;
}
