import type { Day } from "../../core/retention/day.ts";
import { dayIn, ARCHIVE } from "../../core/retention/keys.ts";
import type { Instant } from "../../core/run/model/state.ts";
import { forEach } from "./each.ts";
import type { SweepLimits } from "./limits.ts";
import type { SweepPorts } from "./ports.ts";

/** More keys than this are not deleted by one call. */
const KEYS_TOGETHER = 1_000;

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
  const until = ports.clock.now() + limits.expiryMs;
  const shareOf = (most: number): number => Math.max(limits.batch, Math.floor(most / Math.max(1, tenants.length)));
  const [rowsEach, partsEach] = [shareOf(limits.runs), shareOf(limits.parts)];
  let forgotten = 0;
  let rowsLeft = false;
  let [rows, parts] = [limits.runs, limits.parts];
  await forEach(tenants, async (tenant) => {
    const gone = await expireTenant(ports, tenant, firstKept, {
      ...{ now, until, batch: limits.batch },
      ...{ rows: Math.min(rowsEach, rows), parts: Math.min(partsEach, parts) },
    });
    rows -= gone.rows;
    parts -= gone.parts;
    forgotten += gone.runs;
    rowsLeft ||= gone.more;
  });
  if (!rowsLeft) forgotten += await expireObjects(ports, firstKept, limits.archived, until);
  return forgotten;
}

/** How much of a tenant may go, and until when it may be begun. */
interface Allowance {
  readonly now: Instant;
  readonly until: Instant;
  readonly batch: number;
  readonly rows: number;
  readonly parts: number;
}

interface Gone {
  readonly rows: number;
  readonly parts: number;
  readonly runs: number;
  /** Something of it is left. */
  readonly more: boolean;
}

async function expireTenant(
  { retention, parts, clock }: SweepPorts,
  tenant: string,
  firstKept: Day,
  most: Allowance,
): Promise<Gone> {
  const isLate = (): boolean => clock.now() >= most.until;
  let [rows, packed, runs] = [0, 0, 0];
  let [rowsLeft, partsLeft] = [true, true];
  while (rowsLeft && rows < most.rows && !isLate()) {
    const old = await retention.archivedBefore(tenant, firstKept, most.batch);
    if (old.length > 0) await retention.forget(tenant, old, most.now);
    rows += old.length;
    rowsLeft = old.length === most.batch;
  }
  while (partsLeft && packed < most.parts && !isLate()) {
    const gone = await parts.forgetBefore(tenant, firstKept, most.batch);
    packed += gone.parts;
    runs += gone.runs;
    partsLeft = gone.parts === most.batch;
  }
  return { rows, parts: packed, runs: rows + runs, more: rowsLeft || partsLeft };
}

async function expireObjects(
  { blobs, archiveBook, clock }: SweepPorts,
  firstKept: Day,
  most: number,
  until: Instant,
): Promise<number> {
  let expired = 0;
  while (expired < most) {
    const oldest = await blobs.list(ARCHIVE, Math.min(KEYS_TOGETHER, most - expired));
    const keys = oldest.filter((key) => {
      const day = dayIn(key, ARCHIVE);
      return day !== null && day < firstKept;
    });
    if (keys.length === 0) break;
    // The books first: an object that stays is found again by its key, a forgotten entry by nobody.
    await archiveBook.forget(keys);
    await blobs.delete(keys);
    expired += keys.length;
    if (keys.length < oldest.length || oldest.length < KEYS_TOGETHER || clock.now() >= until) break;
  }
  return expired;
}
