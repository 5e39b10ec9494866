import { DAY_MS, dayOf, shift, type Day } from "../../../core/retention/day.ts";
import { valueDay, valuesOf } from "../../../core/retention/keys.ts";
import { decodeRun } from "../../../core/run/codec.ts";
import type { Instant } from "../../../core/run/state.ts";
import { summaryOf } from "../../../core/run/summary.ts";
import type { Doubt } from "../../../spi/value-ledger.ts";
import { forEach } from "./each.ts";
import type { SweepLimits } from "./limits.ts";
import type { SweepPorts } from "./ports.ts";

/** Runs under way longer than a day that are asked for their values; a tenant with more keeps its values for now. */
const MOST_LIVE_RUNS = 500;

/**
 * Deletes values that lost a run which referred to them and have no other. A value is deletable when its day has been
 * over for a day, so that nobody stores the same content under its key; when no indexed run refers to it, a day after it
 * became doubtful, by when every run that took it over is indexed; and when no run that has been under way for longer
 * refers to it in its ring.
 */
export async function collectDoubtfulValues(ports: SweepPorts, now: Instant, limits: SweepLimits): Promise<number> {
  let deleted = 0;
  await forEach(await ports.values.tenants(), async (tenant) => {
    const doubts = await ports.values.doubts(tenant, now - DAY_MS, limits.objects);
    const due = doubts.filter(({ key }) => isOver(valueDay(key), now));
    if (due.length === 0) return;
    const held = await heldValues(
      ports,
      tenant,
      due.map(({ key }) => key),
      now,
    );
    if (held !== null) deleted += await settle(ports, due, held);
  });
  return deleted;
}

/** Deletes the values of expired days that no run ever referred to: whoever stored them died before their run began. */
export async function collectOrphanedValues(
  ports: SweepPorts,
  firstKept: Day,
  now: Instant,
  limits: SweepLimits,
): Promise<number> {
  let deleted = 0;
  await forEach(await ports.retention.tenants(), async (tenant) => {
    const mark = `values/${tenant}`;
    let day = await firstDay(ports, tenant, mark);
    for (let looked = 0; day !== null && day < shift(firstKept, -1) && looked < limits.days; looked++) {
      const keys = await ports.blobs.list(valuesOf(tenant, day));
      const held = keys.length === 0 ? new Set<string>() : await heldValues(ports, tenant, keys, now);
      if (held === null) break;
      const orphans = keys.filter((key) => !held.has(key));
      if (orphans.length > 0) await ports.blobs.delete(orphans);
      deleted += orphans.length;
      await ports.marks.write(mark, day);
      day = shift(day, 1);
    }
  });
  return deleted;
}

/** A value without a day can never be deleted safely; it is not asked after again. */
const isOver = (day: Day | null, now: Instant): boolean => day === null || day <= shift(dayOf(now), -2);

async function settle(ports: SweepPorts, due: readonly Doubt[], held: ReadonlySet<string>): Promise<number> {
  const dead = due.filter(({ key }) => valueDay(key) !== null && !held.has(key));
  if (dead.length > 0) await ports.blobs.delete(dead.map(({ key }) => key));
  await ports.values.settleDoubts(due);
  return dead.length;
}

async function firstDay({ marks, blobs }: SweepPorts, tenant: string, mark: string): Promise<Day | null> {
  const done = await marks.read(mark);
  if (done !== null) return shift(done, 1);
  const [oldest] = await blobs.list(valuesOf(tenant), 1);
  return oldest === undefined ? null : valueDay(oldest);
}

/** Which of these values some run refers to, indexed or under way; null when too many are under way to be asked. */
async function heldValues(
  { retention, values, coordinator }: SweepPorts,
  tenant: string,
  keys: readonly string[],
  now: Instant,
): Promise<ReadonlySet<string> | null> {
  const live = await retention.unfinished(tenant, now - DAY_MS, null, MOST_LIVE_RUNS + 1);
  if (live.length > MOST_LIVE_RUNS) return null;
  const held = new Set(live.flatMap((run) => run.values));
  for (const { runId } of live) {
    const record = await coordinator.read(runId);
    if (record !== null) for (const key of summaryOf(decodeRun(record)).values) held.add(key);
  }
  // Last: a run that ended while it was asked for is indexed by now.
  for (const key of await values.referenced(tenant, keys)) held.add(key);
  return held;
}
