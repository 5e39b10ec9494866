import type { Fault } from "../errors.ts";
import { TERMINAL_STEP, type Attempt, type Instant, type StepOutcome, type StepState } from "./state.ts";

/** The step leaves for an executor. */
export function lease(step: StepState, epoch: number, seq: number, via: Attempt["via"], now: Instant): StepState {
  const attempt: Attempt = {
    epoch,
    dispatchedAt: now,
    dispatchSeq: seq,
    via,
    finishedAt: null,
    resultSeq: null,
    durationMs: null,
    fault: null,
  };
  return { ...step, status: "leased", retryAt: null, attempts: [...step.attempts, attempt] };
}

/** The step has ended well. */
export function succeed(
  step: StepState,
  outcome: Extract<StepOutcome, { ok: true }>,
  seq: number,
  now: Instant,
): StepState {
  return {
    ...stilled(step),
    status: outcome.cached ? "cached" : "succeeded",
    outcome,
    attempts: closeAttempt(step, seq, now, outcome.durationMs, null),
  };
}

/** The attempt failed and another one follows at `retryAt`. */
export function retryLater(
  step: StepState,
  fault: Fault,
  durationMs: number,
  seq: number,
  retryAt: Instant,
  now: Instant,
): StepState {
  return { ...step, status: "ready", retryAt, attempts: closeAttempt(step, seq, now, durationMs, fault) };
}

/** The attempt failed and none follows. */
export function die(
  step: StepState,
  outcome: Extract<StepOutcome, { ok: false }>,
  seq: number,
  now: Instant,
): StepState {
  return {
    ...stilled(step),
    status: "failed",
    retryAt: null,
    outcome,
    attempts: closeAttempt(step, seq, now, outcome.durationMs, outcome.fault),
  };
}

/** The step will not run: `skipped` because of another step, `cancelled` because of the run. Ended steps stay as they are. */
export function abandon(step: StepState, status: "skipped" | "cancelled", seq: number, now: Instant): StepState {
  if (TERMINAL_STEP.has(step.status)) return step;
  return { ...stilled(step), status, retryAt: null, attempts: closeAttempt(step, seq, now, null, null) };
}

/** The lease ended without a word on this step: it is as it was before the dispatch, the attempt stays on record. */
export function release(step: StepState, seq: number, fault: Fault | null, now: Instant): StepState {
  if (step.status !== "leased") return step;
  return { ...step, status: "ready", attempts: closeAttempt(step, seq, now, null, fault) };
}

/** The step without what it waited for. */
const stilled = ({ waiting: _waiting, ...step }: StepState): StepState => step;

function closeAttempt(
  step: StepState,
  seq: number,
  now: Instant,
  durationMs: number | null,
  fault: Fault | null,
): readonly Attempt[] {
  const last = step.attempts.at(-1);
  if (!last || last.finishedAt !== null) return step.attempts;
  return [...step.attempts.slice(0, -1), { ...last, finishedAt: now, resultSeq: seq, durationMs, fault }];
}
