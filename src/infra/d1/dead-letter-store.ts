import { desc, eq } from "drizzle-orm";
import type { DrizzleD1Database } from "drizzle-orm/d1";
import type { DeadLetterClass, DeadLetterStore } from "../../spi/dead-letter-store.ts";
import { answered } from "./edge.ts";
import { deadLetters } from "./schema.ts";

export function d1DeadLetterStore(db: DrizzleD1Database): DeadLetterStore {
  return {
    record: (entry) =>
      answered("record a dead letter", async () => {
        const { tenant: _tenant, id: _id, ...changes } = entry;
        await db
          .insert(deadLetters)
          .values(entry)
          .onConflictDoUpdate({ target: [deadLetters.tenant, deadLetters.id], set: changes });
      }),
    list: (tenant, limit) =>
      answered("list the dead letters", async () => {
        const rows = await db
          .select()
          .from(deadLetters)
          .where(eq(deadLetters.tenant, tenant))
          .orderBy(desc(deadLetters.failedAt), desc(deadLetters.id))
          .limit(limit);
        return rows.map((row) => ({ ...row, errorType: row.errorType as DeadLetterClass }));
      }),
  };
}
