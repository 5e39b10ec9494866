import type { Fault } from "../../errors.ts";
import type { LogLine } from "../../pool/step-log.ts";
import type { LimitLabel } from "../../limit/limit.ts";
import type { StoredValue } from "./value.ts";
import { TERMINAL_STEP, type Attempt, type Instant, type StepOutcome, type StepState } from "./state.ts";

/** The step leaves for an executor. An attempt that waited for a limit goes on under its new epoch and its old number. */
export function lease(step: StepState, epoch: number, seq: number, via: Attempt["via"], now: Instant): StepState {
  const open = step.attempts.at(-1);
  const attempts =
    open && open.finishedAt === null
      ? [...step.attempts.slice(0, -1), { ...open, epoch }]
      : [...step.attempts, opened(epoch, seq, via, now)];
  const { waiting: _waiting, limitedBy: _limit, ...rest } = step;
  return { ...rest, status: "leased", retryAt: null, attempts };
}

/** The wait is over; what ended it is still to be checked. */
export function arrive(step: StepState, arrived: StoredValue): StepState {
  return { ...stilled(step), status: "ready", arrived };
}

const opened = (epoch: number, dispatchSeq: number, via: Attempt["via"], dispatchedAt: Instant): Attempt => ({
  epoch,
  dispatchedAt,
  dispatchSeq,
  via,
  finishedAt: null,
  resultSeq: null,
  durationMs: null,
  fault: null,
});

/** A limit has no room: the lease is given back, and the attempt stays open until there is. */
export function defer(step: StepState, limitedBy: LimitLabel, retryAt: Instant): StepState {
  return step.status === "leased" ? { ...step, status: "ready", retryAt, limitedBy } : step;
}

/** The limit has room: nothing is left to wait for. */
export function admit(step: StepState): StepState {
  const { limitedBy, ...rest } = step;
  return limitedBy === undefined ? step : { ...rest, retryAt: null };
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

/** The step with what the process of its open attempt wrote. */
export function logged(step: StepState, log: readonly LogLine[] | undefined): StepState {
  const last = step.attempts.at(-1);
  if (!log || log.length === 0 || !last || last.finishedAt !== null) return step;
  return { ...step, attempts: [...step.attempts.slice(0, -1), { ...last, log }] };
}

/** The lease ended without a word on this step: it is as it was before the dispatch, the attempt stays on record. */
export function release(step: StepState, seq: number, fault: Fault | null, now: Instant): StepState {
  if (step.status !== "leased") return step;
  const attempts = closeAttempt(step, seq, now, null, fault);
  const last = attempts.at(-1);
  const marked = last && fault === null ? [...attempts.slice(0, -1), { ...last, released: true as const }] : attempts;
  return { ...step, status: "ready", attempts: marked };
}

/** The step without what it waited for. */
const stilled = ({ waiting: _waiting, arrived: _arrived, limitedBy: _limit, ...step }: StepState): StepState => step;

function closeAttempt(
  step: StepState,
  seq: number,
  now: Instant,
  durationMs: number | null,
  fault: Fault | null,
): readonly Attempt[] {
  const last = step.attempts.at(-1);
  if (!last || last.finishedAt !== null) return step.attempts;
  // Clocks differ, so what ended may seem to have ended before it began.
  const spentMs = durationMs === null ? null : Math.max(0, durationMs);
  return [...step.attempts.slice(0, -1), { ...last, finishedAt: now, resultSeq: seq, durationMs: spentMs, fault }];
}
