import { sql } from "drizzle-orm";
import type { Doubt, ValueBook } from "../../../spi/books/value-book.ts";
import { allOrNone, type Database } from "../batch.ts";
import { answered } from "../edge.ts";
import { jsonParameters } from "../json-parameter.ts";
import { tenantsOf } from "../tenants.ts";

/** The books on large values in D1. */
export function d1ValueBook(db: Database): ValueBook {
  return {
    tenants: () => answered("list its tenants", () => tenantsOf(db, "value_doubts")),
    doubts: (tenant, before, limit) =>
      answered("list doubtful values", () =>
        db.all<Doubt>(
          sql`select tenant, key, since from value_doubts indexed by value_doubts_by_time
              where tenant = ${tenant} and since < ${before} order by since, key limit ${limit}`,
        ),
      ),
    settleDoubts: (doubts) =>
      answered("note what became of values", async () => {
        await allOrNone(
          db,
          jsonParameters(doubts).map(
            (list) =>
              sql`delete from value_doubts where (tenant, key, since) in (
                    select value ->> 'tenant', value ->> 'key', value ->> 'since' from json_each(${list}))`,
          ),
        );
      }),
    referenced: (tenant, keys) =>
      answered("look up references to values", async () => {
        const found = await Promise.all(
          jsonParameters(keys).map((list) =>
            db.all<{ key: string }>(
              sql`select e.value as key from json_each(${list}) e
                  where exists (select 1 from value_refs v where v.tenant = ${tenant} and v.key = e.value)`,
            ),
          ),
        );
        return new Set(found.flat().map(({ key }) => key));
      }),
  };
}
