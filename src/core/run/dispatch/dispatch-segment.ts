import { gateHolds } from "../../plan/model/gate-holds.ts";
import type { SegmentId, StepId } from "../../plan/model/plan.ts";
import type { Policy } from "../../plan/model/policy.ts";
import type { Draft } from "../reduce/draft.ts";
import type { LeaseSettings } from "../model/event.ts";
import { TERMINAL_STEP, type Lease, type SegmentState, type StepState } from "../model/state.ts";
import { needsValueOf, passOver } from "../reduce/skip.ts";
import { lease } from "../model/step.ts";
import { asksElsewhere, checkOf } from "./undecided.ts";
import { isRef } from "../model/value.ts";
import { beginWait } from "../wait/waits.ts";

/** Fencing token: names the dispatch it belongs to, so an answer to an older one is recognised. */
const tokenOf = (segment: string, epoch: number): string => `${segment}.${epoch}`;

/**
 * Passes over the steps of a segment whose gates are closed; returns the segments this sets free. A gate that asks about
 * a value kept outside the run's record is judged by whoever executes the step.
 */
export function judgeGates(draft: Draft, id: SegmentId): readonly SegmentId[] {
  const freed: SegmentId[] = [];
  for (const { id: step, status, attempts } of draft.segment(id).steps) {
    const planned = draft.index.stepById.get(step);
    if (!planned?.when || status !== "pending" || attempts.length > 0 || !inputsReady(draft, step, new Set())) continue;
    if (asksElsewhere(planned, (source) => draft.value(source))) continue;
    const open = gateHolds(planned.when, (source) => {
      const stored = draft.value(source);
      return stored && !isRef(stored) ? stored.v : undefined;
    });
    if (!open) freed.push(...passOver(draft, step));
  }
  return freed;
}

/**
 * Sets going everything of the segment that can run now: steps whose inputs are there or come from a step leased with
 * them, and whose backoff is over. Waits begin in place; everything else is leased together. Nothing happens when the
 * segment is leased already, nothing can run, the run is held or has no room.
 */
export function dispatchSegment(draft: Draft, id: string, via: "inline" | "queue", leases: LeaseSettings): void {
  if (draft.isHeld || draft.segment(id).lease !== null) return;
  beginWaits(draft, id);
  const segment = draft.segment(id);
  const steps = runnable(draft, segment);
  if (steps.length === 0) return armTimer(draft, segment);
  if (via === "queue" && !hasRoom(draft)) return armTimer(draft, segment);
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

/** Whether the run could dispatch anything at all: it is not held and has room. */
export const mayDispatch = (draft: Draft): boolean => !draft.isHeld && hasRoom(draft);

/** How many segments of the run may be leased at once; null for any number. */
export function parallelLimit({ mode, maxParallelism }: Policy): number | null {
  return mode === "sequential" ? 1 : maxParallelism;
}

function hasRoom(draft: Draft): boolean {
  const limit = parallelLimit(draft.state.plan.policy);
  return limit === null || draft.activity.leased < limit;
}

/**
 * Does for a segment whatever needs no room: its gates are judged, its waits begin, its backoffs get their timer. Returns
 * the segments that a closed gate sets free.
 */
export function lookAt(draft: Draft, id: SegmentId): readonly SegmentId[] {
  const freed = judgeGates(draft, id);
  if (draft.isHeld || draft.segment(id).lease !== null) return freed;
  beginWaits(draft, id);
  armTimer(draft, draft.segment(id));
  return freed;
}

function beginWaits(draft: Draft, id: string): void {
  for (const step of draft.segment(id).steps) {
    const planned = draft.index.stepById.get(step.id);
    if (!planned?.wait || step.status === "waiting" || TERMINAL_STEP.has(step.status)) continue;
    if (!inputsReady(draft, step.id, new Set()) || checkOf(planned, step, (source) => draft.value(source))) continue;
    startWait(draft, step);
  }
}

/** The step waits from now on. What cannot be waited for is noted, and ends the step with this decision. */
export function startWait(draft: Draft, step: StepState): void {
  const planned = draft.index.stepById.get(step.id);
  if (!planned?.wait) return;
  const segment = draft.segmentOf(step.id);
  const epoch = segment.epoch + 1;
  draft.putSegment({ ...segment, epoch });
  draft.putStep(beginWait(draft, planned, planned.wait, step, epoch));
}

/** Whether everything the step needs from other steps is there. */
export function inputsReady(draft: Draft, step: StepId, alsoDone: ReadonlySet<StepId>): boolean {
  const planned = draft.index.stepById.get(step);
  if (!planned) return false;
  const done = (id: StepId): boolean => alsoDone.has(id) || hasSucceeded(draft.step(id));
  const after = (id: StepId): boolean => done(id) || draft.step(id).passedOver === true;
  return (draft.index.dependencies.get(step) ?? []).every((id) => (needsValueOf(planned, id) ? done(id) : after(id)));
}

export const hasSucceeded = (step: StepState): boolean => step.status === "succeeded" || step.status === "cached";

function runnable(draft: Draft, segment: SegmentState): readonly StepId[] {
  const chosen = new Set<StepId>();
  for (const step of segment.steps) {
    const planned = draft.index.stepById.get(step.id);
    if (!planned || TERMINAL_STEP.has(step.status)) continue;
    if (planned.wait && !checkOf(planned, step, (source) => draft.value(source))) continue;
    if (step.retryAt !== null && step.retryAt > draft.now) continue;
    if (inputsReady(draft, step.id, chosen)) chosen.add(step.id);
  }
  return [...chosen];
}

function armTimer(draft: Draft, segment: SegmentState): void {
  const moments = segment.steps.flatMap((step) => {
    if (TERMINAL_STEP.has(step.status)) return [];
    if (step.waiting) return [step.waiting.until];
    // A backoff that is over waits for room or for an input, and no time brings either.
    return step.retryAt !== null && step.retryAt > draft.now ? [step.retryAt] : [];
  });
  const dueAt = moments.length > 0 ? Math.min(...moments) : null;
  if (dueAt !== segment.dueAt) draft.putSegment({ ...segment, dueAt });
}

function leaseMs(draft: Draft, steps: readonly StepId[], expiries: number, leases: LeaseSettings): number {
  let timeouts = 0;
  for (const id of steps) {
    const planned = draft.index.stepById.get(id);
    // A wait is not executed, only checked.
    if (!planned?.wait) timeouts += (planned?.timeoutMs ?? 0) + (planned?.pool?.queueTimeoutMs ?? 0);
  }
  return timeouts + leases.graceMs * 2 ** expiries;
}
