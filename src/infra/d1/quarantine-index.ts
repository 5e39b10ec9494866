import { sql, type SQL } from "drizzle-orm";
import { placeOfQuarantined, type QuarantineEntry } from "../../core/run/quarantine/entry.ts";
import type { QuarantineCode } from "../../core/run/quarantine/quarantine.ts";
import { pageOf } from "../../core/search/position.ts";
import type { QuarantineIndex } from "../../spi/books/quarantine-index.ts";
import { allOrNone, type Database } from "./batch.ts";
import { answered } from "./edge.ts";
import { jsonParameters } from "./json-parameter.ts";

interface Row {
  readonly tenant: string;
  readonly run_id: string;
  readonly code: QuarantineCode;
  readonly message: string;
  readonly hint: string | null;
  readonly since: number;
}

/**
 * Runs in quarantine in D1. There are few, so a run is looked for among all of them where nobody knows whose it is; what
 * is asked often, the list and the count of a tenant, is answered along an index.
 */
export function d1QuarantineIndex(db: Database): QuarantineIndex {
  const read = async (query: SQL): Promise<readonly QuarantineEntry[]> => (await db.all<Row>(query)).map(entryOf);
  return {
    settle: (runs, held) =>
      answered("note which runs are in quarantine", async () => {
        await allOrNone(db, [
          ...jsonParameters(runs).map(
            (list) => sql`delete from quarantine where run_id in (select value from json_each(${list}))`,
          ),
          ...jsonParameters(held).map(
            (list) =>
              sql`insert or replace into quarantine (tenant, run_id, code, message, hint, since)
                    select value ->> 'tenant', value ->> 'runId', value ->> 'code', value ->> 'message',
                      value ->> 'hint', value ->> 'since' from json_each(${list})`,
          ),
        ]);
      }),
    find: (runId) =>
      answered("look up a run in quarantine", async () => {
        const [entry] = await read(sql`select * from quarantine where run_id = ${runId}`);
        return entry ?? null;
      }),
    list: (tenant, { limit, after }) =>
      answered("list the runs in quarantine", async () => {
        const found = await read(
          sql`select * from quarantine where tenant = ${tenant}
                and ${after === null ? sql`true` : sql`(since, run_id) < (${after.at}, ${after.id})`}
              order by since desc, run_id desc limit ${limit + 1}`,
        );
        return pageOf(found, limit, placeOfQuarantined);
      }),
    count: (tenant) =>
      answered("count the runs in quarantine", async () => {
        const rows = await db.all<{ code: QuarantineCode; count: number }>(
          sql`select code, count(*) as count from quarantine where tenant = ${tenant} group by code`,
        );
        return Object.fromEntries(rows.map(({ code, count }) => [code, count]));
      }),
    before: (moment, limit) =>
      answered("find runs that have long been in quarantine", () =>
        read(sql`select * from quarantine where since < ${moment} order by since, run_id limit ${limit}`),
      ),
  };
}

const entryOf = ({ tenant, run_id: runId, code, message, hint, since }: Row): QuarantineEntry => ({
  ...{ tenant, runId, code, message, since },
  ...(hint === null ? {} : { hint }),
});
