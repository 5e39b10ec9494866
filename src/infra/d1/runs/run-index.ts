import { sql, type SQL } from "drizzle-orm";
import { fault, RuntimeHostError } from "../../../core/errors.ts";
import type { Erasure } from "../../../core/retention/erasure.ts";
import { generationKey, type Generation } from "../../../core/run/model/generation.ts";
import { pageOf } from "../../../core/search/position.ts";
import { placeOfRun } from "../../../core/search/run-query.ts";
import { ROWS_TOGETHER, type RunIndex, type RunSummary } from "../../../spi/run-index.ts";
import { allOrNone, type Database } from "../batch.ts";
import { answered, isRefusal } from "../edge.ts";
import { jsonParameters } from "../json-parameter.ts";
import { withoutLabels } from "./run-labels.ts";
import { hasRunId } from "./run-places.ts";
import { summaryOfRow, type RunRow } from "./run-rows.ts";
import { searchStatement } from "./run-search.ts";
import { putStatements } from "./run-upsert.ts";

/** The run index in D1. Rows travel as JSON lists, in as few statements as the platform's limits allow. */
export function d1RunIndex(db: Database): RunIndex {
  return {
    put: (summaries) => answered("store the run index", () => stored(() => putRows(db, summaries))),
    get: (tenant, runId) =>
      answered("look up a run", async () => {
        const [row] = await db.all<RunRow>(
          sql`select * from runs where ${hasRunId(tenant, runId)} and deleted_at is null`,
        );
        return row ? summaryOfRow(row) : null;
      }),
    settled: (runs) =>
      answered("tell which runs are archived", async () => {
        const lists = jsonParameters(runs.map(({ tenant, runId, createdAt }) => ({ tenant, runId, createdAt })));
        const found = await Promise.all(
          lists.map((list) =>
            db.all<Generation>(
              sql`select r.tenant, r.run_id as runId, r.created_at as createdAt from json_each(${list}) e
                  join runs r on r.tenant = e.value ->> 'tenant' and r.run_id = e.value ->> 'runId'
                    and r.created_at = e.value ->> 'createdAt'
                  where r.archive_key is not null or r.deleted_at is not null`,
            ),
          ),
        );
        return new Set(found.flat().map(generationKey));
      }),
    search: (tenant, query, page) =>
      answered("search the run index", async () => {
        const rows = await db.all<RunRow>(searchStatement(tenant, query, page));
        return pageOf(rows.map(summaryOfRow), page.limit, placeOfRun);
      }),
  };
}

/** Statements of the same transaction. */
export interface Beside {
  readonly before: readonly SQL[];
  readonly behind: readonly SQL[];
}

/** Stores rows with everything that follows from them; answers the records that are dead. */
export async function putRows(
  db: Database,
  summaries: readonly RunSummary[],
  { before, behind }: Beside = { before: [], behind: [] },
): Promise<readonly Erasure[]> {
  const dead: Erasure[] = [];
  for (let from = 0; from === 0 || from < summaries.length; from += ROWS_TOGETHER) {
    const isLast = from + ROWS_TOGETHER >= summaries.length;
    const answers = await allOrNone(db, [
      ...(from === 0 ? before : []),
      ...putStatements(summaries.slice(from, from + ROWS_TOGETHER)),
      ...(isLast ? behind : []),
    ]);
    const told = answers.flat() as readonly (Erasure | RunRow)[];
    dead.push(...told.filter((row) => "object" in row));
    // Their labels cost a look each until they are gone: not worth a place in every transaction.
    const replaced = told.filter((row) => "run_id" in row);
    if (replaced.length > 0) await allOrNone(db, withoutLabels(replaced.map(summaryOfRow)));
  }
  return dead;
}

/** What the database refuses for good is the trouble of some row, and nothing to wait for. */
export async function stored<T>(store: () => Promise<T>): Promise<T> {
  try {
    return await store();
  } catch (cause) {
    if (!isRefusal(cause)) throw cause;
    throw new RuntimeHostError(fault("RUN_UNSTORABLE", "the index cannot take a row of these"), { cause });
  }
}
