import { sql } from "drizzle-orm";
import type { DrizzleD1Database } from "drizzle-orm/d1";

type TenantTable = "runs" | "run_parts" | "dead_letters" | "value_doubts" | "triggers" | "run_sequels";

/** Every tenant a table has rows of, sorted. Leaps from one tenant to the next along the primary key: no scan. */
export async function tenantsOf(db: DrizzleD1Database, table: TenantTable): Promise<readonly string[]> {
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

/**
 * Deletes rows of small tables older than `before` (milliseconds since the epoch), at most `limit` of them, tenant by
 * tenant along the index of time. Returns how many.
 */
export async function forgetOld(
  db: DrizzleD1Database,
  { table, key, time }: { readonly table: TenantTable; readonly key: string; readonly time: string },
  before: number,
  limit: number,
): Promise<number> {
  const [from, columns, moment] = [sql.raw(table), sql.raw(key), sql.raw(time)];
  let forgotten = 0;
  for (const tenant of await tenantsOf(db, table)) {
    if (forgotten >= limit) break;
    const { meta } = await db.run(
      sql`delete from ${from} where (${columns}) in
            (select ${columns} from ${from} where tenant = ${tenant} and ${moment} < ${before}
             limit ${limit - forgotten})`,
    );
    forgotten += meta.changes;
  }
  return forgotten;
}
