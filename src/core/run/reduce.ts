import { fault, type Fault } from "../errors.ts";
import type { SegmentId, StepId } from "../plan/plan.ts";
import { dispatchSegment } from "./dispatch.ts";
import { Draft } from "./draft.ts";
import { DEFAULT_LEASES, type LeaseSettings, type RunEvent, type Transition } from "./event.ts";
import { verdict } from "./retry.ts";
import { TERMINAL_RUN, TERMINAL_STEP, type Instant, type RunState, type StepOutcome, type StepState } from "./state.ts";
import { abandon, die, release, retryLater, succeed } from "./step.ts";
import type { StepResult } from "./work.ts";

/**
 * Decides what an event does to a run. Total: an event that comes too late, twice or with an old token changes nothing.
 * Every run ends: a step is succeeded, retried a bounded number of times, or dead; leases that expire are re-dispatched a
 * bounded number of times; a dead step takes its dependents with it.
 */
export function reduce(
  state: RunState,
  event: RunEvent,
  now: Instant,
  leases: LeaseSettings = DEFAULT_LEASES,
): Transition {
  const draft = new Draft(state, now);
  if (!TERMINAL_RUN.has(state.header.status)) {
    handle(draft, event, leases);
    if (draft.header.fault !== null && draft.openSteps > 0 && state.plan.policy.onFailure === "stop")
      end(draft, draft.header.fault);
    conclude(draft);
  }
  return draft.finish();
}

function handle(draft: Draft, event: RunEvent, leases: LeaseSettings): void {
  switch (event.type) {
    case "inline":
      for (const segment of draft.state.plan.segments)
        if (segment.inline) dispatchSegment(draft, segment.id, "inline", leases);
      return;
    case "start":
      draft.updateHeader({ status: "running" });
      for (const segment of draft.state.plan.segments) dispatchSegment(draft, segment.id, "queue", leases);
      return;
    case "answer":
      return answer(draft, event.segment, event.token, event.results, leases);
    case "undeliverable":
      return undeliverable(draft, event.segment, event.token, event.fault, leases);
    case "tick":
      return tick(draft, leases);
    case "cancel":
      return end(draft, fault("RUN_CANCELLED", event.reason));
  }
}

function answer(
  draft: Draft,
  id: SegmentId,
  token: string,
  results: readonly StepResult[],
  leases: LeaseSettings,
): void {
  const held = draft.state.segments.get(id)?.lease;
  if (!held || held.token !== token) return;
  const expected = new Set(held.steps);
  const settled = results.filter((result) => expected.has(result.step));
  draft.putSegment({
    ...draft.segment(id),
    lease: null,
    dueAt: null,
    expiries: settled.length > 0 ? 0 : draft.segment(id).expiries,
  });
  for (const { step, outcome } of settled) settle(draft, draft.step(step), outcome);
  for (const step of held.steps) draft.putStep(release(draft.step(step), draft.takeSeq(), null, draft.now));
  if (settled.length === 0)
    return expire(draft, id, fault("RUNTIME_ERROR", "an executor answered without a result"), leases);
  dispatchAfter(draft, id, settled, leases);
}

function settle(draft: Draft, step: StepState, outcome: StepOutcome): void {
  if (TERMINAL_STEP.has(step.status)) return;
  const seq = draft.takeSeq();
  if (outcome.ok) {
    draft.putStep(succeed(step, outcome, seq, draft.now));
    return;
  }
  const planned = draft.index.stepById.get(step.id);
  const number =
    1 + step.attempts.filter((attempt) => attempt.fault !== null && attempt.fault.code !== "LEASE_EXPIRED").length;
  const seed = `${draft.header.id}/${step.id}`;
  const next = planned ? verdict({ fault: outcome.fault, number, seed }, planned.retry) : { kind: "dead" as const };
  if (next.kind === "again") {
    draft.putStep(retryLater(step, outcome.fault, outcome.durationMs, seq, draft.now + next.afterMs, draft.now));
    return;
  }
  bury(draft, step, outcome, seq);
}

/** A step is dead: what depends on it will never run, and the run remembers the first cause. */
function bury(draft: Draft, step: StepState, outcome: Extract<StepOutcome, { ok: false }>, seq: number): void {
  draft.putStep(die(step, outcome, seq, draft.now));
  draft.fail({ ...outcome.fault, place: outcome.fault.place ?? `step ${step.id}` });
  const queue: StepId[] = [...(draft.index.dependents.get(step.id) ?? [])];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const dependent = draft.step(next);
    if (TERMINAL_STEP.has(dependent.status)) continue;
    draft.putStep(abandon(dependent, "skipped", draft.takeSeq(), draft.now));
    queue.push(...(draft.index.dependents.get(next) ?? []));
  }
}

/** What may run now that these steps are settled: the rest of their own segment, and the segments that waited for them. A run that has no ring yet waits for its start. */
function dispatchAfter(draft: Draft, id: SegmentId, settled: readonly StepResult[], leases: LeaseSettings): void {
  if (draft.header.status === "queued") return;
  const next = new Set<SegmentId>([id]);
  for (const { step, outcome } of settled) {
    if (!outcome.ok) continue;
    for (const dependent of draft.index.dependents.get(step) ?? [])
      next.add(draft.index.segmentOf.get(dependent) ?? id);
  }
  for (const segment of next) dispatchSegment(draft, segment, "queue", leases);
}

function undeliverable(draft: Draft, id: SegmentId, token: string, problem: Fault, leases: LeaseSettings): void {
  const held = draft.state.segments.get(id)?.lease;
  if (!held || held.token !== token) return;
  expire(draft, id, problem, leases);
}

/** A lease came to nothing. The same work goes out again under a higher epoch, a bounded number of times. */
function expire(draft: Draft, id: SegmentId, problem: Fault, leases: LeaseSettings): void {
  const segment = draft.segment(id);
  const lost = segment.lease?.steps ?? segment.steps.map((step) => step.id);
  const expiries = segment.expiries + 1;
  draft.putSegment({ ...segment, lease: null, dueAt: null, expiries });
  for (const step of lost) {
    const before = draft.step(step);
    if (TERMINAL_STEP.has(before.status)) continue;
    if (expiries <= leases.maxExpiries) {
      draft.putStep(release(before, draft.takeSeq(), problem, draft.now));
      continue;
    }
    const outcome = {
      ok: false,
      fault: problem,
      inputHash: null,
      inputBytes: 0,
      startedAt: draft.now,
      durationMs: 0,
    } as const;
    if (before.status === "leased" || before.status === "ready") bury(draft, before, outcome, draft.takeSeq());
  }
  if (expiries <= leases.maxExpiries) dispatchSegment(draft, id, "queue", leases);
}

function tick(draft: Draft, leases: LeaseSettings): void {
  const deadline = draft.header.deadlineAt;
  if (deadline !== null && deadline <= draft.now) {
    return end(draft, fault("RUN_DEADLINE", "the run's deadline passed before it ended"));
  }
  for (const segment of draft.state.segments.values()) {
    if (segment.dueAt === null || segment.dueAt > draft.now) continue;
    if (segment.lease === null) dispatchSegment(draft, segment.id, "queue", leases);
    else expire(draft, segment.id, fault("LEASE_EXPIRED", "no executor answered before the lease ended"), leases);
  }
}

/** Ends the run now: whatever is open is cancelled, and no lease stays valid. */
function end(draft: Draft, problem: Fault): void {
  draft.fail(problem);
  draft.intents.splice(0);
  for (const segment of draft.state.segments.values()) {
    const current = draft.segment(segment.id);
    if (current.steps.every((step) => TERMINAL_STEP.has(step.status)) && current.lease === null) continue;
    draft.putSegment({ ...current, lease: null, dueAt: null });
    for (const step of current.steps) {
      if (!TERMINAL_STEP.has(step.status)) draft.putStep(abandon(step, "cancelled", draft.takeSeq(), draft.now));
    }
  }
}

/** Moves the run's own status; the last step's end is the run's end. */
function conclude(draft: Draft): void {
  if (draft.openSteps > 0) return;
  const problem = draft.header.fault;
  const status = problem === null ? "succeeded" : problem.code === "RUN_CANCELLED" ? "cancelled" : "failed";
  draft.updateHeader({ status, finishedAt: draft.now, completedSeq: draft.takeSeq() });
  draft.intents.splice(0, draft.intents.length, { type: "finished" });
}
