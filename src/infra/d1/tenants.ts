import { sql } from "drizzle-orm";
import type { DrizzleD1Database } from "drizzle-orm/d1";

/** Every tenant a table has rows of, sorted. Leaps from one tenant to the next along the primary key: no scan. */
export async function tenantsOf(
  db: DrizzleD1Database,
  table: "runs" | "dead_letters" | "value_doubts",
): Promise<readonly string[]> {
  const from = sql.raw(table);
  const rows = await db.all<{ tenant: string }>(
    sql`with recursive t (tenant) as (
          select min(tenant) from ${from}
          union all
          select (select min(tenant) from ${from} where tenant > t.tenant) from t where t.tenant is not null)
        select tenant from t where tenant is not null`,
  );
  return rows.map(({ tenant }) => tenant);
}
