import type { Day } from "../../core/retention/day.ts";
import { dayIn, ARCHIVE } from "../../core/retention/keys.ts";
import type { Instant } from "../../core/run/model/state.ts";
import { forEach } from "./each.ts";
import type { SweepLimits } from "./limits.ts";
import type { SweepPorts } from "./ports.ts";

/**
 * Forgets every run archived before `firstKept`, then the objects of those days. Rows first: as long as one of a day is
 * left, no object is touched, so no row ever points at an object that is gone.
 */
export async function expireRuns(
  ports: SweepPorts,
  firstKept: Day,
  now: Instant,
  limits: SweepLimits,
): Promise<number> {
  const tenants = await ports.retention.tenants();
  const share = Math.max(limits.batch, Math.floor(limits.runs / Math.max(1, tenants.length)));
  let forgotten = 0;
  let rowsLeft = false;
  await forEach(tenants, async (tenant) => {
    const gone = await expireTenant(
      ports,
      tenant,
      firstKept,
      now,
      Math.min(share, limits.runs - forgotten),
      limits.batch,
    );
    forgotten += gone.count;
    rowsLeft ||= gone.more;
  });
  if (!rowsLeft) forgotten += await expireObjects(ports, firstKept, limits.objects);
  return forgotten;
}

async function expireTenant(
  { retention }: SweepPorts,
  tenant: string,
  firstKept: Day,
  now: Instant,
  most: number,
  batch: number,
): Promise<{ readonly count: number; readonly more: boolean }> {
  let count = 0;
  while (count < most) {
    const old = await retention.archivedBefore(tenant, firstKept, batch);
    if (old.length > 0) await retention.forget(tenant, old, now);
    count += old.length;
    if (old.length < batch) return { count, more: false };
  }
  return { count, more: true };
}

async function expireObjects({ blobs, archiveBook }: SweepPorts, firstKept: Day, most: number): Promise<number> {
  const oldest = await blobs.list(ARCHIVE, most);
  const expired = oldest.filter((key) => {
    const day = dayIn(key, ARCHIVE);
    return day !== null && day < firstKept;
  });
  if (expired.length === 0) return 0;
  // The books first: an object that stays is found again by its key, a forgotten entry by nobody.
  await archiveBook.forget(expired);
  await blobs.delete(expired);
  return expired.length;
}
