import type { StepId } from "../plan/plan.ts";
import type { Draft } from "./draft.ts";
import type { LeaseSettings } from "./event.ts";
import { TERMINAL_STEP, type Lease, type SegmentState, type StepState } from "./state.ts";
import { lease } from "./step.ts";

/** Fencing token: names the dispatch it belongs to, so an answer to an older one is recognised. */
const tokenOf = (segment: string, epoch: number): string => `${segment}.${epoch}`;

/**
 * Leases everything of the segment that can run now: steps whose inputs are there or come from a step leased with them,
 * and whose backoff is over. Nothing happens when the segment is leased already or nothing can run.
 */
export function dispatchSegment(draft: Draft, id: string, via: "inline" | "queue", leases: LeaseSettings): void {
  const segment = draft.segment(id);
  if (segment.lease !== null) return;
  const steps = runnable(draft, segment);
  if (steps.length === 0) {
    armBackoff(draft, segment);
    return;
  }
  const epoch = segment.epoch + 1;
  const expiresAt = draft.now + leaseMs(draft, steps, segment.expiries, leases);
  const held: Lease = { token: tokenOf(id, epoch), epoch, expiresAt, steps };
  const chosen = new Set(steps);
  draft.putSegment({
    ...segment,
    epoch,
    lease: held,
    dueAt: expiresAt,
    steps: segment.steps.map((step) =>
      chosen.has(step.id) ? lease(step, epoch, draft.takeSeq(), via, draft.now) : step,
    ),
  });
  draft.intents.push({ type: "dispatch", segment: id, token: held.token, epoch, expiresAt, steps });
}

/** Whether everything the step needs from other steps is there. */
export function inputsReady(draft: Draft, step: StepId, alsoDone: ReadonlySet<StepId>): boolean {
  const planned = draft.index.stepById.get(step);
  if (!planned) return false;
  const done = (id: StepId): boolean => alsoDone.has(id) || hasSucceeded(draft.step(id));
  for (const source of Object.values(planned.inputs)) if (source.step !== null && !done(source.step)) return false;
  return planned.after.every(done);
}

export const hasSucceeded = (step: StepState): boolean => step.status === "succeeded" || step.status === "cached";

function runnable(draft: Draft, segment: SegmentState): readonly StepId[] {
  const chosen = new Set<StepId>();
  for (const step of segment.steps) {
    if (TERMINAL_STEP.has(step.status)) continue;
    if (step.retryAt !== null && step.retryAt > draft.now) continue;
    if (inputsReady(draft, step.id, chosen)) chosen.add(step.id);
  }
  return [...chosen];
}

function armBackoff(draft: Draft, segment: SegmentState): void {
  const waits = segment.steps.flatMap((step) =>
    step.retryAt !== null && !TERMINAL_STEP.has(step.status) ? [step.retryAt] : [],
  );
  const dueAt = waits.length > 0 ? Math.min(...waits) : null;
  if (dueAt !== segment.dueAt) draft.putSegment({ ...segment, dueAt });
}

function leaseMs(draft: Draft, steps: readonly StepId[], expiries: number, leases: LeaseSettings): number {
  let timeouts = 0;
  for (const id of steps) timeouts += draft.index.stepById.get(id)?.timeoutMs ?? 0;
  return timeouts + leases.graceMs * 2 ** expiries;
}
