import { DAY_MS, dayOf, shift, type Day } from "../../core/retention/day.ts";
import { valueDay } from "../../core/retention/keys.ts";
import type { Instant } from "../../core/run/model/state.ts";
import type { Doubt } from "../../spi/books/value-book.ts";
import { forEach } from "./each.ts";
import { heldValues, type LiveValues } from "./held-values.ts";
import type { SweepLimits } from "./limits.ts";
import type { SweepPorts } from "./ports.ts";

/**
 * Deletes values that lost a run which referred to them and have no other. A value is deletable when its day has been
 * over for a day, so that nobody stores the same content under its key; when no indexed run refers to it, a day after it
 * became doubtful, by when every run that took it over is indexed or in a ring; and when no run in a ring refers to it. A
 * value whose key names no day is older than days in keys are: nobody stores under such keys.
 */
export async function collectDoubtfulValues(
  ports: SweepPorts,
  live: LiveValues,
  now: Instant,
  limits: SweepLimits,
): Promise<number> {
  let deleted = 0;
  await forEach(await ports.values.tenants(), async (tenant) => {
    const doubts = await ports.values.doubts(tenant, now - DAY_MS, limits.objects);
    const due = doubts.filter(({ key }) => isOver(valueDay(key), now));
    if (due.length === 0) return;
    const keys = due.map(({ key }) => key);
    deleted += await settle(ports, due, await heldValues(ports.values, live, tenant, keys));
  });
  return deleted;
}

const isOver = (day: Day | null, now: Instant): boolean => day === null || day <= shift(dayOf(now), -2);

async function settle(ports: SweepPorts, due: readonly Doubt[], held: ReadonlySet<string>): Promise<number> {
  const dead = due.filter(({ key }) => !held.has(key));
  if (dead.length > 0) await ports.blobs.delete(dead.map(({ key }) => key));
  await ports.values.settleDoubts(due);
  return dead.length;
}
