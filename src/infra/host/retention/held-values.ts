import { DAY_MS } from "../../../core/retention/day.ts";
import { decodeRun } from "../../../core/run/codec.ts";
import type { Instant } from "../../../core/run/state.ts";
import { summaryOf } from "../../../core/run/summary.ts";
import type { SweepPorts } from "./ports.ts";

/** Runs under way longer than a day that are asked for their values; a tenant with more keeps its values for now. */
const MOST_LIVE_RUNS = 500;

/**
 * Values some run refers to: among `keys` those of indexed runs, and all those of runs that have been under way for a
 * day, asked of their rings. Null when too many are under way to be asked.
 */
export async function heldValues(
  { retention, values, coordinator }: SweepPorts,
  tenant: string,
  keys: readonly string[],
  now: Instant,
): Promise<ReadonlySet<string> | null> {
  const live = await retention.unfinished(tenant, now - DAY_MS, null, MOST_LIVE_RUNS + 1);
  if (live.length > MOST_LIVE_RUNS) return null;
  const held = new Set<string>();
  for (const { runId } of live) {
    const record = await coordinator.read(runId);
    if (record !== null) for (const key of summaryOf(decodeRun(record)).values) held.add(key);
  }
  // Last: a run that ended while it was asked for is indexed by now.
  for (const key of await values.referenced(tenant, keys)) held.add(key);
  return held;
}
