import type { RunPart } from "../core/archive/part.ts";
import type { Erasure } from "../core/retention/erasure.ts";
import type { Generation, GenerationKey } from "../core/run/model/generation.ts";
import type { RunId } from "../core/run/model/state.ts";
import type { RunSummary } from "../core/run/model/summary.ts";
import type { Page, PageRequest } from "../core/search/position.ts";
import type { RunQuery } from "../core/search/run-query.ts";

export type { RunSummary } from "../core/run/model/summary.ts";

/** How many rows one call of `put` stores all or none of. */
export const ROWS_TOGETHER = 500;

/**
 * The run index. Rows may arrive late, twice and in any order: an unfinished row gives way to one of a higher revision,
 * any unfinished row to a finished one, and an archived or deleted run to nothing of the same generation. A later
 * generation of a run id replaces the earlier one, deleted or not, whose record and values are given up like a deleted
 * run's; what still comes of the earlier one changes nothing. All methods reject with SERVICE_UNAVAILABLE.
 */
export interface RunIndex {
  /**
   * Stores rows, up to ROWS_TOGETHER of them in one transaction with everything that follows from them. Answers which
   * records are dead: of those the rows point at, the ones whose run is archived elsewhere, deleted or replaced, and those
   * of runs that the rows replaced. Each is also on the list of erasures until it is settled there. Rejects with
   * RUN_UNSTORABLE, having stored nothing, when a row can never be stored.
   *
   * @param parts how the rows' archive object was laid out, for those of them that need no row of their own
   */
  put(rows: readonly RunSummary[], parts?: readonly RunPart[]): Promise<readonly Erasure[]>;
  /** Null when the run is unknown or deleted. */
  get(tenant: string, runId: RunId): Promise<RunSummary | null>;
  /** Of these runs the ones the index has an archived or deleted row of: what need not be archived again. */
  settled(runs: readonly Generation[]): Promise<ReadonlySet<GenerationKey>>;
  /** The runs a query finds, newest first. Reads no further than one entry behind the page. */
  search(tenant: string, query: RunQuery, page: PageRequest): Promise<Page<RunSummary>>;
}
