import { gateSources } from "../../plan/model/gate-sources.ts";
import type { PlanStep, SegmentId, StepId } from "../../plan/model/plan.ts";
import type { Draft } from "./draft.ts";
import { TERMINAL_STEP } from "../model/state.ts";
import { abandon } from "../model/step.ts";

/** A step is dead: whatever waits for it, for whatever reason, will never run. */
export function skipDependents(draft: Draft, id: StepId): void {
  const queue: StepId[] = [...(draft.index.dependents.get(id) ?? [])];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (TERMINAL_STEP.has(draft.step(next).status)) continue;
    draft.putStep(abandon(draft.step(next), "skipped", draft.takeSeq(), draft.now));
    queue.push(...(draft.index.dependents.get(next) ?? []));
  }
}

/**
 * A step's gate is closed: it is passed over, and so is whatever needs a value of it. Steps that only come after it are
 * free to run; their segments are returned.
 */
export function passOver(draft: Draft, id: StepId): readonly SegmentId[] {
  const freed = new Set<SegmentId>();
  const queue: StepId[] = [id];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (TERMINAL_STEP.has(draft.step(next).status)) continue;
    draft.putStep({ ...abandon(draft.step(next), "skipped", draft.takeSeq(), draft.now), passedOver: true });
    for (const dependent of draft.index.dependents.get(next) ?? []) {
      const planned = draft.index.stepById.get(dependent);
      if (planned && needsValueOf(planned, next)) queue.push(dependent);
      else freed.add(draft.index.segmentOf.get(dependent) ?? "");
    }
  }
  return [...freed];
}

/** Whether a step reads, or is gated by, an output of another. */
export const needsValueOf = (step: PlanStep, from: StepId): boolean =>
  Object.values(step.inputs).some((source) => source.step === from) ||
  (step.when !== undefined && gateSources(step.when).some((source) => source.step === from));
