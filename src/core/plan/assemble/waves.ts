import type { Plan, SegmentId } from "../model/plan.ts";
import { edgesInto, planIndex } from "../model/plan-index.ts";
import { segmentOrder } from "./rank.ts";

const known = new WeakMap<Plan, readonly (readonly SegmentId[])[]>();

/**
 * The plan's segments in waves: each waits only for segments of earlier waves, and is in the first wave that allows it.
 * What `mode: batch` dispatches together, one wave after the other has ended, each in the policy's order; any other mode
 * has no use for them.
 */
export function planWaves(plan: Plan): readonly (readonly SegmentId[])[] {
  const made = known.get(plan) ?? build(plan);
  known.set(plan, made);
  return made;
}

const numbered = new WeakMap<Plan, ReadonlyMap<SegmentId, number>>();

/** The wave each segment is in, from 0. */
export function waveNumbers(plan: Plan): ReadonlyMap<SegmentId, number> {
  const made =
    numbered.get(plan) ?? new Map(planWaves(plan).flatMap((wave, number) => wave.map((id) => [id, number] as const)));
  numbered.set(plan, made);
  return made;
}

function build(plan: Plan): readonly (readonly SegmentId[])[] {
  const { segmentOf, stepById } = planIndex(plan);
  const waveOf = new Map<SegmentId, number>();
  const waves: SegmentId[][] = [];
  // Segments come in a topological order.
  for (const { id, steps } of plan.segments) {
    let wave = 0;
    for (const member of steps) {
      const step = stepById.get(member);
      for (const { from } of step ? edgesInto(step) : []) {
        const before = segmentOf.get(from);
        if (before !== undefined && before !== id) wave = Math.max(wave, (waveOf.get(before) ?? 0) + 1);
      }
    }
    waveOf.set(id, wave);
    const members = waves[wave];
    if (members) members.push(id);
    else waves[wave] = [id];
  }
  const place = new Map(segmentOrder(plan).map((id, at) => [id, at]));
  return waves.map((wave) => wave.sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0)));
}
