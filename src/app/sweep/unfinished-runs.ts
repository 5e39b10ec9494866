import { DAY_MS } from "../../core/retention/day.ts";
import { decodeCursor, encodeCursor } from "../../core/search/position.ts";
import { placeOfRun } from "../../core/search/run-query.ts";
import type { Instant } from "../../core/run/model/state.ts";
import { forEach } from "./each.ts";
import type { SweepLimits } from "./limits.ts";
import type { SweepPorts } from "./ports.ts";

/**
 * Asks the rings of runs that have been unfinished for a day whether they still have them, and forgets those nobody has:
 * late news about a run that ended, and was forgotten or deleted, long ago. Goes round, a few runs of each tenant a sweep.
 */
export async function forgetGhosts(ports: SweepPorts, now: Instant, limits: SweepLimits): Promise<number> {
  let forgotten = 0;
  await forEach(await ports.retention.tenants(), async (tenant) => {
    const mark = `unfinished/${tenant}`;
    const after = decodeCursor((await ports.marks.read(mark)) ?? "");
    const runs = await ports.retention.unfinished(tenant, now - DAY_MS, after, limits.unfinished);
    for (const run of runs) {
      if ((await ports.coordinator.read(run.runId)) !== null) continue;
      await ports.retention.forgetUnfinished(tenant, run, now);
      forgotten++;
    }
    const last = runs.length < limits.unfinished ? undefined : runs.at(-1);
    if (last !== undefined || after !== null) await ports.marks.write(mark, last ? encodeCursor(placeOfRun(last)) : "");
  });
  return forgotten;
}
