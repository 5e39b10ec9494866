import type { DraftStep } from "../model/draft-step.ts";
import type { Segment, SegmentId, StepId } from "../model/plan.ts";
import type { Policy } from "../model/policy.ts";
import { segmentSteps } from "./segment.ts";

/** What of a running plan stays: its succeeded steps in their segments, and the numbers segments have had. */
export interface Kept {
  readonly segmentOf: ReadonlyMap<StepId, SegmentId>;
  /** The next free number: a segment id is never used twice in a run. */
  readonly nextNumber: number;
  /** Whether new segments may be inline: true only while the run is with the gateway. */
  readonly inline: boolean;
}

/**
 * Segments for a plan that goes on: kept steps keep their segments, the rest is cut as if what they yield were given. Once
 * the run is in its ring no new segment is inline.
 */
export function segmentRest(
  steps: readonly DraftStep[],
  before: readonly (readonly number[])[],
  policy: Policy,
  kept: Kept,
): readonly Segment[] {
  const old = new Map<SegmentId, StepId[]>();
  const placeOf = new Map<number, number>();
  const rest: DraftStep[] = [];
  steps.forEach((step, place) => {
    const segment = kept.segmentOf.get(step.id);
    if (segment === undefined) {
      placeOf.set(place, rest.length);
      rest.push(step);
      return;
    }
    const members = old.get(segment);
    if (members) members.push(step.id);
    else old.set(segment, [step.id]);
  });
  const restBefore = [...placeOf.keys()].map((place) =>
    (before[place] ?? []).flatMap((dependency) => {
      const moved = placeOf.get(dependency);
      return moved === undefined ? [] : [moved];
    }),
  );
  const fresh = segmentSteps(rest, restBefore, kept.inline ? policy : { ...policy, inline: "never" });
  return [
    ...[...old].map(([id, members]) => ({ id, steps: members, inline: false })),
    ...fresh.map((segment, i) => ({ ...segment, id: `s${kept.nextNumber + i}` })),
  ];
}
