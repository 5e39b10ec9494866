import type { Erasure } from "../../../core/retention/erasure.ts";
import { generationKey, newestOnly, type Generation } from "../../../core/run/model/generation.ts";
import { isAfter, newestFirst, pageOf } from "../../../core/search/position.ts";
import { matchesRun, placeOfRun } from "../../../core/search/run-query.ts";
import type { RunIndex, RunSummary } from "../../../spi/run-index.ts";
import { keyOf, RunTables } from "./run-tables.ts";

/** The run index in maps. */
export function memoryRunIndex(tables: RunTables = new RunTables()): RunIndex {
  const { runs, deletions, objects } = tables;
  const bury = (dead: Erasure[], { key, offset, length }: NonNullable<RunSummary["archive"]>): void => {
    const erasure = { object: key, offset, length };
    tables.addErasure(erasure);
    dead.push(erasure);
  };
  /** A later generation takes the place of an earlier one, with all that was the earlier one's. */
  const replace = (dead: Erasure[], { tenant, runId, createdAt, finishedAt }: RunSummary): void => {
    const key = keyOf(tenant, runId);
    if ((deletions.get(key)?.createdAt ?? createdAt) < createdAt) deletions.delete(key);
    const known = runs.get(key);
    if (!known || known.createdAt >= createdAt) return;
    if (known.archive) bury(dead, known.archive);
    tables.remove(tenant, runId, Math.max(createdAt, finishedAt ?? 0));
  };
  return {
    async put(summaries) {
      const dead: Erasure[] = [];
      for (const { archive } of summaries) if (archive) objects.add(archive.key);
      for (const summary of newestOnly(summaries)) replace(dead, summary);
      for (const summary of newestOnly(summaries)) {
        const key = keyOf(summary.tenant, summary.runId);
        if (!deletions.has(key) && givesWay(runs.get(key), summary)) runs.set(key, copyOf(summary, runs.get(key)));
      }
      for (const summary of summaries) {
        const { tenant, runId, archive } = summary;
        const known = runs.get(keyOf(tenant, runId));
        if (known && known.createdAt > summary.createdAt) {
          tables.doubt(tenant, summary.values, Math.max(known.createdAt, known.finishedAt ?? 0));
        }
        if (archive === null) continue;
        if (known?.archive?.key === archive.key && known.archive.offset === archive.offset) continue;
        bury(dead, archive);
      }
      return dead;
    },
    async get(tenant, runId) {
      return structuredClone(runs.get(keyOf(tenant, runId)) ?? null);
    },
    async settled(asked) {
      const isSettled = ({ tenant, runId, createdAt }: Generation): boolean => {
        const key = keyOf(tenant, runId);
        const run = runs.get(key);
        return deletions.get(key)?.createdAt === createdAt || (run?.createdAt === createdAt && run.archive !== null);
      };
      return new Set(asked.filter(isSettled).map(generationKey));
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

/** Whether a row gives way to a newly arrived one of the same run id. */
function givesWay(known: RunSummary | undefined, arrived: RunSummary): boolean {
  if (!known) return true;
  if (known.createdAt !== arrived.createdAt || known.archive !== null) return false;
  return arrived.finishedAt !== null || (known.finishedAt === null && arrived.revision > known.revision);
}

/** What identifies a run and its place in the lists never changes. */
const copyOf = (arrived: RunSummary, known: RunSummary | undefined): RunSummary => {
  const { operation, correlationId, tags } = known ?? arrived;
  return structuredClone({ ...arrived, operation, correlationId, tags });
};
