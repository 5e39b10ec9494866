import { fault, type Fault } from "../../errors.ts";
import type { SegmentId, StepId } from "../../plan/model/plan.ts";
import { mayDispatch, startWait } from "./dispatch-segment.ts";
import { dispatchSegments } from "./dispatch.ts";
import { settleBoundaries, wholeResults } from "../reduce/boundary.ts";
import type { Draft } from "../reduce/draft.ts";
import type { LeaseSettings, RunEvent } from "../model/event.ts";
import { bury, dispatchAfter, settle } from "../reduce/settle.ts";
import { passOver } from "../reduce/skip.ts";
import { TERMINAL_STEP, type Lease, type LeaseToken, type SegmentState } from "../model/state.ts";
import { admit, defer, logged, release } from "../model/step.ts";
import { waitOver } from "../wait/waits.ts";
import type { Deferral, Verdict } from "./work-item.ts";

/** So long a step may wait for a limit; a run that waits longer is told why. */
const MAX_LIMIT_WAIT_MS = 24 * 60 * 60 * 1_000;

/** However often it says that it is there, an attempt ends within a day. */
const MAX_EXTENDED_MS = 24 * 60 * 60 * 1_000;

/** The holder of a lease answers. An answer under an old token changes nothing. */
export function answer(
  draft: Draft,
  { segment: id, token, results, verdicts: judged = [], deferred }: Extract<RunEvent, { type: "answer" }>,
  leases: LeaseSettings,
): void {
  const segment = draft.state.segments.get(id);
  const held = segment?.lease;
  if (!segment || !held || held.token !== token) return;
  if (deferred) return putOff(draft, segment, held, deferred, leases);
  const expected = new Set(held.steps);
  const settled = results.filter((result) => expected.has(result.step) && !result.whole);
  const whole = wholeResults(draft, results);
  const verdicts = judged.filter(({ step }) => expected.has(step));
  if (settled.length === 0 && whole.length === 0 && verdicts.length === 0) {
    return expire(draft, id, fault("RUNTIME_ERROR", "an executor answered without a result"), leases);
  }
  draft.putSegment({ ...segment, lease: null, dueAt: null, expiries: 0 });
  const found = settleBoundaries(draft, whole);
  for (const { step, outcome, log } of settled) settle(draft, logged(draft.step(step), log), outcome);
  const freed = verdicts.flatMap((verdict) => follow(draft, verdict));
  for (const step of held.steps) draft.putStep(release(draft.step(step), draft.takeSeq(), null, draft.now));
  dispatchAfter(draft, id, [...settled, ...verdicts].map(({ step }) => step).concat(found.steps), leases);
  for (const other of [...found.segments, ...freed]) dispatchAfter(draft, other, [], leases);
}

/**
 * Does what was decided about a step that was not executed: it is passed over, its wait ends with what came, or begins.
 * A run that is held begins no wait: the step is released and asked about again. Returns the segments this sets free.
 */
function follow(draft: Draft, { step: id, goesOn }: Verdict): readonly SegmentId[] {
  if (!goesOn) return passOver(draft, id);
  const step = draft.step(id);
  const planned = draft.index.stepById.get(id);
  if (step.status !== "leased" || !planned?.wait) return [];
  if (step.arrived !== undefined) settle(draft, step, waitOver(planned, step.arrived, step, draft.now));
  else if (!draft.isHeld) startWait(draft, step);
  return [];
}

/** The holder of a lease says how far it has come. What comes under an old token, or of a step that has ended, changes nothing. */
export function progressed(
  draft: Draft,
  { segment: id, token, step: stepId, progress, extendMs = 0 }: Extract<RunEvent, { type: "progress" }>,
): void {
  const segment = draft.state.segments.get(id);
  const held = segment?.lease;
  if (!segment || held?.token !== token || !held.steps.includes(stepId)) return;
  const step = draft.step(stepId);
  const last = step.attempts.at(-1);
  if (step.status !== "leased" || !last) return;
  const until = Math.min(draft.now + extendMs, last.dispatchedAt + MAX_EXTENDED_MS);
  if (until > held.expiresAt) draft.putSegment({ ...segment, lease: { ...held, expiresAt: until }, dueAt: until });
  if (!progress) return;
  const seq = draft.takeSeq();
  draft.putStep({
    ...step,
    attempts: [...step.attempts.slice(0, -1), { ...last, progress: { ...progress, at: draft.now, seq } }],
  });
}

/** A limit has no room for the work item. Waiting is no failure and no expiry, but it does not go on for ever. */
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

/** A lease came to nothing. The same work item goes out again under a higher epoch, a bounded number of times. */
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
