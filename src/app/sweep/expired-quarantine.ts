import { startOf, type Day } from "../../core/retention/day.ts";
import { ringOf } from "../../core/run/model/run-id.ts";
import { knownOf } from "../quarantine/quarantine-service.ts";
import { noteQuarantine } from "../quarantine/note-quarantine.ts";
import { forEach } from "./each.ts";
import type { SweepLimits } from "./limits.ts";
import type { SweepPorts } from "./ports.ts";

/**
 * Ends runs that were set aside before `firstKept`: what nobody has repaired by then is not kept any longer than anything
 * else. They leave for the archive, and go as every run there does.
 */
export async function expireQuarantine(ports: SweepPorts, firstKept: Day, limits: SweepLimits): Promise<number> {
  let ended = 0;
  await forEach(
    await ports.quarantine.before(startOf(firstKept), limits.unfinished),
    async ({ tenant, runId }) => {
      const ring = ringOf(runId);
      if (ring === null) return;
      const known = await knownOf(tenant, runId, ports);
      const status = await ports.coordinator.end(runId, {
        tenant,
        reason: "it was kept for as long as runs are",
        known,
      });
      if (status !== null) ended++;
      await noteQuarantine({ ring, runs: [runId] }, ports);
    },
    ({ runId }) => runId,
  );
  return ended;
}
