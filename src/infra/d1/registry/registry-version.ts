import { eq, sql } from "drizzle-orm";
import type { DrizzleD1Database } from "drizzle-orm/d1";
import { registryVersions } from "./tables.ts";

export type RegistryCounters = Pick<typeof registryVersions.$inferSelect, "nodesVersion" | "trustVersion">;

/** The registry version as clients see it; a tenant that never wrote is at `0.0`. */
export const versionText = (counters: RegistryCounters | undefined): string =>
  `${counters?.nodesVersion ?? 0}.${counters?.trustVersion ?? 0}`;

export const selectCounters = (db: DrizzleD1Database, tenant: string) =>
  db
    .select({
      nodesVersion: registryVersions.nodesVersion,
      trustVersion: registryVersions.trustVersion,
      chars: registryVersions.chars,
      published: registryVersions.published,
    })
    .from(registryVersions)
    .where(eq(registryVersions.tenant, tenant));

/** Counts one write of the given kind. Runs in the same batch as the write it counts. */
export const bumpCounter = (db: DrizzleD1Database, tenant: string, counter: keyof RegistryCounters) =>
  db
    .insert(registryVersions)
    .values({ tenant, nodesVersion: 0, trustVersion: 0, [counter]: 1 })
    .onConflictDoUpdate({
      target: registryVersions.tenant,
      set: { [counter]: sql`${registryVersions[counter]} + 1` },
    })
    .returning({ nodesVersion: registryVersions.nodesVersion, trustVersion: registryVersions.trustVersion });

/** The counter as it is within the transaction: the stamp of what the write that counted it has changed. */
export const counted = (tenant: string, counter: keyof RegistryCounters) =>
  sql<number>`(select ${registryVersions[counter]} from ${registryVersions} where ${registryVersions.tenant} = ${tenant})`;

export async function currentVersion(db: DrizzleD1Database, tenant: string): Promise<string> {
  const rows = await selectCounters(db, tenant);
  return versionText(rows[0]);
}
