import { reduce } from "../../../src/core/run/reduce/reduce.ts";
import type { RunState, SegmentState } from "../../../src/core/run/model/state.ts";
import { POOR_NODES } from "../weather.ts";
import type { Bug } from "./bug.ts";

/** Only the attempt under way is remembered, so every failure is the first. */
export const lostRetryCount: Bug = {
  name: "failed attempts are not counted",
  breaks: ["bounded"],
  weather: POOR_NODES,
  plant: () => ({ decide: (state, event, now, leases) => reduce(forgetful(state), event, now, leases) }),
};

function forgetful(state: RunState): RunState {
  const segments = new Map<string, SegmentState>();
  for (const [id, segment] of state.segments)
    segments.set(id, {
      ...segment,
      steps: segment.steps.map((step) => ({ ...step, attempts: step.attempts.slice(-1) })),
    });
  return { ...state, segments };
}
