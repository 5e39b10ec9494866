import { fault, faultOf, type Fault } from "../../core/errors.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { ringOf } from "../../core/run/model/run-id.ts";
import { TERMINAL_RUN, type Instant, type RunState } from "../../core/run/model/state.ts";
import type { BlobStore } from "../../spi/blob-store.ts";
import type { Clock } from "../../spi/clock.ts";
import type { DeadLetterStore } from "../../spi/dead-letter-store.ts";
import type { Log } from "../../spi/log.ts";
import type { ResultCache } from "../../spi/result-cache.ts";
import type { RunCoordinator } from "../../spi/run-coordinator.ts";
import type { RunIndex, RunSummary } from "../../spi/run-index.ts";
import type { RunParts } from "../../spi/books/run-parts.ts";
import type { Deletion, RunRetention } from "../../spi/books/run-retention.ts";
import type { ArchiveBook } from "../../spi/books/archive-book.ts";
import type { CallContext } from "../call-context.ts";
import { removeResultsOf } from "../cache/cache-removal.ts";
import type { CacheReader } from "../cache/cache-reader.ts";
import { toItsTenant } from "../quarantine/to-its-tenant.ts";
import { unknownRun } from "../runs/run-faults.ts";
import { decodeHeld } from "../runs/run-reader.ts";
import { eraseRecords } from "./archive-eraser.ts";

export interface RunRemovalPorts {
  readonly coordinator: RunCoordinator;
  readonly index: RunIndex;
  readonly retention: RunRetention;
  readonly parts: Pick<RunParts, "delete">;
  readonly archiveBook: ArchiveBook;
  readonly deadLetters: DeadLetterStore;
  readonly blobs: BlobStore;
  readonly results: ResultCache;
  readonly cache: CacheReader;
  readonly clock: Clock;
  readonly log: Log;
}

/** Deleting runs. */
export interface RunRemovalService {
  /**
   * Deletes one ended run: from now on no route knows it. Its record is blanked in the archive, or by the next sweep if
   * the archive does not answer; values nobody else refers to go with a later sweep. Repeating it changes nothing.
   *
   * RUN_NOT_FOUND; RUN_NOT_FINISHED; RUN_NOT_ARCHIVED while the run is on its way out of its ring, which takes a second.
   */
  remove(call: CallContext, runId: string): Promise<Result<null, Fault>>;
}

export function runRemovalService(ports: RunRemovalPorts): RunRemovalService {
  return {
    async remove({ tenant }, runId) {
      try {
        return await remove(tenant, runId, ports);
      } catch (thrown) {
        return err(faultOf(thrown, "the run could not be deleted"));
      }
    },
  };
}

async function remove(tenant: string, runId: string, ports: RunRemovalPorts): Promise<Result<null, Fault>> {
  if (ringOf(runId) === null) return err(unknownRun(runId));
  // The ring first: a run it has forgotten is in the index for sure.
  const { coordinator } = ports;
  const held = await toItsTenant(tenant, runId, ports, async () => {
    const record = await coordinator.read(runId);
    return record === null ? null : decodeHeld(runId, record, coordinator);
  });
  if (held !== null) return err(stillHeld(tenant, held));
  const now = ports.clock.now();
  const summary = await ports.index.get(tenant, runId);
  if (summary) await removeDeadLetters(tenant, runId, ports);
  if (summary) await removeResultsOf(summary, ports);
  if (summary?.finishedAt === null) {
    await ports.retention.forgetUnfinished(tenant, summary, now);
    return ok(null);
  }
  const deletion = await deleted(tenant, runId, summary, ports, now);
  if (deletion === "unknown") return err(unknownRun(runId));
  if (summary?.archive) await eraseNow(summary.archive.key, runId, ports);
  return ok(null);
}

/** By its row; a run that has none of its own is marked where its archive object is told of. */
async function deleted(
  tenant: string,
  runId: string,
  summary: RunSummary | null,
  { retention, parts }: RunRemovalPorts,
  now: Instant,
): Promise<Deletion> {
  const deletion = await retention.delete(tenant, runId, now);
  return deletion === "unknown" && summary !== null ? parts.delete(summary, now) : deletion;
}

function stillHeld(tenant: string, { header }: RunState): Fault {
  const runId = header.id;
  if (header.tenant !== tenant) return unknownRun(runId);
  if (!TERMINAL_RUN.has(header.status)) {
    return fault("RUN_NOT_FINISHED", `run '${runId}' is ${header.status}`, {
      hint: `POST /v1/runs/${runId}/cancel ends it`,
    });
  }
  return fault("RUN_NOT_ARCHIVED", `run '${runId}' has ended and is on its way to the archive`, {
    hint: "delete it again in a moment",
  });
}

/** The payload of a lost work item holds the run's values. */
async function removeDeadLetters(
  tenant: string,
  runId: string,
  { deadLetters, blobs }: RunRemovalPorts,
): Promise<void> {
  const letters = await deadLetters.ofRun(tenant, runId);
  if (letters.length === 0) return;
  await blobs.delete(letters.map(({ payloadKey }) => payloadKey));
  await deadLetters.remove(
    tenant,
    letters.map(({ id }) => id),
  );
}

/** What fails here is on the list of erasures. */
async function eraseNow(object: string, runId: string, ports: RunRemovalPorts): Promise<void> {
  try {
    await eraseRecords(object, ports);
  } catch (thrown) {
    ports.log.warn("a deleted run's record is not blanked yet; the sweep does it", {
      correlation_id: runId,
      run_id: runId,
      code: faultOf(thrown).code,
    });
  }
}
