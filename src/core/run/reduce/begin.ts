import type { Plan } from "../../plan/model/plan.ts";
import type { ContractKey } from "../../registry/node.ts";
import { activityOf } from "../dispatch/activity.ts";
import { noteDue } from "../dispatch/due-times.ts";
import type { Transition } from "../model/event.ts";
import {
  TERMINAL_STEP,
  type Instant,
  type ReplacedStep,
  type RunHeader,
  type RunState,
  type SegmentState,
  type StepState,
} from "../model/state.ts";
import type { StoredValue } from "../model/value.ts";

/** Who asks for a run, and how it is to be known. */
export type RunRequest = Pick<
  RunHeader,
  | "id"
  | "tenant"
  | "operation"
  | "correlationId"
  | "envelopeId"
  | "sourceNode"
  | "idempotencyKey"
  | "requestHash"
  | "principal"
  | "trace"
  | "origin"
  | "tags"
  | "chains"
>;

/** A run in which nothing has happened yet. A plan without steps is finished from the start. */
export function begin(
  request: RunRequest,
  plan: Plan,
  given: Readonly<Record<ContractKey, StoredValue>>,
  now: Instant,
): RunState {
  const deadlineMs = plan.policy.deadlineMs;
  const empty = plan.steps.length === 0;
  return {
    header: {
      ...request,
      status: empty ? "succeeded" : "queued",
      createdAt: now,
      finishedAt: empty ? now : null,
      deadlineAt: deadlineMs === null ? null : now + deadlineMs,
      completedSeq: empty ? 1 : null,
      fault: null,
    },
    plan,
    given,
    segments: new Map(plan.segments.map(({ id, steps }) => [id, pendingSegment(id, steps)])),
    openSteps: plan.steps.length,
    nextSeq: empty ? 2 : 1,
    activity: activityOf([]),
  };
}

/** The state after a transition. Takes ownership of `state`: its segment map is updated in place, so a step costs the same in a run of any size. */
export function apply(state: RunState, transition: Transition): RunState {
  const { plan, replaced } = transition;
  const segments = plan ? new Map<string, SegmentState>() : (state.segments as Map<string, SegmentState>);
  for (const segment of transition.segments) segments.set(segment.id, segment);
  noteDue(segments, transition.segments);
  return {
    ...state,
    segments,
    ...(plan ? { plan } : {}),
    ...(replaced ? { replaced } : {}),
    header: transition.header ?? state.header,
    openSteps: transition.openSteps,
    nextSeq: transition.nextSeq,
    activity: transition.activity,
  };
}

/** Whether a transition leaves the run as it was and asks for nothing. */
export const isIdle = ({ header, segments, intents }: Transition): boolean =>
  header === null && segments.length === 0 && intents.length === 0;

/** Rebuilds what is counted rather than stored. */
export function recount(
  header: RunHeader,
  segments: ReadonlyMap<string, SegmentState>,
  replaced: readonly ReplacedStep[] = [],
): Pick<RunState, "openSteps" | "nextSeq" | "activity"> {
  let openSteps = 0;
  let last = header.completedSeq ?? 0;
  const count = ({ attempts }: StepState): void => {
    for (const { dispatchSeq, resultSeq, progress } of attempts)
      last = Math.max(last, dispatchSeq, resultSeq ?? 0, progress?.seq ?? 0);
  };
  for (const { steps } of segments.values()) {
    for (const step of steps) {
      if (!TERMINAL_STEP.has(step.status)) openSteps++;
      count(step);
    }
  }
  for (const { state, seq } of replaced) {
    last = Math.max(last, seq);
    count(state);
  }
  return { openSteps, nextSeq: last + 1, activity: activityOf(segments.values()) };
}

/** A segment of the plan in which nothing has happened. */
export function pendingSegment(id: string, steps: readonly string[]): SegmentState {
  return {
    id,
    epoch: 0,
    expiries: 0,
    lease: null,
    dueAt: null,
    steps: steps.map((step) => ({ id: step, status: "pending", attempts: [], retryAt: null, outcome: null })),
  };
}
