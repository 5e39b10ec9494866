import type { Plan, PlanStep, Segment, SegmentId } from "../model/plan.ts";
import { edgesInto } from "../model/plan-index.ts";
import type { Policy } from "../model/policy.ts";

/**
 * Gives the segments their places in the policy's order, the first 0: `critical` by the longest remaining path of
 * declared costs, longest first; `cheap` by cost, lowest first; `trusted` by the least trusted node, highest first. Ties
 * stay in the plan's order, and so does everything under the default: then no rank is given.
 *
 * `trustOf` gives a step's score, 0 to 1.
 */
export function rankSegments(
  segments: readonly Segment[],
  steps: readonly PlanStep[],
  policy: Policy,
  trustOf: (step: PlanStep) => number,
): readonly Segment[] {
  const order = policy.order ?? "plan";
  if (order === "plan") return segments;
  const members = Map.groupBy(steps, (step) => step.segment);
  const own = (id: SegmentId): readonly PlanStep[] => members.get(id) ?? [];
  const cost = (id: SegmentId): number => own(id).reduce((sum, step) => sum + step.cost, 0);
  let weight: (id: SegmentId) => number;
  if (order === "cheap") weight = cost;
  else if (order === "trusted") weight = (id) => -Math.min(...own(id).map(trustOf));
  else {
    const remaining = remainingCosts(segments, steps, cost);
    weight = (id) => -(remaining.get(id) ?? 0);
  }
  const weights = segments.map(({ id }, place) => ({ place, weight: weight(id) }));
  weights.sort((a, b) => a.weight - b.weight || a.place - b.place);
  const rankOf = new Map(weights.map(({ place }, rank) => [place, rank]));
  return segments.map((segment, place) => ({ ...segment, rank: rankOf.get(place) ?? place }));
}

/** For every segment its own cost and that of the dearest path after it. Segments come in a topological order. */
function remainingCosts(
  segments: readonly Segment[],
  steps: readonly PlanStep[],
  cost: (id: SegmentId) => number,
): ReadonlyMap<SegmentId, number> {
  const segmentOf = new Map(steps.map((step) => [step.id, step.segment]));
  const after = new Map<SegmentId, Set<SegmentId>>();
  for (const step of steps) {
    for (const { from } of edgesInto(step)) {
      const before = segmentOf.get(from);
      if (before === undefined || before === step.segment) continue;
      const known = after.get(before);
      if (known) known.add(step.segment);
      else after.set(before, new Set([step.segment]));
    }
  }
  const remaining = new Map<SegmentId, number>();
  for (const { id } of segments.toReversed()) {
    let longest = 0;
    for (const next of after.get(id) ?? []) longest = Math.max(longest, remaining.get(next) ?? 0);
    remaining.set(id, cost(id) + longest);
  }
  return remaining;
}

const known = new WeakMap<Plan, readonly SegmentId[]>();

/** The plan's segments in the order in which they go when the run has limited room. */
export function segmentOrder(plan: Plan): readonly SegmentId[] {
  let ids = known.get(plan);
  if (!ids) {
    const ranked = plan.segments.some(({ rank }) => rank !== undefined);
    const sorted = ranked ? [...plan.segments].sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0)) : plan.segments;
    known.set(plan, (ids = sorted.map(({ id }) => id)));
  }
  return ids;
}
