import { reduce } from "../../../src/core/run/reduce/reduce.ts";
import type { SegmentState, StepState } from "../../../src/core/run/model/state.ts";
import type { Bug } from "./bug.ts";

/** A run that goes on with another plan begins it from the beginning. */
export const keptStepRestarted: Bug = {
  name: "a step that both plans have is executed again",
  breaks: ["lasting"],
  plant: () => ({
    decide(state, event, now, leases) {
      const transition = reduce(state, event, now, leases);
      if (event.type !== "replanned" || !transition.plan) return transition;
      return { ...transition, segments: transition.segments.map(restarted) };
    },
  }),
};

const restarted = (segment: SegmentState): SegmentState => ({
  ...segment,
  steps: segment.steps.map((step): StepState =>
    step.status === "succeeded" ? { ...step, status: "pending", outcome: null } : step,
  ),
});
