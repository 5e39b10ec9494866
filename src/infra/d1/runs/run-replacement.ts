import { sql, type SQL } from "drizzle-orm";
import type { RunSummary } from "../../../core/run/model/summary.ts";
import { jsonParameters } from "../json-parameter.ts";
import { BY_ID, IS_EARLIER, IS_LATER } from "./run-places.ts";

/**
 * Rows an arriving row of a later generation replaces. Found by their key, so that a call that replaces nothing, as nearly
 * all do, writes no row and reads none.
 */
const REPLACED = sql`join ${BY_ID} on ${IS_EARLIER}`;
/** From when on nobody can have taken a value of the earlier run over. */
const SINCE = sql.raw("max(e.value ->> 'created_at', coalesce(e.value ->> 'finished_at', 0))");

/**
 * What must go before rows of later generations are stored, for rows whose ids may be used again: the earlier run's record
 * is booked as dead (answered), its values become doubtful, and its row goes (answered, for the labels only it had).
 */
export function replaceStatements(rows: readonly RunSummary[]): readonly SQL[] {
  const keys = rows.map(({ tenant, runId, createdAt, finishedAt }) => ({
    tenant,
    run_id: runId,
    created_at: createdAt,
    finished_at: finishedAt,
  }));
  return jsonParameters(keys).flatMap((list) => [
    sql`insert into erasures (segment, offset, length)
          select distinct r.archive_key, r.archive_offset, r.archive_length from json_each(${list}) e ${REPLACED}
          where r.archive_key is not null
          on conflict (segment, offset) do update set length = excluded.length
          returning segment as object, offset, length`,
    sql`insert into value_doubts (tenant, key, since)
          select r.tenant, v.value, max(${SINCE}) from json_each(${list}) e ${REPLACED} join json_each(r.value_keys) v
          where true group by r.tenant, v.value
          on conflict (tenant, key) do update set since = max(since, excluded.since)`,
    sql`delete from value_refs where (tenant, key, run_id) in (
          select r.tenant, v.value, r.run_id from json_each(${list}) e ${REPLACED} join json_each(r.value_keys) v)`,
    sql`delete from runs where (tenant, created_at, run_id) in (
          select r.tenant, r.created_at, r.run_id from json_each(${list}) e ${REPLACED})
          returning *`,
  ]);
}

/** Values of runs that a later one has replaced already: nothing refers to them through these rows. */
export function lateValueStatements(summaries: readonly RunSummary[]): readonly SQL[] {
  const values = summaries.flatMap(({ tenant, runId, createdAt, values: keys }) =>
    keys.map((key) => ({ tenant, run_id: runId, created_at: createdAt, key })),
  );
  return jsonParameters(values).map(
    (list) =>
      sql`insert into value_doubts (tenant, key, since)
            select r.tenant, e.value ->> 'key', max(max(r.created_at, coalesce(r.finished_at, 0)))
            from json_each(${list}) e join ${BY_ID} on ${IS_LATER}
            where true group by r.tenant, e.value ->> 'key'
            on conflict (tenant, key) do update set since = max(since, excluded.since)`,
  );
}
