import { startOf, type Day } from "../../core/retention/day.ts";
import type { SweepLimits } from "./limits.ts";
import type { SweepPorts } from "./ports.ts";

/** Forgets bus messages received, and what followed runs, before `firstKept`. */
export async function expireTriggers(
  { triggers, sequels }: Pick<SweepPorts, "triggers" | "sequels">,
  firstKept: Day,
  { objects }: SweepLimits,
): Promise<number> {
  const before = startOf(firstKept);
  const received = (await triggers?.forgetBefore(before, objects)) ?? 0;
  return received + (await sequels.forgetBefore(before, objects));
}
