import type { Boundary, Plan, PlanStep, StepId } from "../../plan/model/plan.ts";
import { planIndex } from "../../plan/model/plan-index.ts";
import { pendingSegment, recount } from "./begin.ts";
import {
  TERMINAL_STEP,
  type Instant,
  type ReplacedStep,
  type RunState,
  type SegmentState,
  type StepState,
} from "../model/state.ts";
import { abandon } from "../model/step.ts";

/**
 * The run with another plan. A step that both plans have under one id and with one node keeps its state: its result, its
 * wait, its backoff and its attempts. Everything else of the new plan is pending; what was tried and has no place in it
 * stays on record. No lease may be held: see core/run/replanning.
 */
export function switchPlan(state: RunState, plan: Plan, now: Instant): RunState {
  const kept = keptStates(state, plan);
  const segments = new Map(
    plan.segments.map(({ id, steps }) => [id, carriedSegment(id, steps, kept, state.segments.get(id))]),
  );
  const { replanning: _, ...header } = state.header;
  const replan = (header.replans ?? 0) + 1;
  const replaced = [...(state.replaced ?? []), ...leaving(state, plan, kept, replan, now)];
  const changed = { ...header, replans: replan };
  const { openSteps, nextSeq, activity } = recount(changed, segments, replaced);
  // Numbers that were taken and are not on record are not given again.
  return {
    ...state,
    header: changed,
    plan,
    segments,
    replaced,
    openSteps,
    nextSeq: Math.max(nextSeq, state.nextSeq + 1),
    activity,
  };
}

/** The states that the new plan takes over, by step. */
function keptStates(state: RunState, plan: Plan): ReadonlyMap<StepId, StepState> {
  const before = planIndex(state.plan).stepById;
  const { stepById: after } = planIndex(plan);
  const kept = new Map<StepId, StepState>();
  for (const { steps } of state.segments.values()) {
    for (const step of steps) {
      const [was, is] = [before.get(step.id), after.get(step.id)];
      const isSame = was !== undefined && is !== undefined && was.node === is.node && was.version === is.version;
      // What was skipped for a dead step's sake may run now.
      if (isSame && (step.status !== "skipped" || step.passedOver)) kept.set(step.id, step);
    }
  }
  return kept;
}

/** Epochs go on where the segment, or the steps that come into it, have been: no token is given twice. */
function carriedSegment(
  id: string,
  steps: readonly StepId[],
  kept: ReadonlyMap<StepId, StepState>,
  before: SegmentState | undefined,
): SegmentState {
  const fresh = pendingSegment(id, steps);
  const states = fresh.steps.map((step) => kept.get(step.id) ?? step);
  const epochs = states.flatMap(({ attempts }) => attempts.map(({ epoch }) => epoch));
  const waits = states.flatMap(({ waiting }) => (waiting ? [waiting.until] : []));
  return {
    ...fresh,
    epoch: Math.max(before?.epoch ?? 0, ...epochs),
    dueAt: waits.length > 0 ? Math.min(...waits) : null,
    steps: states,
  };
}

/** What was tried and leaves; whatever still waited ends here. */
function leaving(
  state: RunState,
  next: Plan,
  kept: ReadonlyMap<StepId, StepState>,
  replan: number,
  at: Instant,
): readonly ReplacedStep[] {
  const { stepById } = planIndex(state.plan);
  let number = state.nextSeq;
  const seq = number++;
  const gone: ReplacedStep[] = [];
  for (const { steps } of state.segments.values()) {
    for (const own of steps) {
      const step: PlanStep | undefined = stepById.get(own.id);
      if (!step || kept.has(own.id) || (own.attempts.length === 0 && own.outcome === null)) continue;
      const ended = TERMINAL_STEP.has(own.status) ? own : abandon(own, "cancelled", number++, at);
      const within = leavingComposites(state.plan, next, step);
      gone.push({ step, state: ended, ...(within.length === 0 ? {} : { within }), replan, at, seq });
    }
  }
  return gone;
}

/** The composites around a step that the next plan does not have, or has without it. */
function leavingComposites(
  plan: Plan,
  next: Plan,
  { id: step, parent }: PlanStep,
): NonNullable<ReplacedStep["within"]> {
  const [before, after] = [planIndex(plan).boundaryById, planIndex(next).boundaryById];
  const found: Pick<Boundary, "id" | "node" | "version">[] = [];
  for (let at = parent === undefined ? undefined : before.get(parent); at; at = before.get(at.parent ?? "")) {
    const { id, node, version } = at;
    const stays = after.get(id);
    const isWhole = stays?.node === node && stays.version === version && stays.steps.includes(step);
    if (!isWhole) found.unshift({ id, node, version });
  }
  return found;
}
