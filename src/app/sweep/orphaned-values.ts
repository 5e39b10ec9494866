import { shift, type Day } from "../../core/retention/day.ts";
import { BEHIND, VALUES, valueDay, valuesOf, valueTenant } from "../../core/retention/keys.ts";
import { forEach } from "./each.ts";
import { heldValues, type LiveValues } from "./held-values.ts";
import type { SweepLimits } from "./limits.ts";
import type { SweepPorts } from "./ports.ts";

/** Up to which day values have been looked through. */
const MARK = "values";

/**
 * Deletes the values of expired days that no run refers to: whoever stored them died before their run began. Looks at
 * each day once; what is still referred to then goes with its last run.
 */
export async function collectOrphanedValues(
  ports: SweepPorts,
  live: LiveValues,
  firstKept: Day,
  limits: SweepLimits,
): Promise<number> {
  const end = shift(firstKept, -1);
  const done = await ports.marks.read(MARK);
  if (done !== null && shift(done, 1) >= end) return 0;
  const oldest = await oldestValues(ports);
  const days = [...oldest.values()].flatMap((key) => valueDay(key) ?? []).toSorted();
  let day = done === null ? days[0] : shift(done, 1);
  let deleted = 0;
  for (let looked = 0; day !== undefined && day < end && looked < limits.days; looked++) {
    const today = day;
    await forEach(oldest.keys(), async (tenant) => {
      deleted += await collectDay(ports, live, tenant, today);
    });
    await ports.marks.write(MARK, day);
    day = shift(day, 1);
  }
  return deleted;
}

/** Each tenant that has values, with the key of its oldest. */
async function oldestValues({ blobs }: SweepPorts): Promise<ReadonlyMap<string, string>> {
  const oldest = new Map<string, string>();
  for (let [key] = await blobs.list(VALUES, 1); key !== undefined;) {
    const tenant = valueTenant(key);
    oldest.set(tenant, key);
    [key] = await blobs.list(VALUES, 1, `${VALUES}${key.slice(VALUES.length).split("/", 1)[0] ?? ""}/${BEHIND}`);
  }
  return oldest;
}

async function collectDay(ports: SweepPorts, live: LiveValues, tenant: string, day: Day): Promise<number> {
  const keys = await ports.blobs.list(valuesOf(tenant, day));
  if (keys.length === 0) return 0;
  const held = await heldValues(ports.values, live, tenant, keys);
  const orphans = keys.filter((key) => !held.has(key));
  if (orphans.length > 0) await ports.blobs.delete(orphans);
  return orphans.length;
}
