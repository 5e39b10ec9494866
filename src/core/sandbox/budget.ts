import type { ExecutionProfile } from "../registry/node.ts";

/** Longest work any function may be given, in interrupts: about half a minute, the platform's CPU limit. */
const MAX_INTERRUPTS = 30_000;

/**
 * The interrupts a function may use. An interrupt is at most about a millisecond of the interpreter's work, so a node's
 * own timeout says how many it gets: budget and timeout agree wherever the clock stands still during work.
 */
export const interruptBudget = (execution: Pick<ExecutionProfile, "timeoutMs">): number =>
  Math.min(Math.max(1, Math.ceil(execution.timeoutMs)), MAX_INTERRUPTS);
