import type { RunIndex, RunSummary } from "../../spi/run-index.ts";

/** The run index in a map. */
export function memoryRunIndex(): RunIndex {
  const rows = new Map<string, RunSummary>();
  const keyOf = (tenant: string, runId: string): string => JSON.stringify([tenant, runId]);
  return {
    async put(summaries) {
      for (const summary of summaries) {
        const key = keyOf(summary.tenant, summary.runId);
        const known = rows.get(key);
        if (known && known.finishedAt !== null && summary.finishedAt === null) continue;
        rows.set(key, structuredClone({ ...summary, archive: summary.archive ?? known?.archive ?? null }));
      }
    },
    async get(tenant, runId) {
      return structuredClone(rows.get(keyOf(tenant, runId)) ?? null);
    },
  };
}
