import type { PlanStep, StepId } from "../../plan/model/plan.ts";
import { planIndex } from "../../plan/model/plan-index.ts";
import { outputOf } from "../dispatch/work-item-of.ts";
import { type RunState, type StepState, TERMINAL_STEP } from "../model/state.ts";
import { isRef } from "../model/value.ts";
import { stepsOf } from "../views/view.ts";

/** Who in a run hears an event, and what else is waited for: a name that is misspelt is heard by nobody. */
export interface Audience {
  /** Steps that wait for the event, that will, or that may because the name they wait for is not known yet. */
  readonly steps: readonly StepId[];
  /** Every name that a step waits for or is known to. Sorted. */
  readonly awaited: readonly string[];
}

/**
 * The audience of an event of this name in the run as it is. Of one that the run has had already, with steps that have
 * ended since: they may have heard it.
 */
export function audienceOf(state: RunState, name: string, before = false): Audience {
  const { stepById } = planIndex(state.plan);
  const waits = stepsOf(state).flatMap((step) => {
    const planned = stepById.get(step.id);
    if (planned?.wait?.kind !== "event" || (!before && TERMINAL_STEP.has(step.status))) return [];
    return [{ id: step.id, event: awaitedBy(state, planned, step, planned.wait.event) }];
  });
  return {
    steps: waits.flatMap(({ id, event }) => (event === null || event === name ? [id] : [])),
    awaited: [...new Set(waits.flatMap(({ event }) => event ?? []))].sort(),
  };
}

/** The name a step waits for, or will; null when it depends on a value that is not there yet. */
function awaitedBy(state: RunState, planned: PlanStep, step: StepState, declared: string | null): string | null {
  if (step.waiting) return step.waiting.event;
  const source = planned.inputs["wait.event"];
  if (!source) return declared ?? step.id;
  const value = source.step === null ? state.given[source.key] : outputOf(state, source.step, source.key);
  return value && !isRef(value) && typeof value.v === "string" ? value.v : null;
}
