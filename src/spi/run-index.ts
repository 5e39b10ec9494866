import type { RunId, RunStatus } from "../core/run/state.ts";

/** One searchable row of a run. Times in milliseconds since the epoch. */
export interface RunSummary {
  readonly runId: RunId;
  readonly tenant: string;
  readonly status: RunStatus;
  readonly operation: string;
  readonly correlationId: string;
  readonly want: readonly string[];
  readonly createdAt: number;
  readonly finishedAt: number | null;
  readonly steps: number;
  readonly faultCode: string | null;
  /** Where the archived record is; null while the ring holds the run. */
  readonly archive: { readonly key: string; readonly offset: number; readonly length: number } | null;
}

/** The run index: an idempotent upsert, and a lookup by id. A finished row is never replaced by an unfinished one. */
export interface RunIndex {
  put(rows: readonly RunSummary[]): Promise<void>;
  get(tenant: string, runId: RunId): Promise<RunSummary | null>;
}
