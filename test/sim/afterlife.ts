import { silentLog } from "../../src/infra/memory/silent-log.ts";
import { DAY_MS } from "../../src/core/retention/day.ts";
import { sweep } from "../../src/app/sweep/sweep.ts";
import { SWEEP_LIMITS } from "../../src/app/sweep/limits.ts";
import { ArchiveIndex } from "../../src/app/archive/archive-index.ts";
import { RunReader } from "../../src/app/runs/run-reader.ts";
import type { Findings } from "./audit/findings.ts";
import { isLasting } from "./audit/look-over.ts";
import type { Timeline } from "./timeline.ts";
import { SETTINGS, type World } from "./world.ts";

/** Long after the last crash, but before anything is old. */
const MENDED_DAYS = 4;
/** Longer than anything is kept. */
const OVER_DAYS = 30;
const KEPT_DAYS = 7;
const MAX_STEPS = 60_000;

/**
 * Lets the world grow old in peace. First the keys are forgotten; then the sweep mends what crashes left behind; in the
 * end, when everything is older than anything is kept, nothing may be left at all.
 */
export async function afterlife(world: World, timeline: Timeline, findings: Findings): Promise<void> {
  if (!(await timeline.live(timeline.now + 2 * SETTINGS.keyMemoryMs, MAX_STEPS)))
    return findings.add("rests", "keys never settle");
  lookIntoRings(world, findings);
  // What a long world has let go is not mended.
  await sweepAt(world, timeline.now + MENDED_DAYS * DAY_MS, world.scenario.isLong ? MENDED_DAYS + 1 : 0);
  await lookForStrays(world, findings);
  await sweepAt(world, timeline.now + OVER_DAYS * DAY_MS, KEPT_DAYS);
  await lookForRemains(world, findings);
}

/** As often as a day has chores: one may need what another has done. */
async function sweepAt({ isolates, backends }: World, now: number, days: number): Promise<void> {
  const index = new ArchiveIndex({ ...backends, log: silentLog });
  const runs = new RunReader({ ...backends, index, log: silentLog });
  const ports = { ...isolates.get("sweeper").parts, ...backends, index, runs };
  const limits = { ...SWEEP_LIMITS, days: 2 * OVER_DAYS };
  for (let turn = 0; turn < 4; turn++) await sweep(ports, { retention: { days }, limits }, now + turn * 2 * DAY_MS);
}

/** The memory of keys is over: only what lasts may be left, and no alarm set. */
function lookIntoRings({ slots, commits }: World, findings: Findings): void {
  for (const { number, store, alarmAt } of slots) {
    if (alarmAt !== null) findings.add("clean", `ring ${number} has its alarm set with nothing to wait for`);
    if (store.keys.any()) findings.add("clean", `ring ${number} still remembers keys`);
    for (const owner of commits.owners.get(number) ?? [])
      if (store.read(owner).some(({ part }) => !isLasting(owner, part)))
        findings.add("clean", `ring ${number} never forgets ${owner}`);
  }
}

/** What a crash left behind has been collected: every archive object is one that rows point at. */
async function lookForStrays({ index, backends }: World, findings: Findings): Promise<void> {
  const placed = new Set<string>();
  for (const [id, { tenant }] of index.rows) {
    const place = (await index.get(tenant, id))?.archive;
    if (place) placed.add(place.key);
  }
  for (const key of await backends.blobs.list("runs/"))
    if (!placed.has(key)) findings.add("clean", `archive object ${key} belongs to no run`);
  for (const { object } of await backends.archiveBook.erasures(10))
    findings.add("clean", `a record in ${object} is never erased`);
}

async function lookForRemains({ index, backends }: World, findings: Findings): Promise<void> {
  for (const [id, { tenant }] of index.rows)
    if (await index.get(tenant, id)) findings.add("clean", `run ${id} is kept for ever`);
  for (const key of await backends.blobs.list("")) findings.add("clean", `${key} is kept for ever`);
  for (const tenant of await backends.deadLetters.tenants())
    findings.add("clean", `dead letters of ${tenant} are kept for ever`);
}
