import { sql } from "drizzle-orm";
import type { DrizzleD1Database } from "drizzle-orm/d1";
import type { SweepMarks } from "../../spi/books/sweep-marks.ts";
import { answered } from "./edge.ts";

/** How far recurring work has come, in D1. */
export function d1SweepMarks(db: DrizzleD1Database): SweepMarks {
  return {
    read: (name) =>
      answered("read a mark", async () => {
        const [row] = await db.all<{ value: string }>(sql`select value from sweep_marks where name = ${name}`);
        return row?.value ?? null;
      }),
    write: (name, value) =>
      answered("write a mark", async () => {
        await db.run(sql`insert or replace into sweep_marks (name, value) values (${name}, ${value})`);
      }),
  };
}
