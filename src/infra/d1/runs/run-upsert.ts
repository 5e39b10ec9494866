import { sql, type SQL } from "drizzle-orm";
import { newestOnly } from "../../../core/run/model/generation.ts";
import type { RunSummary } from "../../../core/run/model/summary.ts";
import { labelsOf, minuteOf } from "../../../core/search/labels.ts";
import { isToldById } from "../../../core/search/told-time.ts";
import { jsonParameters } from "../json-parameter.ts";
import { BY_ID, IS_LATER, SAME_RUN } from "./run-places.ts";
import { lateValueStatements, replaceStatements } from "./run-replacement.ts";
import { rowOf, type RunRow } from "./run-rows.ts";

const COLUMNS = [
  "tenant",
  "run_id",
  "status",
  "operation",
  "correlation_id",
  "want",
  "created_at",
  "finished_at",
  "steps",
  "cached_steps",
  "fault_code",
  "fault_message",
  "archive_key",
  "archive_offset",
  "archive_length",
  "tags",
  "nodes",
  "revision",
  "value_keys",
  "id_indexed",
  "correlation_indexed",
] as const satisfies readonly (keyof RunRow)[];

/** What may change in the life of a run. Writing a column writes its indices, so the rest is left alone. */
const CHANGING = [
  "status",
  "want",
  "finished_at",
  "steps",
  "cached_steps",
  "fault_code",
  "fault_message",
  "archive_key",
  "archive_offset",
  "archive_length",
  "nodes",
  "revision",
  "value_keys",
] as const satisfies readonly (typeof COLUMNS)[number][];

const INTO = sql.raw(COLUMNS.join(", "));
const VALUES = sql.raw(COLUMNS.map((column) => `e.value ->> '${column}'`).join(", "));
const SET = sql.raw(CHANGING.map((column) => `${column} = excluded.${column}`).join(", "));

/**
 * Everything that storing rows means, in the order it must happen. Some answer dead records ({object, offset, length}),
 * some the rows that later generations replaced.
 */
export function putStatements(summaries: readonly RunSummary[]): readonly SQL[] {
  const newest = newestOnly(summaries);
  const archived = summaries.flatMap(({ tenant, runId, createdAt, archive }) =>
    archive === null ? [] : [{ tenant, run_id: runId, created_at: createdAt, ...archive }],
  );
  const labels = summaries.map((summary) => ({
    tenant: summary.tenant,
    run_id: summary.runId,
    created_at: summary.createdAt,
    minute: minuteOf(summary.createdAt),
    labels: labelsOf(summary),
  }));
  const values = summaries.flatMap(({ tenant, runId, createdAt, values: keys }) =>
    keys.map((key) => ({ tenant, run_id: runId, created_at: createdAt, key })),
  );
  return [
    ...jsonParameters([...new Set(archived.map(({ key }) => key))]).map(insertObjects),
    ...replaceStatements(newest.filter(mayBeOneOfSeveral)),
    ...jsonParameters(newest.map(rowOf)).map(upsertRows),
    ...jsonParameters(labels).map(insertLabels),
    ...jsonParameters(values).map(insertValueRefs),
    ...lateValueStatements(summaries.filter(mayBeOneOfSeveral)),
    ...jsonParameters(archived).map(insertErasures),
  ];
}

const insertObjects = (list: string): SQL =>
  sql`insert or ignore into segments (key) select value from json_each(${list})`;

/** An id that tells when its run was created was made for that run, and is nobody else's. */
const mayBeOneOfSeveral = (summary: RunSummary): boolean => !isToldById(summary);

/** The condition also keeps the parser from reading the conflict clause as a join. */
const upsertRows = (list: string): SQL =>
  sql`insert into runs (${INTO}) select ${VALUES} from json_each(${list}) e
        where e.value ->> 'id_indexed' = 0 or not exists (select 1 from ${BY_ID} where ${IS_LATER})
        on conflict (tenant, created_at, run_id) do update set ${SET}
        where runs.archive_key is null and runs.deleted_at is null and (
          excluded.finished_at is not null or (runs.finished_at is null and excluded.revision > runs.revision))`;

/** Side rows are written only for runs that are there: a late message about a deleted or replaced run leaves none. */
const LIVE = sql`join ${SAME_RUN} and r.deleted_at is null`;

const insertLabels = (list: string): SQL =>
  sql`insert or ignore into run_labels (tenant, label, minute)
        select distinct r.tenant, l.value, e.value ->> 'minute'
        from json_each(${list}) e ${LIVE} join json_each(e.value, '$.labels') l`;

const insertValueRefs = (list: string): SQL =>
  sql`insert or ignore into value_refs (tenant, key, run_id)
        select r.tenant, e.value ->> 'key', r.run_id from json_each(${list}) e ${LIVE}`;

/** A record whose run's row points elsewhere, or at nothing, or was replaced, is read by nobody. */
const insertErasures = (list: string): SQL =>
  sql`insert into erasures (segment, offset, length)
        select e.value ->> 'key', e.value ->> 'offset', e.value ->> 'length'
        from json_each(${list}) e left join ${SAME_RUN}
        where r.archive_key is not e.value ->> 'key' or r.archive_offset is not e.value ->> 'offset'
        on conflict (segment, offset) do update set length = excluded.length
        returning segment as object, offset, length`;
