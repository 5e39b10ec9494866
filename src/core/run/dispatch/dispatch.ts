import type { SegmentId } from "../../plan/model/plan.ts";
import { segmentOrder } from "../../plan/assemble/rank.ts";
import { planWaves, waveNumbers } from "../../plan/assemble/waves.ts";
import { dispatchSegment, judgeGates, lookAt, mayDispatch, parallelLimit } from "./dispatch-segment.ts";
import type { Draft } from "../reduce/draft.ts";
import type { LeaseSettings } from "../model/event.ts";
import { firstOpen } from "./progress.ts";
import { TERMINAL_STEP, type SegmentState } from "../model/state.ts";

/**
 * Sets going what can run now in the given segments, and in those that a closed gate sets free. In a run that goes wave by
 * wave, whatever waits for the end of a wave is seen to as well.
 */
export function dispatchSegments(
  draft: Draft,
  ids: Iterable<SegmentId>,
  via: "inline" | "queue",
  leases: LeaseSettings,
): void {
  if (draft.state.plan.policy.mode === "batch") return dispatchWaves(draft, new Set(ids), via, leases);
  const queue = [...ids];
  for (let at = 0; at < queue.length; at++) {
    const id = queue[at] ?? "";
    queue.push(...judgeGates(draft, id));
    dispatchSegment(draft, id, via, leases);
  }
}

/**
 * Sets going what may run now that something has ended: the given segments; with a limit on parallel segments, whoever
 * is first in the policy's order, kept back until now or not.
 */
export function dispatchNext(draft: Draft, ids: Iterable<SegmentId>, leases: LeaseSettings): void {
  const { policy } = draft.state.plan;
  if (policy.mode === "batch" || parallelLimit(policy) === null) return dispatchSegments(draft, ids, "queue", leases);
  const queue = [...ids];
  for (let at = 0; at < queue.length; at++) queue.push(...lookAt(draft, queue[at] ?? ""));
  fillRoom(draft, segmentOrder(draft.state.plan), leases);
}

/** Dispatches whatever is ready anywhere in the run: after a pause, or with another plan. */
export function dispatchAll(draft: Draft, leases: LeaseSettings): void {
  dispatchSegments(draft, segmentOrder(draft.state.plan), "queue", leases);
}

/** Sets going whatever the gateway may execute itself, of a run that has no ring yet. */
export function dispatchInline(draft: Draft, leases: LeaseSettings): void {
  const own = draft.state.plan.segments.flatMap(({ id, inline }) => (inline ? [id] : []));
  dispatchSegments(draft, own, "inline", leases);
}

/** Leases what is ready, in the given order, until the room is used up. */
function fillRoom(draft: Draft, order: readonly SegmentId[], leases: LeaseSettings): void {
  for (let at = openFrom(draft, order); at < order.length && mayDispatch(draft); at++) {
    dispatchSegment(draft, order[at] ?? "", "queue", leases);
  }
}

/**
 * The given segments of the first wave that has not ended. When this decision has ended the wave, the next one is begun:
 * all of it, whichever segments were named, but the gateway takes only those that it was given. A wave whose gates are
 * all closed ends as soon as it is looked at.
 */
function dispatchWaves(
  draft: Draft,
  ids: ReadonlySet<SegmentId>,
  via: "inline" | "queue",
  leases: LeaseSettings,
): void {
  const { plan, segments } = draft.state;
  const waves = planWaves(plan);
  const numbers = waveNumbers(plan);
  const limited = via === "queue" && parallelLimit(plan.policy) !== null;
  const first = firstOpen(segments, waves, (wave) => openFrom(draft, wave) === wave.length);
  for (let at = first; at < waves.length; at++) {
    const wave = waves[at] ?? [];
    const isNew = at > first && via === "queue";
    for (const id of isNew ? wave : [...ids].filter((one) => numbers.get(one) === at)) {
      if (limited) lookAt(draft, id);
      else {
        judgeGates(draft, id);
        dispatchSegment(draft, id, via, leases);
      }
    }
    if (limited) fillRoom(draft, wave, leases);
    if (!hasEndedNow(draft, wave)) return;
  }
}

/** Where in a list of segments the first is that had not ended before this decision. */
const openFrom = (draft: Draft, ids: readonly SegmentId[]): number => {
  const { segments } = draft.state;
  return firstOpen(segments, ids, (id) => hasEnded(segments.get(id)));
};

function hasEndedNow(draft: Draft, wave: readonly SegmentId[]): boolean {
  for (let at = openFrom(draft, wave); at < wave.length; at++) {
    if (!hasEnded(draft.segment(wave[at] ?? ""))) return false;
  }
  return true;
}

const hasEnded = (segment: SegmentState | undefined): boolean =>
  segment?.steps.every((step) => TERMINAL_STEP.has(step.status)) ?? true;
