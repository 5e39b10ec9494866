import { sql } from "drizzle-orm";
import type { DrizzleD1Database } from "drizzle-orm/d1";
import type { Doubt, ValueLedger } from "../../spi/value-ledger.ts";
import { allOrNone } from "./batch.ts";
import { answered } from "./edge.ts";
import { jsonParameters } from "./json-parameter.ts";

/** The books on large values in D1. */
export function d1ValueLedger(db: DrizzleD1Database): ValueLedger {
  return {
    doubts: (before, limit) =>
      answered("list doubtful values", () =>
        db.all<Doubt>(
          sql`select tenant, key, since from value_doubts where since < ${before} order by since, tenant, key limit ${limit}`,
        ),
      ),
    settleDoubts: (doubts) =>
      answered("note what became of values", async () => {
        await allOrNone(
          db,
          jsonParameters(doubts).map((list) =>
            db.run(
              sql`delete from value_doubts where (tenant, key, since) in (
                    select value ->> 'tenant', value ->> 'key', value ->> 'since' from json_each(${list}))`,
            ),
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
