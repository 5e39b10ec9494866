import { fault, type Fault } from "../../errors.ts";
import type { SegmentId, StepId } from "../../plan/model/plan.ts";
import { mayDispatch } from "./dispatch-segment.ts";
import { dispatchSegments } from "./dispatch.ts";
import { settleBoundaries, wholeResults } from "../reduce/boundary.ts";
import type { Draft } from "../reduce/draft.ts";
import type { LeaseSettings } from "../model/event.ts";
import { bury, dispatchAfter, settle } from "../reduce/settle.ts";
import { TERMINAL_STEP, type Lease, type LeaseToken, type SegmentState } from "../model/state.ts";
import { admit, defer, release } from "../model/step.ts";
import type { Deferral, StepResult } from "./work.ts";

/** So long a step may wait for a limit; a run that waits longer is told why. */
const MAX_LIMIT_WAIT_MS = 24 * 60 * 60 * 1_000;

/** The holder of a lease answers. An answer under an old token changes nothing. */
export function answer(
  draft: Draft,
  id: SegmentId,
  token: LeaseToken,
  results: readonly StepResult[],
  deferred: Deferral | undefined,
  leases: LeaseSettings,
): void {
  const segment = draft.state.segments.get(id);
  const held = segment?.lease;
  if (!segment || !held || held.token !== token) return;
  if (deferred) return putOff(draft, segment, held, deferred, leases);
  const expected = new Set(held.steps);
  const settled = results.filter((result) => expected.has(result.step) && !result.whole);
  const whole = wholeResults(draft, results);
  if (settled.length === 0 && whole.length === 0) {
    return expire(draft, id, fault("RUNTIME_ERROR", "an executor answered without a result"), leases);
  }
  draft.putSegment({ ...segment, lease: null, dueAt: null, expiries: 0 });
  const found = settleBoundaries(draft, whole);
  for (const { step, outcome } of settled) settle(draft, draft.step(step), outcome);
  for (const step of held.steps) draft.putStep(release(draft.step(step), draft.takeSeq(), null, draft.now));
  dispatchAfter(draft, id, [...settled.map(({ step }) => step), ...found.steps], leases);
  for (const other of found.segments) dispatchAfter(draft, other, [], leases);
}

/** A limit has no room for the work. Waiting is no failure and no expiry, but it does not go on for ever. */
function putOff(draft: Draft, segment: SegmentState, held: Lease, deferred: Deferral, leases: LeaseSettings): void {
  draft.putSegment({ ...segment, lease: null, dueAt: null });
  const { by, retryInMs } = deferred;
  const retryAt = segment.called === held.token ? draft.now : draft.now + Math.max(1, retryInMs);
  const problem = fault("RATE_LIMIT_ERROR", `the limit of ${by} had no room for the step within a day`, {
    retryable: false,
    hint: "raise the limit, or send less",
  });
  const given: StepId[] = [];
  for (const id of held.steps) {
    const step = draft.step(id);
    const since = step.attempts.at(-1)?.dispatchedAt ?? draft.now;
    if (draft.now - since < MAX_LIMIT_WAIT_MS) draft.putStep(defer(step, by, retryAt));
    else {
      bury(draft, step, lostOutcome(problem, draft.now), draft.takeSeq());
      given.push(id);
    }
  }
  dispatchAfter(draft, segment.id, given, leases);
}

/**
 * A limit calls: the segment goes on now, unless nothing of it waits for one, the run is held or has no room. The call
 * may overtake the refusal it belongs to, so one that finds the segment leased is kept until that lease ends.
 */
export function admitted(draft: Draft, id: SegmentId, leases: LeaseSettings): void {
  const segment = draft.state.segments.get(id);
  if (!segment) return;
  if (segment.lease !== null) {
    const { token } = segment.lease;
    return segment.called === token ? undefined : draft.putSegment({ ...segment, called: token });
  }
  if (!mayDispatch(draft)) return;
  if (!segment.steps.some((step) => step.limitedBy !== undefined)) return;
  draft.putSegment({ ...segment, steps: segment.steps.map(admit) });
  dispatchSegments(draft, [id], "queue", leases);
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
