import { sql, type SQL } from "drizzle-orm";
import { endOf } from "../../../core/retention/day.ts";
import { ARCHIVE, archivedOn } from "../../../core/retention/keys.ts";
import type { RunSummary } from "../../../core/run/model/summary.ts";
import type { RunRetention } from "../../../spi/books/run-retention.ts";
import { allOrNone, type Database } from "../batch.ts";
import { answered } from "../edge.ts";
import { jsonParameters } from "../json-parameter.ts";
import { withoutLabels } from "./run-labels.ts";
import { BY_ID, hasRunId, IS_LATER, SAME_RUN } from "./run-places.ts";
import { summaryOfRow, type RunRow } from "./run-rows.ts";
import { tenantsOf } from "../tenants.ts";

/** Forgetting runs in D1. */
export function d1RunRetention(db: Database): RunRetention {
  const read = async (query: SQL): Promise<readonly RunSummary[]> => (await db.all<RunRow>(query)).map(summaryOfRow);
  return {
    tenants: () =>
      answered("list its tenants", async () => {
        const [own, packed] = await Promise.all([tenantsOf(db, "runs"), tenantsOf(db, "run_parts")]);
        return [...new Set([...own, ...packed])].sort();
      }),
    archivedBefore: (tenant, day, limit) =>
      answered("find old runs", () =>
        read(sql`select * from runs
                 where tenant = ${tenant} and created_at < ${endOf(day)} and deleted_at is null
                   and archive_key >= ${ARCHIVE} and archive_key < ${archivedOn(day)}
                 order by created_at, run_id limit ${limit}`),
      ),
    unfinished: (tenant, before, after, limit) =>
      answered("find unfinished runs", () =>
        read(sql`select * from runs indexed by runs_unfinished
                 where tenant = ${tenant} and finished_at is null and created_at < ${before}
                   and (created_at, run_id) > (${after?.at ?? -1}, ${after?.id ?? ""})
                 order by created_at, run_id limit ${limit}`),
      ),
    forget: (tenant, kept, now) =>
      answered("forget runs", async () => {
        const list = JSON.stringify(kept.map(({ runId, createdAt }) => [runId, createdAt]));
        const chosen = sql`(tenant, created_at, run_id) in (
          select ${tenant}, value ->> 1, value ->> 0 from json_each(${list}))`;
        const rows = await read(sql`select * from runs where ${chosen}`);
        await allOrNone(db, [sql`delete from runs where ${chosen}`, ...withoutSideRows(tenant, rows, now)]);
      }),
    forgetUnfinished: (tenant, { runId, createdAt }, now) =>
      answered("forget an unfinished run", async () => {
        const chosen = sql`tenant = ${tenant} and run_id = ${runId} and created_at = ${createdAt} and finished_at is null`;
        const rows = await read(sql`select * from runs where ${chosen}`);
        await allOrNone(db, [sql`delete from runs where ${chosen}`, ...withoutSideRows(tenant, rows, now)]);
      }),
    delete: (tenant, runId, now) =>
      answered("delete a run", async () => {
        const chosen = hasRunId(tenant, runId);
        const [row] = await db.all<RunRow & { deleted_at: number | null }>(sql`select * from runs where ${chosen}`);
        if (!row || row.finished_at === null) return "unknown";
        if (row.deleted_at !== null) return "repeated";
        const generation = sql`tenant = ${tenant} and created_at = ${row.created_at} and run_id = ${runId}`;
        await allOrNone(db, [
          sql`insert or ignore into erasures (segment, offset, length)
                     select archive_key, archive_offset, archive_length from runs
                     where ${generation} and archive_key is not null`,
          sql`update runs set deleted_at = ${now}, status = 'deleted', operation = '', correlation_id = '',
                       correlation_indexed = 0, want = '[]', tags = '[]', nodes = '[]', steps = 0, cached_steps = 0,
                       fault_code = null, fault_message = null, value_keys = null,
                       archive_key = null, archive_offset = null, archive_length = null
                     where ${generation} and deleted_at is null`,
          ...withoutSideRows(tenant, [summaryOfRow(row)], now),
        ]);
        return "deleted";
      }),
    undelete: (tenant, runId) =>
      answered("forget a deletion", async () => {
        await allOrNone(db, [sql`delete from runs where ${hasRunId(tenant, runId)} and deleted_at is not null`]);
      }),
    forgetDeletions: (tenant, before, limit) =>
      answered("forget deletions", async () => {
        const gone = await db.all(
          sql`delete from runs where (tenant, created_at, run_id) in (
                select tenant, created_at, run_id from runs indexed by runs_deleted
                where tenant = ${tenant} and deleted_at is not null and deleted_at < ${before}
                order by deleted_at limit ${limit})
              returning run_id`,
        );
        return gone.length;
      }),
  };
}

/**
 * Removes what only served the given rows, once they are gone: references to values, which become doubtful, and labels of
 * minutes in which no other run has them. Follows their removal in the same transaction; a row that came back or was
 * never removed keeps what it needs, because each statement looks again.
 */
function withoutSideRows(tenant: string, rows: readonly RunSummary[], now: number): readonly SQL[] {
  const refs = rows.flatMap(({ runId, createdAt, values }) =>
    values.map((key) => ({ tenant, key, run_id: runId, created_at: createdAt })),
  );
  return [
    ...jsonParameters(refs).flatMap((list) => [
      sql`insert into value_doubts (tenant, key, since)
                 select distinct ${tenant}, value ->> 'key', ${now} from json_each(${list}) where true
                 on conflict (tenant, key) do update set since = max(since, excluded.since)`,
      sql`delete from value_refs where (tenant, key, run_id) in (
                   select ${tenant}, e.value ->> 'key', e.value ->> 'run_id' from json_each(${list}) e
                   left join ${SAME_RUN} and r.deleted_at is null
                   where r.tenant is null and not exists (
                     select 1 from ${BY_ID} where ${IS_LATER} and r.deleted_at is null))`,
    ]),
    ...withoutLabels(rows),
  ];
}
