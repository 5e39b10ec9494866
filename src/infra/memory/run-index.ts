import type { Erasure } from "../../core/retention/erasure.ts";
import { isAfter, newestFirst, pageOf } from "../../core/search/position.ts";
import { matchesRun, placeOfRun } from "../../core/search/run-query.ts";
import type { RunIndex, RunSummary } from "../../spi/run-index.ts";
import { keyOf, RunTables } from "./run-tables.ts";

/** The run index in maps. */
export function memoryRunIndex(tables: RunTables = new RunTables()): RunIndex {
  const { runs, deletions, segments } = tables;
  return {
    async put(summaries) {
      const dead: Erasure[] = [];
      for (const { archive } of summaries) if (archive) segments.add(archive.key);
      for (const summary of summaries) {
        const key = keyOf(summary.tenant, summary.runId);
        if (!deletions.has(key) && givesWay(runs.get(key), summary)) runs.set(key, copyOf(summary, runs.get(key)));
      }
      for (const { tenant, runId, archive } of summaries) {
        if (archive === null) continue;
        const place = runs.get(keyOf(tenant, runId))?.archive;
        if (place?.key === archive.key && place.offset === archive.offset) continue;
        const erasure = { segment: archive.key, offset: archive.offset, length: archive.length };
        tables.addErasure(erasure);
        dead.push(erasure);
      }
      return dead;
    },
    async get(tenant, runId) {
      return structuredClone(runs.get(keyOf(tenant, runId)) ?? null);
    },
    async settled(asked) {
      const isSettled = ({ tenant, runId }: Pick<RunSummary, "tenant" | "runId">): boolean => {
        const key = keyOf(tenant, runId);
        return deletions.has(key) || (runs.get(key)?.archive ?? null) !== null;
      };
      return new Set(asked.filter(isSettled).map(({ runId }) => runId));
    },
    async search(tenant, query, { limit, after }) {
      const found = tables
        .of(tenant)
        .filter((run) => matchesRun(run, query) && isAfter(placeOfRun(run), after))
        .sort((a, b) => newestFirst(placeOfRun(a), placeOfRun(b)));
      return structuredClone(pageOf(found, limit, placeOfRun));
    },
  };
}

/** Whether a row gives way to a newly arrived one of the same run. */
function givesWay(known: RunSummary | undefined, arrived: RunSummary): boolean {
  if (!known) return true;
  if (known.archive !== null) return false;
  return arrived.finishedAt !== null || (known.finishedAt === null && arrived.revision > known.revision);
}

/** What identifies a run and its place in the lists never changes. */
const copyOf = (arrived: RunSummary, known: RunSummary | undefined): RunSummary => {
  const { operation, correlationId, tags, createdAt } = known ?? arrived;
  return structuredClone({ ...arrived, operation, correlationId, tags, createdAt });
};
