import type { Findings } from "../findings.ts";
import type { Storage } from "../storage.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
/** Past the memory of deletions and the age at which strays are collected. */
const MENDED_DAYS = 4;
/** How long the server under test keeps things. */
export const KEPT_DAYS = 7;
/** What belongs to nodes and to the system itself lasts. */
const LASTING = new Set(["nodes", "registry_versions", "trust_scores", "sweep_marks", "cache_counts", "d1_migrations"]);

/** Lets the clock run ahead: first what kills left behind goes, then, when all is old, all of it. */
export async function auditAfterlife(
  storage: Storage,
  strays: readonly string[],
  now: number,
  findings: Findings,
): Promise<void> {
  for (let day = MENDED_DAYS; day < KEPT_DAYS; day++) await storage.sweep(now + day * DAY_MS);
  const left = new Set(await storage.keys("runs/"));
  for (const key of strays.filter((one) => left.has(one))) findings.add("archive", `no sweep collects ${key}`);
  for (let day = KEPT_DAYS + 1; day < 3 * KEPT_DAYS; day++) await storage.sweep(now + day * DAY_MS);
  for (const key of await storage.keys())
    if (!key.startsWith("nodes/")) findings.add("gone", `${key} is kept for ever`);
  const tables = await storage.rows(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%'",
  );
  for (const table of tables.map(({ name }) => String(name)).filter((name) => !LASTING.has(name))) {
    const [row] = await storage.rows(`SELECT count(*) AS n FROM ${table}`);
    if (row?.["n"] !== 0) findings.add("gone", `${String(row?.["n"])} rows of ${table} are kept for ever`);
  }
}
