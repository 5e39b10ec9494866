import { reduce } from "../../../src/core/run/reduce/reduce.ts";
import type { Bug } from "./bug.ts";

/** Whoever brings another plan is believed, whichever question it answers. */
export const replanUnderAnyToken: Bug = {
  name: "another plan is taken under any token",
  breaks: ["replanned"],
  needs: ({ nodes }) => new Set(nodes.map(({ gives }) => gives)).size < nodes.length,
  plant: () => ({
    decide(state, event, now, leases) {
      if (event.type !== "replanned") return reduce(state, event, now, leases);
      const asked = state.header.replanning?.question?.token;
      return reduce(state, { ...event, token: asked ?? event.token }, now, leases);
    },
  }),
};
