import { faultOf } from "../../core/errors.ts";
import { DAY_MS } from "../../core/retention/day.ts";
import { decodeCursor, encodeCursor } from "../../core/search/position.ts";
import { placeOfRun } from "../../core/search/run-query.ts";
import type { Instant, RunId } from "../../core/run/model/state.ts";
import type { RunCoordinator } from "../../spi/run-coordinator.ts";
import { forEach, SomeFailed } from "./each.ts";
import type { SweepLimits } from "./limits.ts";
import type { SweepPorts } from "./ports.ts";

/**
 * Asks the rings of runs that have been unfinished for a day whether they still have them, and forgets those nobody has:
 * late news about a run that ended, and was forgotten or deleted, long ago. Goes round, a few runs of each tenant a sweep,
 * and past whatever run cannot be asked about.
 */
export async function forgetGhosts(ports: SweepPorts, now: Instant, limits: SweepLimits): Promise<number> {
  let forgotten = 0;
  await forEach(await ports.retention.tenants(), async (tenant) => {
    const mark = `unfinished/${tenant}`;
    const after = decodeCursor((await ports.marks.read(mark)) ?? "");
    const runs = await ports.retention.unfinished(tenant, now - DAY_MS, after, limits.unfinished);
    const failed = await failuresOf(() =>
      forEach(
        runs,
        async (run) => {
          if (await isHeld(run.runId, ports.coordinator)) return;
          await ports.retention.forgetUnfinished(tenant, run, now);
          forgotten++;
        },
        ({ runId }) => runId,
      ),
    );
    const last = runs.length < limits.unfinished ? undefined : runs.at(-1);
    if (last !== undefined || after !== null) await ports.marks.write(mark, last ? encodeCursor(placeOfRun(last)) : "");
    if (failed) throw failed;
  });
  return forgotten;
}

/** Whether its ring has the run, be it in quarantine. */
async function isHeld(id: RunId, coordinator: RunCoordinator): Promise<boolean> {
  try {
    return (await coordinator.read(id)) !== null;
  } catch (thrown) {
    if (faultOf(thrown).code === "RUN_QUARANTINED") return true;
    throw thrown;
  }
}

async function failuresOf(work: () => Promise<void>): Promise<SomeFailed | null> {
  try {
    await work();
    return null;
  } catch (thrown) {
    if (thrown instanceof SomeFailed) return thrown;
    throw thrown;
  }
}
