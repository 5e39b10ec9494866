import type { SQL } from "drizzle-orm";
import type { DrizzleD1Database } from "drizzle-orm/d1";
import { SQLiteAsyncDialect } from "drizzle-orm/sqlite-core";

/** A database whose statements may also be written by hand. What `drizzle()` returns is one. */
export type Database = DrizzleD1Database & { readonly $client: D1Database };

const dialect = new SQLiteAsyncDialect();

/**
 * Runs hand-written statements in one transaction, in order, and returns the rows each answered. Goes past drizzle, whose
 * own batch takes no hand-written statement with parameters.
 */
export async function allOrNone(db: Database, statements: readonly SQL[]): Promise<readonly (readonly unknown[])[]> {
  if (statements.length === 0) return [];
  const prepared = statements.map((statement) => {
    const { sql, params } = dialect.sqlToQuery(statement);
    return db.$client.prepare(sql).bind(...params);
  });
  return (await db.$client.batch(prepared)).map(({ results }) => results);
}
