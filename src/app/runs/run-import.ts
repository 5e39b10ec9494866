import type { RunSummaryView } from "../../../contracts/api/run.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { fault, type Fault } from "../../core/errors.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { moveValues, openSnapshot, type OpenedSnapshot } from "../../core/run/codec/snapshot.ts";
import type { RunHeader } from "../../core/run/model/state.ts";
import { summarizeRun } from "../../core/run/views/view.ts";
import type { RunRetention } from "../../spi/books/run-retention.ts";
import type { RunStarter } from "../begin/run-starter.ts";
import type { CallContext } from "../call-context.ts";
import { storeState, type ValuePorts } from "../execute/value-store.ts";
import { takeNodes, type RunNodePorts } from "./run-nodes.ts";
import { takenId } from "./run-faults.ts";

export interface ImportPorts extends ValuePorts, RunNodePorts {
  readonly starter: RunStarter;
  /** Where deletions are remembered. */
  readonly retention: Pick<RunRetention, "undelete">;
}

/** A clock elsewhere may be ahead by this much. */
const CLOCK_SKEW_MS = 24 * 60 * 60 * 1_000;

/** Takes an exported run in, under its own id; answers its summary. The same one twice changes nothing. */
export async function importRun(
  { tenant }: CallContext,
  snapshot: JsonValue,
  ports: ImportPorts,
): Promise<Result<RunSummaryView, Fault>> {
  const opened = openSnapshot(snapshot);
  if (!opened.ok) return opened;
  const { header } = opened.value.state;
  const refused = strangeness(tenant, header, ports.clock.now());
  if (refused) return err(refused);
  const nodes = await takeNodes(tenant, opened.value.nodes, ports);
  if (!nodes.ok) return nodes;
  const { id, requestHash, createdAt } = header;
  const started = await ports.starter.start<OpenedSnapshot>(tenant, {
    // Its key is of elsewhere, and none here.
    identity: { id, requestHash, createdAt, idempotencyKey: null },
    restored: true,
    inline: null,
    taken: { ...takenId(id), place: "$.run_id" },
    plan: () => opened,
    async begin({ state, values }) {
      const placed = await storeState(tenant, Object.fromEntries(values), ports);
      // Whoever takes a deleted run in again wants it back: neither the index nor the ring may swallow it.
      await ports.retention.undelete(tenant, id);
      return ok(moveValues(state, new Map(Object.entries(placed))));
    },
  });
  return started.ok ? ok(summarizeRun(started.value)) : started;
}

/** What keeps a run out that was exported as it should be; null for nothing. */
function strangeness(tenant: string, header: RunHeader, now: number): Fault | null {
  if (header.tenant !== tenant) {
    const place = "$.record.header.tenant";
    return fault("INVALID_PARAMETER", `run '${header.id}' belongs to another tenant`, { place });
  }
  const early = (["createdAt", "finishedAt"] as const).find((at) => (header[at] ?? 0) > now + CLOCK_SKEW_MS);
  if (early === undefined) return null;
  const place = `$.record.header.${early}`;
  return fault("INVALID_PARAMETER", "the run is of the future", { place, hint: "compare the clocks" });
}
