import type { Activity, SegmentState } from "../model/state.ts";

const NONE: Activity = { leased: 0, waiting: 0, resting: 0 };

/** The activity of segments of which nothing is known yet. */
export function activityOf(segments: Iterable<SegmentState>): Activity {
  let activity = NONE;
  for (const segment of segments) activity = activityAfter(activity, null, segment);
  return activity;
}

/** The activity once a segment has changed; `before` is null for one that was not counted. */
export function activityAfter(activity: Activity, before: SegmentState | null, after: SegmentState): Activity {
  const [was, is] = [before && busyWith(before), busyWith(after)];
  if (was === is) return activity;
  const counted = { ...activity };
  if (was) counted[was]--;
  if (is) counted[is]++;
  return counted;
}

function busyWith({ lease, dueAt, steps }: SegmentState): keyof Activity | null {
  if (lease !== null) return "leased";
  if (steps.some((step) => step.status === "waiting")) return "waiting";
  return dueAt === null ? null : "resting";
}
