import type { RunListEntry } from "../../../contracts/api/run-search.ts";
import type { RunSummary } from "../run/model/summary.ts";
import { isoTime, isoTimeOrNull } from "../run/model/time.ts";

/** A run as a list shows it. */
export const runEntry = (run: RunSummary): RunListEntry => ({
  run_id: run.runId,
  status: run.status,
  operation: run.operation,
  correlation_id: run.correlationId,
  want: run.want,
  tags: run.tags,
  nodes: run.nodes,
  steps: run.steps,
  cached_steps: run.cachedSteps,
  created_at: isoTime(run.createdAt),
  finished_at: isoTimeOrNull(run.finishedAt),
  duration_ms: run.finishedAt === null ? null : Math.max(0, run.finishedAt - run.createdAt),
  error: run.faultCode === null ? null : { code: run.faultCode, message: run.faultMessage ?? "" },
});
