import type { Erasure } from "../core/retention/erasure.ts";
import type { RunId } from "../core/run/state.ts";
import type { RunSummary } from "../core/run/summary.ts";
import type { Page, PageRequest } from "../core/search/position.ts";
import type { RunQuery } from "../core/search/run-query.ts";

export type { RunSummary } from "../core/run/summary.ts";

/** How many rows one call of `put` stores all or none of. */
export const ROWS_TOGETHER = 500;

/**
 * The run index. Rows may arrive late, twice and in any order: an unfinished row gives way to one of a higher revision,
 * any unfinished row to a finished one, and an archived or deleted run to nothing. All methods reject with
 * SERVICE_UNAVAILABLE.
 */
export interface RunIndex {
  /**
   * Stores rows, up to ROWS_TOGETHER of them in one transaction with everything that follows from them. Answers which
   * records among those the rows point at are dead, because their run is archived elsewhere or deleted; each is also on
   * the ledger of erasures until it is settled there.
   */
  put(rows: readonly RunSummary[]): Promise<readonly Erasure[]>;
  /** Null when the run is unknown or deleted. */
  get(tenant: string, runId: RunId): Promise<RunSummary | null>;
  /** Of these runs the ones the index has an archived or deleted row of: what need not be archived again. */
  settled(runs: readonly Pick<RunSummary, "tenant" | "runId">[]): Promise<ReadonlySet<RunId>>;
  /** The runs a query finds, newest first. Reads no further than one entry behind the page. */
  search(tenant: string, query: RunQuery, page: PageRequest): Promise<Page<RunSummary>>;
}
