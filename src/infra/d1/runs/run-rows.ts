import type { RunStatus } from "../../../core/run/model/state.ts";
import type { RunSummary } from "../../../core/run/model/summary.ts";
import { listedTexts } from "../listed-texts.ts";
import { isToldByCorrelation, isToldById } from "../../../core/search/told-time.ts";

/** A row of the table `runs` as raw SQL returns it. */
export interface RunRow {
  readonly tenant: string;
  readonly run_id: string;
  readonly status: RunStatus;
  readonly operation: string;
  readonly correlation_id: string;
  readonly want: string;
  readonly created_at: number;
  readonly finished_at: number | null;
  readonly steps: number;
  readonly cached_steps: number;
  readonly fault_code: string | null;
  readonly fault_message: string | null;
  readonly archive_key: string | null;
  readonly archive_offset: number | null;
  readonly archive_length: number | null;
  readonly tags: string;
  readonly nodes: string;
  readonly revision: number;
  readonly value_keys: string | null;
  /** 1 when an index entry leads from the run's id to the row; 0 when the id tells the row's place. */
  readonly id_indexed: 0 | 1;
  /** The same for the correlation id. */
  readonly correlation_indexed: 0 | 1;
}

export const rowOf = (summary: RunSummary): RunRow => ({
  tenant: summary.tenant,
  run_id: summary.runId,
  status: summary.status,
  operation: summary.operation,
  correlation_id: summary.correlationId,
  want: JSON.stringify(summary.want),
  created_at: summary.createdAt,
  finished_at: summary.finishedAt,
  steps: summary.steps,
  cached_steps: summary.cachedSteps,
  fault_code: summary.faultCode,
  fault_message: summary.faultMessage,
  archive_key: summary.archive?.key ?? null,
  archive_offset: summary.archive?.offset ?? null,
  archive_length: summary.archive?.length ?? null,
  tags: JSON.stringify(summary.tags),
  nodes: JSON.stringify(summary.nodes),
  revision: summary.revision,
  value_keys: summary.values.length === 0 ? null : JSON.stringify(summary.values),
  id_indexed: isToldById(summary) ? 0 : 1,
  correlation_indexed: isToldByCorrelation(summary) ? 0 : 1,
});

export const summaryOfRow = (row: RunRow): RunSummary => ({
  runId: row.run_id,
  tenant: row.tenant,
  status: row.status,
  operation: row.operation,
  correlationId: row.correlation_id,
  want: listedTexts(row.want),
  tags: listedTexts(row.tags),
  nodes: listedTexts(row.nodes),
  createdAt: row.created_at,
  finishedAt: row.finished_at,
  steps: row.steps,
  cachedSteps: row.cached_steps,
  faultCode: row.fault_code,
  faultMessage: row.fault_message,
  revision: row.revision,
  values: listedTexts(row.value_keys),
  archive:
    row.archive_key === null
      ? null
      : { key: row.archive_key, offset: row.archive_offset ?? 0, length: row.archive_length ?? 0 },
});
