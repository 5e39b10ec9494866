import { endOf } from "../../../core/retention/day.ts";
import { dayIn, ARCHIVE } from "../../../core/retention/keys.ts";
import { newestFirst } from "../../../core/search/position.ts";
import { placeOfRun } from "../../../core/search/run-query.ts";
import type { RunSummary } from "../../../core/run/model/summary.ts";
import type { RunRetention } from "../../../spi/books/run-retention.ts";
import { compareTexts, keyOf, type RunTables } from "./run-tables.ts";

const oldestFirst = (a: RunSummary, b: RunSummary): number => newestFirst(placeOfRun(b), placeOfRun(a));

/** Forgetting runs in maps. */
export function memoryRunRetention(tables: RunTables): RunRetention {
  const { runs, deletions } = tables;
  return {
    async tenants() {
      return [...new Set([...runs.values(), ...tables.parts].map(({ tenant }) => tenant))].sort(compareTexts);
    },
    async archivedBefore(tenant, day, limit) {
      const isOld = ({ archive, createdAt }: RunSummary): boolean => {
        const archivedOn = archive && dayIn(archive.key, ARCHIVE);
        return archivedOn !== null && archivedOn < day && createdAt < endOf(day);
      };
      return structuredClone(tables.of(tenant).filter(isOld).sort(oldestFirst).slice(0, limit));
    },
    async unfinished(tenant, before, after, limit) {
      const open = tables
        .of(tenant)
        .filter((run) => run.finishedAt === null && run.createdAt < before)
        .filter((run) => after === null || newestFirst(placeOfRun(run), after) < 0)
        .sort(oldestFirst);
      return structuredClone(open.slice(0, limit));
    },
    async forget(tenant, kept, now) {
      for (const { runId, createdAt } of kept) {
        if (runs.get(keyOf(tenant, runId))?.createdAt === createdAt) tables.remove(tenant, runId, now);
      }
    },
    async forgetUnfinished(tenant, { runId, createdAt }, now) {
      const run = runs.get(keyOf(tenant, runId));
      if (run?.finishedAt === null && run.createdAt === createdAt) tables.remove(tenant, runId, now);
    },
    async undelete(tenant, runId) {
      deletions.delete(keyOf(tenant, runId));
    },
    async delete(tenant, runId, now) {
      const key = keyOf(tenant, runId);
      const run = runs.get(key);
      if (deletions.has(key)) return "repeated";
      if (!run || run.finishedAt === null) return "unknown";
      deletions.set(key, { at: now, createdAt: run.createdAt });
      const { archive } = run;
      if (archive) tables.addErasure({ object: archive.key, offset: archive.offset, length: archive.length });
      tables.remove(tenant, runId, now);
      return "deleted";
    },
    async forgetDeletions(tenant, before, limit) {
      const own = JSON.stringify([tenant]).slice(0, -1);
      const old = [...deletions]
        .filter(([key, { at }]) => at < before && key.startsWith(`${own},`))
        .sort(([, a], [, b]) => a.at - b.at);
      for (const [key] of old.slice(0, limit)) deletions.delete(key);
      return Math.min(old.length, limit);
    },
  };
}
