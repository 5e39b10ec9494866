import { z } from "zod";
import { graph } from "../documents/graph.ts";
import { mutation, planWire } from "../documents/plan.ts";

/** The members of a rerun request that change its plan, read in full and with the planner's names. */
export const runRevision = z.object({
  mutations: z.array(mutation),
  plan: planWire.optional(),
  graph: graph.optional(),
});

export type RunRevision = z.output<typeof runRevision>;
