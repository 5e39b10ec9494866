import { reduce } from "../../../src/core/run/reduce/reduce.ts";
import type { Bug } from "./bug.ts";

/** Whoever answers is believed, whatever token it shows. */
export const noTokenCheck: Bug = {
  name: "an answer is taken under any token",
  breaks: ["fenced"],
  plant: () => ({
    decide(state, event, now, leases) {
      if (event.type !== "answer") return reduce(state, event, now, leases);
      const held = state.segments.get(event.segment)?.lease?.token;
      return reduce(state, { ...event, token: held ?? event.token }, now, leases);
    },
  }),
};
