import type { QuarantineMessage } from "../../core/messages/ring-messages.ts";
import type { RunId } from "../../core/run/model/state.ts";
import type { QuarantineEntry } from "../../core/run/quarantine/entry.ts";
import type { QuarantineIndex } from "../../spi/books/quarantine-index.ts";
import type { QuarantinedRun, RunCoordinator } from "../../spi/run-coordinator.ts";
import type { RunIndex } from "../../spi/run-index.ts";
import type { RunRetention } from "../../spi/books/run-retention.ts";
import type { Standing } from "../deliver/standing.ts";

export interface QuarantinePorts {
  readonly coordinator: RunCoordinator;
  readonly quarantine: QuarantineIndex;
  readonly index: Pick<RunIndex, "get">;
  readonly retention: Pick<RunRetention, "tenants">;
}

/** The tenant of whoever runs the deployment. */
const DEPLOYER = "default";

/** The ring is asked again until it says what was written down; it will tell of what changes later. */
const MOST_LOOKS = 3;

/**
 * Brings the index of runs in quarantine up to what their ring says. Whoever writes last has asked after writing, so two
 * who do this at once cannot leave what is over behind.
 */
export async function noteQuarantine(
  { ring, runs }: Pick<QuarantineMessage, "ring" | "runs">,
  ports: QuarantinePorts,
): Promise<void> {
  let written: string | null = null;
  for (let look = 0; look < MOST_LOOKS; look++) {
    const held = await entriesOf(ring, runs, ports);
    const text = JSON.stringify(held);
    if (text === written) return;
    await ports.quarantine.settle(runs, held);
    written = text;
  }
}

async function entriesOf(
  ring: number,
  runs: readonly RunId[],
  ports: QuarantinePorts,
): Promise<readonly QuarantineEntry[]> {
  const entries: QuarantineEntry[] = [];
  for (const run of await ports.coordinator.quarantined(ring, runs))
    entries.push({ runId: run.runId, tenant: await ownerOf(run, ports), ...run.quarantine });
  return entries;
}

/**
 * Whose a run in quarantine is. Its record says so; where that cannot be read the run index may know it; what nobody knows
 * is for whoever runs the deployment.
 */
export async function ownerOf(
  { runId, tenant }: Pick<QuarantinedRun, "runId" | "tenant">,
  { index, retention }: Pick<QuarantinePorts, "index" | "retention">,
): Promise<string> {
  if (tenant !== null) return tenant;
  for (const known of await retention.tenants()) if (await index.get(known, runId)) return known;
  return DEPLOYER;
}

/** Whether the index still lacks what a word about quarantine has to tell. */
export async function standingOfQuarantine(
  { ring, runs }: QuarantineMessage,
  { coordinator, quarantine }: Pick<QuarantinePorts, "coordinator" | "quarantine">,
): Promise<Standing> {
  const held = new Set((await coordinator.quarantined(ring, runs)).map(({ runId }) => runId));
  for (const id of runs) {
    const isListed = (await quarantine.find(id)) !== null;
    if (isListed !== held.has(id))
      return { kind: "waiting", reason: `the list of quarantine does not know how run ${id} stands` };
  }
  return { kind: "ended", reason: "the list of quarantine knows all it has to tell" };
}
