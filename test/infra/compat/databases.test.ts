import { applyD1Migrations, reset, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { RingRuns } from "../../../src/app/ring/runs.ts";
import { RunReader } from "../../../src/app/runs/run-reader.ts";
import { ANY_DEAD_LETTER } from "../../../src/core/dead-letters/query.ts";
import { ANY_RUN } from "../../../src/core/search/run-query.ts";
import { d1DeadLetterStore } from "../../../src/infra/d1/dead-letter-store.ts";
import { d1NodeRegistry } from "../../../src/infra/d1/registry/node-registry.ts";
import { d1ResultCache } from "../../../src/infra/d1/result-cache.ts";
import { ArchiveIndex } from "../../../src/app/archive/archive-index.ts";
import { d1RunParts } from "../../../src/infra/d1/runs/run-parts.ts";
import { d1RunIndex } from "../../../src/infra/d1/runs/run-index.ts";
import { d1RunRetention } from "../../../src/infra/d1/runs/run-retention.ts";
import { d1SequelBook } from "../../../src/infra/d1/runs/sequel-book.ts";
import { d1TriggerStore } from "../../../src/infra/d1/trigger-store.ts";
import { LimitDesk } from "../../../src/infra/durable/limit-desk.ts";
import { durableRingStore } from "../../../src/infra/durable/ring-store.ts";
import { durableRunCoordinator, ringName } from "../../../src/infra/durable/run-coordinator.ts";
import { TrustTables } from "../../../src/infra/durable/trust-tables.ts";
import { trustMemoryName } from "../../../src/infra/durable/trust-store.ts";
import { fixedClock } from "../../../src/infra/memory/clock.ts";
import { silentLog } from "../../../src/infra/memory/silent-log.ts";
import { r2BlobStore } from "../../../src/infra/r2/blob-store.ts";
import type { KeptRow } from "../../compat/recorded-form.ts";

const inserted = (
  table: string,
  row: KeptRow,
): { readonly sql: string; readonly values: (string | number | null)[] } => ({
  sql: `INSERT INTO ${table} (${Object.keys(row).join(", ")}) VALUES (${Object.keys(row)
    .map(() => "?")
    .join(", ")})`,
  values: Object.values(row),
});

/** Tables of an object as a release left them, and their rows. */
function restore(
  storage: DurableObjectStorage,
  tables: Readonly<Record<string, string>>,
  rows: Readonly<Record<string, readonly KeptRow[]>>,
): void {
  for (const sql of Object.values(tables))
    storage.sql.exec(sql.replace(/^CREATE TABLE (?!IF)/, "CREATE TABLE IF NOT EXISTS "));
  for (const [table, own] of Object.entries(rows)) {
    for (const row of own) {
      const { sql, values } = inserted(table, row);
      storage.sql.exec(sql, ...values);
    }
  }
}

let objects = 0;

describe.each(inject("recorded"))("a database of release $release", ({ worker, limits }) => {
  const db = drizzle(env.DB);
  const blobs = r2BlobStore(env.BLOBS);
  const { database } = worker;

  beforeAll(async () => {
    await reset();
    const migrations = inject("migrations");
    const known = new Set((database["d1_migrations"] ?? []).map(({ name }) => name));
    await applyD1Migrations(
      env.DB,
      migrations.filter(({ name }) => known.has(name)),
    );
    for (const [table, rows] of Object.entries(database)) {
      if (table === "d1_migrations") continue;
      for (const row of rows) {
        const { sql, values } = inserted(table, row);
        await env.DB.prepare(sql)
          .bind(...values)
          .run();
      }
    }
    await applyD1Migrations(env.DB, migrations);
    for (const [key, text] of Object.entries(worker.blobs)) await blobs.put(key, text);
  });

  it("still lists every node, with its texts", async () => {
    const registry = d1NodeRegistry(db, blobs);
    const { nodes, trust } = await registry.snapshot("default");
    expect(nodes).toHaveLength(database["nodes"]?.length ?? 0);
    for (const row of database["trust_scores"] ?? []) {
      expect(trust.get(String(row["node"]))).toMatchObject({ samples: row["samples"] });
    }
    for (const { name, version } of nodes) {
      expect((await registry.versions("default", name)).map(({ definition }) => definition.version)).toContain(version);
      expect(await registry.artifacts("default", name, version)).not.toBeNull();
    }
  });

  it("still finds every run, and reads it from the archive", async () => {
    const index = new ArchiveIndex({ index: d1RunIndex(db), parts: d1RunParts(db), blobs, log: silentLog });
    const { items } = await index.search("default", ANY_RUN, { limit: 100, after: null });
    expect(items).toHaveLength((database["runs"] ?? []).filter((row) => row["deleted_at"] === null).length);
    const runs = new RunReader({
      ...{ coordinator: durableRunCoordinator(env.RINGS_NS), retention: d1RunRetention(db) },
      ...{ index, blobs, log: silentLog },
    });
    for (const { runId, status, archive } of items) {
      if (archive === null) continue;
      expect((await runs.read("default", runId))?.header).toMatchObject({ id: runId, status });
    }
  });

  it("still knows dead letters, triggers and what followed runs", async () => {
    const { items } = await d1DeadLetterStore(db).search("default", ANY_DEAD_LETTER, { limit: 100, after: null });
    expect(items).toHaveLength(database["dead_letters"]?.length ?? 0);
    expect(items.filter(({ work: item }) => item !== null)).toHaveLength(
      (database["dead_letters"] ?? []).filter((row) => row["work"] !== null).length,
    );
    for (const row of database["triggers"] ?? []) {
      const known = await d1TriggerStore(db).get("default", String(row["trigger_id"]));
      expect(known).toMatchObject({ status: row["status"], idempotentKey: row["idempotent_key"] });
    }
    for (const row of database["run_sequels"] ?? []) {
      const sequels = await d1SequelBook(db).of("default", String(row["run_id"]));
      expect(sequels.map(({ childId }) => childId)).toContain(row["child_id"]);
    }
  });

  it("still answers from the cache", async () => {
    const rows = database["result_cache"] ?? [];
    const keys = rows.map((row) => ({
      node: String(row["node"]),
      version: String(row["version"]),
      signature: String(row["signature"]),
    }));
    const madeAt = Math.max(...rows.map((row) => Number(row["made_at"])));
    expect(await d1ResultCache(db).get("default", keys, madeAt)).toHaveLength(rows.length);
  });

  it("still holds every run of its rings", async () => {
    const { tables, objects: rings } = worker.objects["RunRing"] ?? { tables: {}, objects: [] };
    const found: string[] = [];
    for (const rows of rings) {
      await runInDurableObject(env.RINGS_NS.getByName(ringName(90 + objects++)), (_, { storage }) => {
        storage.sql.exec("DROP TABLE IF EXISTS slots");
        restore(storage, tables, rows);
        const store = durableRingStore(storage, fixedClock(0));
        const runs = new RingRuns(store);
        for (const owner of store.owners()) {
          if (!owner.startsWith("~")) found.push(runs.load(owner)?.header.status ?? "remembered");
        }
      });
    }
    expect(found.filter((status) => status === "waiting")).toHaveLength(4);
    expect(found).toContain("paused");
    expect(found).toContain("remembered");
  });

  it("still knows what nodes are trusted for", async () => {
    const { tables, objects: memories } = worker.objects["TrustMemory"] ?? { tables: {}, objects: [] };
    const told: number[] = [];
    for (const rows of memories) {
      const name = trustMemoryName({ tenant: "compat", name: `n${objects++}` });
      await runInDurableObject(env.TRUST_NS.getByName(name), (_, { storage }) => {
        restore(storage, tables, rows);
        const memory = new TrustTables(storage);
        expect(memory.owner()).toMatchObject({ tenant: "default" });
        for (const { version, history } of memory.versions()) {
          told.push(memory.merged(version).samples);
          expect(history.length).toBeGreaterThan(0);
        }
      });
    }
    expect(told.length).toBeGreaterThan(5);
    expect(told.every((samples) => samples > 0)).toBe(true);
  });

  it("still knows whose turn it is at a limit", async () => {
    const { tables } = worker.objects["Limiter"] ?? { tables: {} };
    const entries = Object.entries(limits).flatMap(([kinds, own]) =>
      Object.entries(own).map(([id, entry]) => ({ kind: kinds.slice(0, -1), id, body: JSON.stringify(entry) })),
    );
    await runInDurableObject(env.LIMITS_NS.getByName(`compat ${objects++}`), (_, { storage }) => {
      restore(storage, tables, { entries });
      const desk = new LimitDesk(storage, fixedClock(1_780_000_000_001), silentLog);
      const { holder } = limits.slots["r00_000000000000000000000000P1/a"] ?? { holder: { runId: "", segment: "" } };
      expect(desk.release([{ holder, token: "a.1", how: "ended" }])).toEqual([]);
      expect(desk.release([{ holder: { ...holder, segment: "c" }, token: "c.1", how: "unused" }])).toEqual([
        { ...holder, segment: "b" },
      ]);
    });
  });
});
