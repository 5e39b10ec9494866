import { sql, type SQL } from "drizzle-orm";
import type { RunId } from "../../../core/run/model/state.ts";
import { toldByRunId } from "../../../core/search/told-time.ts";

/**
 * Rows lie in the order of time. A run's id leads to its row in two ways: by the moment the id tells, or by the index of
 * those ids that tell none, or the wrong one. The two are wrapped in a plain select because SQLite does not look up what
 * stands in a compound one: it would walk through the whole table.
 */
export const hasRunId = (tenant: string, runId: RunId): SQL =>
  sql`(tenant, created_at, run_id) in (
        select tenant, created_at, run_id from (
          select ${tenant} as tenant, ${toldByRunId(runId) ?? -1} as created_at, ${runId} as run_id
          union all
          select tenant, created_at, run_id from runs indexed by runs_by_id
          where tenant = ${tenant} and run_id = ${runId} and id_indexed = 1))`;

/** The same for an entry `e` {tenant, run_id, told_at} of a JSON list: whether its run is known to have been deleted. */
export const IS_DELETED = sql.raw(`(
  exists (select 1 from runs r where r.tenant = e.value ->> 'tenant' and r.created_at = e.value ->> 'told_at'
    and r.run_id = e.value ->> 'run_id' and r.deleted_at is not null)
  or exists (select 1 from runs r indexed by runs_by_id where r.tenant = e.value ->> 'tenant'
    and r.run_id = e.value ->> 'run_id' and r.id_indexed = 1 and r.deleted_at is not null))`);

const SAME_ID = "r.tenant = e.value ->> 'tenant' and r.run_id = e.value ->> 'run_id'";

/** Joins the row of the very run an entry {tenant, run_id, created_at} means. */
export const SAME_RUN = sql.raw(`runs r on ${SAME_ID} and r.created_at = e.value ->> 'created_at'`);

/**
 * Other runs with the id of such an entry, created earlier or later. Only an id that follows from an idempotency key is used
 * again, and such an id is in the index.
 */
export const BY_ID = sql.raw("runs r indexed by runs_by_id");
export const IS_EARLIER = sql.raw(`${SAME_ID} and r.id_indexed = 1 and r.created_at < e.value ->> 'created_at'`);
export const IS_LATER = sql.raw(`${SAME_ID} and r.id_indexed = 1 and r.created_at > e.value ->> 'created_at'`);
