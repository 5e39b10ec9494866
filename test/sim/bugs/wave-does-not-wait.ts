import { reduce } from "../../../src/core/run/reduce/reduce.ts";
import type { Bug } from "./bug.ts";

/** A run in batch mode sends out whatever is ready. */
export const waveDoesNotWait: Bug = {
  name: "a wave does not wait for the one before it",
  breaks: ["waves"],
  plant: () => ({
    decide(state, event, now, leases) {
      const { plan } = state;
      if (plan.policy.mode !== "batch") return reduce(state, event, now, leases);
      const eager = { ...plan, policy: { ...plan.policy, mode: "parallel" as const } };
      return reduce({ ...state, plan: eager }, event, now, leases);
    },
  }),
};
