import { and, eq, sql } from "drizzle-orm";
import type { DrizzleD1Database } from "drizzle-orm/d1";
import type { RunStatus } from "../../core/run/state.ts";
import type { RunIndex, RunSummary } from "../../spi/run-index.ts";
import { perStatement } from "./bound-parameters.ts";
import { answered } from "./edge.ts";
import { runs } from "./schema.ts";

type Row = typeof runs.$inferSelect;

const COLUMNS = 13;
/** Rows of one batch: far below the thousand queries an invocation may make. */
const ROWS_PER_BATCH = 500;

/** The run index in D1. Rows travel in as few statements and batches as the platform's limits allow. */
export function d1RunIndex(db: DrizzleD1Database): RunIndex {
  return {
    put: (summaries) =>
      answered("store the run index", async () => {
        for (let from = 0; from < summaries.length; from += ROWS_PER_BATCH) {
          const rows = summaries.slice(from, from + ROWS_PER_BATCH).map(rowOf);
          const [first, ...rest] = perStatement(rows, COLUMNS).map((group) => upsert(db, group));
          if (first) await db.batch([first, ...rest]);
        }
      }),
    get: (tenant, runId) =>
      answered("look up a run", async () => {
        const found = await db
          .select()
          .from(runs)
          .where(and(eq(runs.tenant, tenant), eq(runs.runId, runId)));
        return found[0] ? summaryOf(found[0]) : null;
      }),
  };
}

/** Messages arrive in any order: a late "started" must not undo an end, nor a row without an archive forget one. */
const upsert = (db: DrizzleD1Database, rows: Row[]) =>
  db
    .insert(runs)
    .values(rows)
    .onConflictDoUpdate({
      target: [runs.tenant, runs.runId],
      set: {
        status: sql`excluded.status`,
        operation: sql`excluded.operation`,
        correlationId: sql`excluded.correlation_id`,
        want: sql`excluded.want`,
        createdAt: sql`excluded.created_at`,
        finishedAt: sql`excluded.finished_at`,
        steps: sql`excluded.steps`,
        faultCode: sql`excluded.fault_code`,
        archiveKey: sql`coalesce(excluded.archive_key, ${runs.archiveKey})`,
        archiveOffset: sql`coalesce(excluded.archive_offset, ${runs.archiveOffset})`,
        archiveLength: sql`coalesce(excluded.archive_length, ${runs.archiveLength})`,
      },
      setWhere: sql`excluded.finished_at is not null or ${runs.finishedAt} is null`,
    });

function rowOf({ archive, want, ...summary }: RunSummary): Row {
  return {
    ...summary,
    want: JSON.stringify(want),
    archiveKey: archive?.key ?? null,
    archiveOffset: archive?.offset ?? null,
    archiveLength: archive?.length ?? null,
  };
}

function summaryOf({ archiveKey, archiveOffset, archiveLength, ...row }: Row): RunSummary {
  return {
    ...row,
    status: row.status as RunStatus,
    want: JSON.parse(row.want) as string[],
    archive: archiveKey === null ? null : { key: archiveKey, offset: archiveOffset ?? 0, length: archiveLength ?? 0 },
  };
}
