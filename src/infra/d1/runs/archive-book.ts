import { sql } from "drizzle-orm";
import type { Erasure } from "../../../core/retention/erasure.ts";
import type { ArchiveBook } from "../../../spi/books/archive-book.ts";
import { allOrNone, type Database } from "../batch.ts";
import { answered } from "../edge.ts";
import { jsonParameters } from "../json-parameter.ts";

/** The books on archive objects in D1. */
export function d1ArchiveBook(db: Database): ArchiveBook {
  return {
    known: (prefix) =>
      answered("list archive objects", async () => {
        const rows = await db.all<{ key: string }>(
          sql`select key from segments where key >= ${prefix} and key < ${`${prefix}\u{10ffff}`}`,
        );
        return new Set(rows.map(({ key }) => key));
      }),
    forget: (objects) =>
      answered("forget archive objects", async () => {
        await allOrNone(
          db,
          jsonParameters(objects).flatMap((list) => [
            sql`delete from erasures where segment in (select value from json_each(${list}))`,
            sql`delete from segments where key in (select value from json_each(${list}))`,
          ]),
        );
      }),
    erasures: (limit, object) =>
      answered("list what is to be erased", () =>
        db.all<Erasure>(
          object === undefined
            ? sql`select segment as object, offset, length from erasures order by segment, offset limit ${limit}`
            : sql`select segment as object, offset, length from erasures where segment = ${object} order by offset limit ${limit}`,
        ),
      ),
    settle: (erasures) =>
      answered("note what is erased", async () => {
        await allOrNone(
          db,
          jsonParameters(erasures).map(
            (list) =>
              sql`delete from erasures
                  where (segment, offset) in (select value ->> 'object', value ->> 'offset' from json_each(${list}))`,
          ),
        );
      }),
  };
}
