import type {
  QuarantineEnded,
  QuarantineList,
  QuarantineRaw,
  QuarantineRetried,
  QuarantinedRunView,
} from "../../../contracts/api/quarantine.ts";
import { fault, faultOf, type Fault } from "../../core/errors.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { ringOf } from "../../core/run/model/run-id.ts";
import type { RunId } from "../../core/run/model/state.ts";
import { isoTime, isoTimeOrNull } from "../../core/run/model/time.ts";
import type { QuarantineEntry } from "../../core/run/quarantine/entry.ts";
import type { Quarantine } from "../../core/run/quarantine/quarantine.ts";
import type { Salvage } from "../../core/run/quarantine/salvage.ts";
import { encodeCursor, type PageRequest } from "../../core/search/position.ts";
import type { QuarantinedRun } from "../../spi/run-coordinator.ts";
import type { CallContext } from "../call-context.ts";
import { noteQuarantine, ownerOf, type QuarantinePorts } from "./note-quarantine.ts";

/**
 * What operators may do with runs that were set aside. Everything about one run answers RUN_NOT_FOUND when it is in no
 * quarantine of the tenant, and SERVICE_UNAVAILABLE when its ring does not answer.
 */
export interface QuarantineService {
  /** Those set aside last first. Rejects with SERVICE_UNAVAILABLE. */
  list(call: CallContext, page: PageRequest): Promise<QuarantineList>;
  get(call: CallContext, runId: RunId): Promise<Result<QuarantinedRunView, Fault>>;
  /** What is stored of the run, byte by byte. */
  raw(call: CallContext, runId: RunId): Promise<Result<QuarantineRaw, Fault>>;
  /** Lets the run go on if it can by now. */
  retry(call: CallContext, runId: RunId): Promise<Result<QuarantineRetried, Fault>>;
  /** Ends the run as failed, whatever can be read of it: what follows its end follows. */
  end(call: CallContext, runId: RunId, reason: string): Promise<Result<QuarantineEnded, Fault>>;
}

export function quarantineService(ports: QuarantinePorts): QuarantineService {
  const { coordinator, quarantine } = ports;

  /** Does something with a run in quarantine of the tenant. */
  const held = async <T>(
    tenant: string,
    id: RunId,
    work: (run: QuarantinedRun) => Promise<T | null>,
  ): Promise<Result<T, Fault>> => {
    try {
      const ring = ringOf(id);
      const [run] = ring === null ? [] : await coordinator.quarantined(ring, [id]);
      if (!run || (await ownerOf(run, ports)) !== tenant) return err(notHeld(id));
      const done = await work(run);
      return done === null ? err(notHeld(id)) : ok(done);
    } catch (thrown) {
      return err(faultOf(thrown, "nothing could be done about the run"));
    }
  };
  /** Who is told at once what has become of a run need not wait for its ring's word. */
  const noted = async (id: RunId): Promise<void> => {
    const ring = ringOf(id);
    if (ring !== null) await noteQuarantine({ ring, runs: [id] }, ports).catch(() => undefined);
  };

  return {
    async list({ tenant }, page) {
      const { items, next } = await quarantine.list(tenant, page);
      const runs = await fresh(items, ports);
      return { runs: runs.map(viewOf), next: next && encodeCursor(next) };
    },
    get: ({ tenant }, id) => held(tenant, id, async (run) => viewOf(run)),
    raw: ({ tenant }, id) =>
      held(tenant, id, async () => {
        const parts = await coordinator.raw(id);
        const shown = parts?.map(({ part, body, dueAt }) => ({ part, body, due_at: isoTimeOrNull(dueAt) }));
        return { run_id: id, parts: shown ?? [] };
      }),
    retry: ({ tenant }, id) =>
      held(tenant, id, async () => {
        const receipt = await coordinator.retry(id);
        await noted(id);
        switch (receipt.kind) {
          case "unknown":
            return null;
          case "released":
            return { run_id: id, released: true, status: receipt.status, quarantine: null };
          case "quarantined":
            return { run_id: id, released: false, status: null, quarantine: reasonOf(receipt.quarantine) };
        }
      }),
    end: ({ tenant }, id, reason) =>
      held(tenant, id, async () => {
        const status = await coordinator.end(id, { tenant, reason, known: await knownOf(tenant, id, ports) });
        await noted(id);
        return status === null ? null : { run_id: id, status };
      }),
  };
}

/** What the run index knows of a run whose record may tell nothing. */
export async function knownOf(tenant: string, id: RunId, { index }: Pick<QuarantinePorts, "index">): Promise<Salvage> {
  const summary = await index.get(tenant, id);
  if (!summary) return {};
  const { operation, correlationId, tags, want, createdAt } = summary;
  return { operation, correlationId, tags, want, createdAt };
}

type Shown = Pick<QuarantinedRun, "runId" | "quarantine" | "known">;

/** As their rings have them now. What has left meanwhile is left out; where a ring does not answer, the index has to do. */
async function fresh(entries: readonly QuarantineEntry[], ports: QuarantinePorts): Promise<readonly Shown[]> {
  const byRing = Map.groupBy(entries, ({ runId }) => ringOf(runId) ?? -1);
  const answers = await Promise.all(
    [...byRing].map(async ([ring, own]): Promise<readonly Shown[]> => {
      try {
        return await ports.coordinator.quarantined(
          ring,
          own.map(({ runId }) => runId),
        );
      } catch {
        return own.map(({ runId, tenant: _tenant, ...quarantine }) => ({ runId, quarantine, known: {} }));
      }
    }),
  );
  const known = new Map(answers.flat().map((run) => [run.runId, run]));
  return entries.flatMap(({ runId }) => known.get(runId) ?? []);
}

const reasonOf = ({ code, message, hint, since }: Quarantine) => ({
  ...{ code, message },
  hint: hint ?? null,
  since: isoTime(since),
});

const viewOf = ({ runId, quarantine, known }: Shown): QuarantinedRunView => ({
  run_id: runId,
  ...reasonOf(quarantine),
  operation: known.operation ?? null,
  correlation_id: known.correlationId ?? null,
  want: known.want ?? null,
  tags: known.tags ?? null,
  created_at: isoTimeOrNull(known.createdAt ?? null),
});

const notHeld = (id: RunId): Fault =>
  fault("RUN_NOT_FOUND", `there is no run '${id}' in quarantine`, { hint: "GET /v1/quarantine lists them all" });
