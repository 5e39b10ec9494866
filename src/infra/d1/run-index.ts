import { sql } from "drizzle-orm";
import type { Erasure } from "../../core/retention/erasure.ts";
import { pageOf } from "../../core/search/position.ts";
import { placeOfRun } from "../../core/search/run-query.ts";
import { ROWS_TOGETHER, type RunIndex } from "../../spi/run-index.ts";
import { allOrNone, type Database } from "./batch.ts";
import { answered } from "./edge.ts";
import { jsonParameters } from "./json-parameter.ts";
import { summaryOfRow, type RunRow } from "./run-rows.ts";
import { searchStatement } from "./run-search.ts";
import { putStatements } from "./run-upsert.ts";

/** The run index in D1. Rows travel as JSON lists, in as few statements as the platform's limits allow. */
export function d1RunIndex(db: Database): RunIndex {
  return {
    put: (summaries) =>
      answered("store the run index", async () => {
        const dead: Erasure[] = [];
        for (let from = 0; from < summaries.length; from += ROWS_TOGETHER) {
          const answers = await allOrNone(db, putStatements(summaries.slice(from, from + ROWS_TOGETHER)));
          dead.push(...(answers.flat() as Erasure[]));
        }
        return dead;
      }),
    get: (tenant, runId) =>
      answered("look up a run", async () => {
        const [row] = await db.all<RunRow>(
          sql`select * from runs where tenant = ${tenant} and run_id = ${runId} and deleted_at is null`,
        );
        return row ? summaryOfRow(row) : null;
      }),
    settled: (runs) =>
      answered("tell which runs are archived", async () => {
        const lists = jsonParameters(runs.map(({ tenant, runId }) => ({ tenant, run_id: runId })));
        const found = await Promise.all(
          lists.map((list) =>
            db.all<{ run_id: string }>(
              sql`select r.run_id from json_each(${list}) e
                  join runs r on r.tenant = e.value ->> 'tenant' and r.run_id = e.value ->> 'run_id'
                  where r.archive_key is not null or r.deleted_at is not null`,
            ),
          ),
        );
        return new Set(found.flat().map(({ run_id }) => run_id));
      }),
    search: (tenant, query, page) =>
      answered("search the run index", async () => {
        const rows = await db.all<RunRow>(searchStatement(tenant, query, page));
        return pageOf(rows.map(summaryOfRow), page.limit, placeOfRun);
      }),
  };
}
