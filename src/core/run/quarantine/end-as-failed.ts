import { planHash } from "../../plan/assemble/hash.ts";
import type { Fault } from "../../errors.ts";
import type { Plan } from "../../plan/model/plan.ts";
import { DEFAULT_POLICY } from "../../plan/model/policy.ts";
import { activityOf } from "../dispatch/activity.ts";
import {
  TERMINAL_RUN,
  TERMINAL_STEP,
  type Instant,
  type RunId,
  type RunState,
  type StepState,
} from "../model/state.ts";
import { abandon } from "../model/step.ts";
import { askerIn } from "../../call/asker.ts";
import { CLIENT } from "../model/origin.ts";
import { begin, recount } from "../reduce/begin.ts";
import type { Salvage } from "./salvage.ts";

/**
 * The run, ended as failed: what is open is cancelled, and no lease stays valid. Decides nothing and so cannot fail
 * where deciding did. A run that has ended stays as it is.
 */
export function endAsFailed(state: RunState, problem: Fault, now: Instant): RunState {
  if (TERMINAL_RUN.has(state.header.status)) return state;
  const { replanning: _, ...kept } = state.header;
  let seq = state.nextSeq;
  const ended = (step: StepState): StepState =>
    TERMINAL_STEP.has(step.status) ? step : abandon(step, "cancelled", seq++, now);
  const segments = new Map(
    [...state.segments.values()].map(({ called: _called, ...segment }) => [
      segment.id,
      { ...segment, lease: null, dueAt: null, steps: segment.steps.map(ended) },
    ]),
  );
  const header = { ...kept, status: "failed" as const, finishedAt: now, completedSeq: seq, fault: problem };
  return {
    ...state,
    header,
    segments,
    openSteps: 0,
    nextSeq: seq + 1,
    activity: activityOf(segments.values()),
  };
}

/**
 * In the place of a run of which nothing can be read: who asked for it and what follows it, as far as that is known, with
 * no step and no value, ended as failed.
 */
export function failedStub(id: RunId, tenant: string, known: Salvage, problem: Fault, now: Instant): RunState {
  const { want = [], createdAt = now, chains, origin = CLIENT, principal, trace } = known;
  const request = {
    id,
    tenant,
    operation: known.operation ?? "unknown",
    correlationId: known.correlationId ?? id,
    envelopeId: known.envelopeId ?? id,
    sourceNode: known.sourceNode ?? "unknown",
    idempotencyKey: known.idempotencyKey ?? null,
    requestHash: known.requestHash ?? "",
    ...askerIn({ ...(principal === undefined ? {} : { principal }), ...(trace ? { trace } : {}) }),
    origin,
    tags: known.tags ?? [],
    ...(chains === undefined ? {} : { chains }),
  };
  const begun = begin(request, emptyPlan(want), {}, createdAt);
  const header = { ...begun.header, status: "failed" as const, finishedAt: now, fault: problem };
  return { ...begun, header, ...recount(header, begun.segments) };
}

function emptyPlan(want: readonly string[]): Plan {
  const plan = {
    want,
    given: [],
    steps: [],
    segments: [],
    results: {},
    cost: 0,
    depth: 0,
    why: [],
    guards: [],
    policy: DEFAULT_POLICY,
  };
  return { hash: planHash(plan), ...plan };
}
