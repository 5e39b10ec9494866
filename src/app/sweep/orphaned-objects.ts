import { dayOf, shift, type Day } from "../../core/retention/day.ts";
import { BEHIND, dayIn, ARCHIVE, archivedOn } from "../../core/retention/keys.ts";
import type { Instant } from "../../core/run/model/state.ts";
import type { SweepLimits } from "./limits.ts";
import type { SweepPorts } from "./ports.ts";

/** Up to which day objects have been compared with the books. */
const MARK = "segments";

/**
 * Deletes archive objects no row was ever stored for: their consumer died between the two. Looks at each day once, when a
 * whole day has passed since its end, far longer than any consumer lives.
 */
export async function collectOrphanedObjects(ports: SweepPorts, now: Instant, limits: SweepLimits): Promise<number> {
  const last = shift(dayOf(now), -2);
  let done = await ports.marks.read(MARK);
  let collected = 0;
  for (let looked = 0; looked < limits.days; looked++) {
    const day = await dayAfter(done, ports);
    if (day === null || day > last) break;
    collected += await collectDay(ports, day);
    await ports.marks.write(MARK, day);
    done = day;
  }
  return collected;
}

/** The next day that has objects at all. */
async function dayAfter(done: Day | null, { blobs }: SweepPorts): Promise<Day | null> {
  const [next] = await blobs.list(ARCHIVE, 1, done === null ? "" : `${archivedOn(done)}${BEHIND}`);
  return next === undefined ? null : dayIn(next, ARCHIVE);
}

/** The listing comes first: an object that is booked in between is not taken for an orphan. */
async function collectDay({ blobs, archiveBook }: SweepPorts, day: Day): Promise<number> {
  const stored = await blobs.list(archivedOn(day));
  const known = await archiveBook.known(archivedOn(day));
  const orphans = stored.filter((key) => !known.has(key));
  if (orphans.length > 0) await blobs.delete(orphans);
  return orphans.length;
}
