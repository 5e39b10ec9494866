import type { ErrorCode } from "../../errors.ts";
import type { SegmentId, StepId } from "../../plan/model/plan.ts";
import { dispatchInline, dispatchNext, dispatchSegments } from "../dispatch/dispatch.ts";
import type { Draft } from "./draft.ts";
import type { LeaseSettings } from "../model/event.ts";
import { judgeDeath } from "./replanning.ts";
import { verdict } from "./retry.ts";
import { TERMINAL_STEP, type StepOutcome, type StepState } from "../model/state.ts";
import { die, retryLater, succeed } from "../model/step.ts";

/** An outcome arrives at its step: it has succeeded, is repeated later, or is dead with everything that needs it. */
export function settle(draft: Draft, step: StepState, outcome: StepOutcome): void {
  if (TERMINAL_STEP.has(step.status)) return;
  const seq = draft.takeSeq();
  if (outcome.ok) {
    draft.putStep(succeed(step, outcome, seq, draft.now));
    return;
  }
  const planned = draft.index.stepById.get(step.id);
  const failures = step.attempts.filter(({ fault }) => fault !== null && !LOST.has(fault.code)).length;
  const seed = `${draft.header.id}/${step.id}`;
  const next = planned ? verdict({ fault: outcome.fault, number: failures + 1, seed }, planned.retry) : DEAD;
  if (next.kind === "dead") return bury(draft, step, outcome, seq);
  const retryAt = draft.now + next.afterMs;
  draft.putStep(retryLater(step, outcome.fault, outcome.durationMs, seq, retryAt, draft.now));
}

/** The attempt came to nothing because whoever had it is gone: that is counted with the lease. */
const LOST: ReadonlySet<ErrorCode> = new Set(["LEASE_EXPIRED", "RUNNER_LOST"]);

const DEAD = { kind: "dead" } as const;

/** A step is dead: the run looks for another way, or everything that depends on the step will never run. */
export function bury(draft: Draft, step: StepState, outcome: Extract<StepOutcome, { ok: false }>, seq: number): void {
  draft.putStep(die(step, outcome, seq, draft.now));
  judgeDeath(draft, step.id, outcome.fault);
}

/**
 * Sets going what may run now that these steps are settled: the rest of their own segment and the segments that waited
 * for them; with a limit on parallel segments, whatever was kept back too. Of a run that has no ring yet only what the
 * gateway executes itself; the rest waits for its start.
 */
export function dispatchAfter(draft: Draft, id: SegmentId, settled: readonly StepId[], leases: LeaseSettings): void {
  const { policy } = draft.state.plan;
  const isInline = draft.header.status === "queued";
  if (isInline && policy.mode === "batch") return dispatchInline(draft, leases);
  const next = new Set<SegmentId>([id]);
  for (const step of settled) {
    for (const dependent of draft.index.dependents.get(step) ?? [])
      next.add(draft.index.segmentOf.get(dependent) ?? id);
  }
  if (!isInline) return dispatchNext(draft, next, leases);
  const own = [...next].filter((segment) => draft.index.segmentById.get(segment)?.inline);
  dispatchSegments(draft, own, "inline", leases);
}
