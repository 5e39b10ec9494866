import type { ExecutionProfile } from "../registry/node.ts";

/**
 * The most CPU any function may have, in milliseconds. An invocation of the platform has 30 s for all it does; this is
 * what leaves room for others in it. A longer `timeout_ms` is refused at registration; a function that was registered
 * before that was so has no more either.
 */
export const MAX_FUNCTION_CPU_MS = 10_000;

/**
 * The CPU a function may use, in whole milliseconds of a price list and not of a clock: the same work costs the same on
 * every machine, and none was found that takes longer than its price. It follows from the node's own timeout.
 */
export const cpuBudgetMs = (execution: Pick<ExecutionProfile, "timeoutMs">): number =>
  Math.min(Math.max(1, Math.ceil(execution.timeoutMs)), MAX_FUNCTION_CPU_MS);

/** Nothing was done, for want of CPU in this invocation: the call is to be made again in another, and counts for nothing. */
export const NOT_BEGUN = "not begun";
export type NotBegun = typeof NOT_BEGUN;
