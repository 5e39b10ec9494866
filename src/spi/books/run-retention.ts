import type { Day } from "../../core/retention/day.ts";
import type { Instant, RunId } from "../../core/run/model/state.ts";
import type { RunSummary } from "../../core/run/model/summary.ts";
import type { Position } from "../../core/search/position.ts";

/** A row as it was seen: one of a later generation is none of the caller's business. */
export type Kept = Pick<RunSummary, "runId" | "createdAt">;

/** What became of a deletion. `repeated`: the run was deleted before, not long ago. */
export type Deletion = "deleted" | "repeated" | "unknown";

/** Forgetting runs: the other side of the run index. All methods are safe to repeat and reject with SERVICE_UNAVAILABLE. */
export interface RunRetention {
  /** Every tenant that has runs, or had until lately, sorted. */
  tenants(): Promise<readonly string[]>;
  /** Runs whose record was archived before a day, by the day in their object's key, in the order of their creation. */
  archivedBefore(tenant: string, day: Day, limit: number): Promise<readonly RunSummary[]>;
  /** Unfinished runs created before a moment and after a position, oldest first. */
  unfinished(tenant: string, before: Instant, after: Position | null, limit: number): Promise<readonly RunSummary[]>;
  /**
   * Forgets rows with everything that only served them; the values they referred to become doubtful. All or none, of up
   * to 500 runs.
   *
   * @param now milliseconds since the epoch
   */
  forget(tenant: string, runs: readonly Kept[], now: Instant): Promise<void>;
  /** Forgets a row if it is still unfinished. */
  forgetUnfinished(tenant: string, run: Kept, now: Instant): Promise<void>;
  /**
   * Deletes one run that has ended: no reader finds it any more, and no late message brings it back. Its record is put on
   * the list of erasures, its values become doubtful. A run that has not ended is unknown.
   */
  delete(tenant: string, runId: RunId, now: Instant): Promise<Deletion>;
  /** Forgets that a run was deleted, so that it can be taken in again. */
  undelete(tenant: string, runId: RunId): Promise<void>;
  /** Forgets that runs were deleted before a moment; says how many. At most `limit`. */
  forgetDeletions(tenant: string, before: Instant, limit: number): Promise<number>;
}
