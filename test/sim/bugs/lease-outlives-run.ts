import { reduce } from "../../../src/core/run/reduce/reduce.ts";
import { TERMINAL_RUN } from "../../../src/core/run/model/state.ts";
import type { Bug } from "./bug.ts";

/** A run that is cancelled or overtaken by its deadline ends, and its leases do not. */
export const leaseOutlivesRun: Bug = {
  name: "cancel and deadline leave leases behind",
  breaks: ["released"],
  plant: () => ({
    decide(state, event, now, leases) {
      const transition = reduce(state, event, now, leases);
      if (!TERMINAL_RUN.has(transition.header?.status ?? "running")) return transition;
      const segments = transition.segments.map((segment) => {
        const before = state.segments.get(segment.id);
        return before && event.type !== "answer" ? { ...segment, lease: before.lease, dueAt: before.dueAt } : segment;
      });
      return { ...transition, segments };
    },
  }),
};
