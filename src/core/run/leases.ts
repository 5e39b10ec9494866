import { fault, type Fault } from "../errors.ts";
import type { SegmentId } from "../plan/plan.ts";
import { dispatchSegments } from "./dispatch.ts";
import type { Draft } from "./draft.ts";
import type { LeaseSettings } from "./event.ts";
import { bury, dispatchAfter, settle } from "./settle.ts";
import { TERMINAL_STEP, type LeaseToken } from "./state.ts";
import { release } from "./step.ts";
import type { StepResult } from "./work.ts";

/** The holder of a lease answers. An answer under an old token changes nothing. */
export function answer(
  draft: Draft,
  id: SegmentId,
  token: LeaseToken,
  results: readonly StepResult[],
  leases: LeaseSettings,
): void {
  const segment = draft.state.segments.get(id);
  const held = segment?.lease;
  if (!segment || !held || held.token !== token) return;
  const expected = new Set(held.steps);
  const settled = results.filter((result) => expected.has(result.step));
  if (settled.length === 0) {
    return expire(draft, id, fault("RUNTIME_ERROR", "an executor answered without a result"), leases);
  }
  draft.putSegment({ ...segment, lease: null, dueAt: null, expiries: 0 });
  for (const { step, outcome } of settled) settle(draft, draft.step(step), outcome);
  for (const step of held.steps) draft.putStep(release(draft.step(step), draft.takeSeq(), null, draft.now));
  dispatchAfter(
    draft,
    id,
    settled.map(({ step }) => step),
    leases,
  );
}

/** The lease's message ended in the dead letters. */
export function undeliverable(
  draft: Draft,
  id: SegmentId,
  token: LeaseToken,
  problem: Fault,
  leases: LeaseSettings,
): void {
  if (draft.state.segments.get(id)?.lease?.token === token) expire(draft, id, problem, leases);
}

/** A lease came to nothing. The same work goes out again under a higher epoch, a bounded number of times. */
export function expire(draft: Draft, id: SegmentId, problem: Fault, leases: LeaseSettings): void {
  const segment = draft.segment(id);
  const lost = segment.lease?.steps ?? [];
  const expiries = segment.expiries + 1;
  draft.putSegment({ ...segment, lease: null, dueAt: null, expiries });
  for (const id of lost) {
    const step = draft.step(id);
    if (TERMINAL_STEP.has(step.status)) continue;
    if (expiries <= leases.maxExpiries) draft.putStep(release(step, draft.takeSeq(), problem, draft.now));
    else bury(draft, step, lostOutcome(problem, draft.now), draft.takeSeq());
  }
  if (expiries <= leases.maxExpiries) dispatchSegments(draft, [id], "queue", leases);
  else dispatchAfter(draft, id, lost, leases);
}

const lostOutcome = (problem: Fault, now: number) =>
  ({ ok: false, fault: problem, inputHash: null, inputBytes: 0, startedAt: now, durationMs: 0 }) as const;
