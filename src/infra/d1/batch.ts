import type { BatchItem } from "drizzle-orm/batch";
import type { DrizzleD1Database } from "drizzle-orm/d1";

export type Statement = BatchItem<"sqlite">;

/** Runs statements in one transaction, in order, and returns what each answered. */
export async function allOrNone(db: DrizzleD1Database, statements: readonly Statement[]): Promise<readonly unknown[]> {
  const [first, ...rest] = statements;
  return first ? db.batch([first, ...rest]) : [];
}
