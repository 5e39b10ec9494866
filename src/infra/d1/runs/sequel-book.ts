import { sql } from "drizzle-orm";
import type { DrizzleD1Database } from "drizzle-orm/d1";
import type { ErrorCode } from "../../../core/errors.ts";
import { inOrder, type Sequel } from "../../../core/chain/sequel.ts";
import type { SequelBook } from "../../../spi/books/sequel-book.ts";
import { answered } from "../edge.ts";
import { forgetOld } from "../tenants.ts";

const SEQUELS = { table: "run_sequels", key: "tenant, run_id, list, position", time: "at" } as const;

interface Row {
  readonly tenant: string;
  readonly run_id: string;
  readonly list: Sequel["list"];
  readonly position: number;
  readonly child_id: string | null;
  readonly fault_code: ErrorCode | null;
  readonly fault_message: string | null;
  readonly at: number;
}

/** What followed the ends of runs, in D1. */
export function d1SequelBook(db: DrizzleD1Database): SequelBook {
  return {
    record: ({ tenant, runId, list, index, childId, refused, at }, since = 0) =>
      answered("note what followed a run", async () => {
        await db.run(
          sql`insert into run_sequels (tenant, run_id, list, position, child_id, fault_code, fault_message, at)
                values (${tenant}, ${runId}, ${list}, ${index}, ${childId}, ${refused?.code ?? null},
                        ${refused?.message ?? null}, ${at})
                on conflict (tenant, run_id, list, position) do update set child_id = excluded.child_id,
                  fault_code = excluded.fault_code, fault_message = excluded.fault_message, at = excluded.at
                where run_sequels.fault_code is not null or run_sequels.at < ${since}`,
        );
      }),
    of: (tenant, runId, since = 0) =>
      answered("look up what followed a run", async () => {
        const rows = await db.all<Row>(
          sql`select * from run_sequels where tenant = ${tenant} and run_id = ${runId} and at >= ${since}`,
        );
        return rows.map(sequelOf).sort(inOrder);
      }),
    forgetBefore: (before, limit) => answered("forget what followed runs", () => forgetOld(db, SEQUELS, before, limit)),
  };
}

const sequelOf = (row: Row): Sequel => ({
  tenant: row.tenant,
  runId: row.run_id,
  list: row.list,
  index: row.position,
  childId: row.child_id,
  refused: row.fault_code === null ? null : { code: row.fault_code, message: row.fault_message ?? "" },
  at: row.at,
});
