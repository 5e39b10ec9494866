import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { getTableConfig, type SQLiteTable } from "drizzle-orm/sqlite-core";
import { describe, expect, it } from "vitest";
import { perStatement } from "../../../src/infra/d1/bound-parameters.ts";
import { d1DeadLetterStore } from "../../../src/infra/d1/dead-letter-store.ts";
import { d1NodeRegistry } from "../../../src/infra/d1/registry/node-registry.ts";
import { ANY_RUN } from "../../../src/core/search/run-query.ts";
import { d1RunIndex } from "../../../src/infra/d1/runs/run-index.ts";
import * as schema from "../../../src/infra/d1/schema.ts";
import { d1RunRetention } from "../../../src/infra/d1/runs/run-retention.ts";
import { d1ArchiveBook } from "../../../src/infra/d1/runs/archive-book.ts";
import { d1SweepMarks } from "../../../src/infra/d1/sweep-marks.ts";
import { d1ValueBook } from "../../../src/infra/d1/runs/value-book.ts";
import { d1TrustScores } from "../../../src/infra/d1/registry/trust-scores.ts";
import { memoryBlobStore } from "../../../src/infra/memory/blob-store.ts";
import { sampleDeadLetter } from "../../support/contracts/dead-letter-store.ts";
import { sampleSummary } from "../../support/contracts/run-index.ts";
import { failFirst, failing } from "../../support/failing.ts";
import { sampleArtifacts, sampleNode } from "../../support/sample-node.ts";

const db = drizzle(env.DB);
let tenants = 0;
const freshTenant = (): string => `tenant-${++tenants}`;
const artifacts = sampleArtifacts("text_count");

describe("registering in D1", () => {
  it("stores artifacts under their digest, and nothing when they cannot be stored", async () => {
    const tenant = freshTenant();
    const blobs = memoryBlobStore();
    const node = sampleNode({ digest: "d1" });
    const broken = d1NodeRegistry(db, failing(blobs, failFirst("put")));
    await expect(broken.register(tenant, node, artifacts, 1)).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
    expect(await broken.versions(tenant, node.name)).toEqual([]);
    expect(await broken.version(tenant)).toBe("0.0");
    const retried = await broken.register(tenant, node, { ...artifacts, code: "code" }, 1);
    expect(retried).toMatchObject({ ok: true, value: { created: true } });
    expect(await blobs.list("nodes/")).toEqual(
      ["contract.yaml", "node.js", "node.onex.yaml"].map((file) => `nodes/${tenant}/text_count/1.0.0/d1/${file}`),
    );
  });

  it("leaves the winner's artifacts alone when a rival is refused", async () => {
    const tenant = freshTenant();
    const blobs = memoryBlobStore();
    const registry = d1NodeRegistry(db, blobs);
    await registry.register(tenant, sampleNode({ digest: "d1" }), artifacts, 1);
    await registry.register(tenant, sampleNode({ digest: "d2" }), { metadata: "other", contract: "other" }, 1);
    expect(await registry.artifacts(tenant, "text_count", "1.0.0")).toEqual(artifacts);
  });

  it("says so when a registered node's artifacts are gone", async () => {
    const tenant = freshTenant();
    const blobs = memoryBlobStore();
    const registry = d1NodeRegistry(db, blobs);
    await registry.register(tenant, sampleNode(), artifacts, 1);
    await blobs.delete(await blobs.list("nodes/"));
    await expect(registry.artifacts(tenant, "text_count", "1.0.0")).rejects.toMatchObject({
      code: "VALUE_UNAVAILABLE",
    });
  });

  it("refuses a definition that no row can hold", async () => {
    const registry = d1NodeRegistry(db, memoryBlobStore());
    const node = sampleNode({ description: "ü".repeat(1_000_000) });
    expect(await registry.register(freshTenant(), node, artifacts, 1)).toMatchObject({
      ok: false,
      error: { code: "PAYLOAD_TOO_LARGE" },
    });
  });
});

describe("snapshots from D1", () => {
  const names = ["text_a", "text_b", "text_c", "text_d", "text_e"];

  it("are the same whatever the page size", async () => {
    const tenant = freshTenant();
    const blobs = memoryBlobStore();
    const registry = d1NodeRegistry(db, blobs);
    for (const name of names) {
      for (const version of ["1.0.0", "1.1.0"])
        await registry.register(tenant, sampleNode({ name, version }), artifacts, 1);
    }
    const whole = await registry.snapshot(tenant);
    expect(whole.nodes).toHaveLength(10);
    for (const pageSize of [1, 2, 3, 5, 9, 10, 11]) {
      expect(await d1NodeRegistry(db, blobs, { pageSize }).snapshot(tenant)).toEqual(whole);
    }
  });

  it("never mix two versions, though nodes are registered between their pages", async () => {
    const tenant = freshTenant();
    const registry = d1NodeRegistry(db, memoryBlobStore());
    for (const name of names) await registry.register(tenant, sampleNode({ name }), artifacts, 1);
    let interrupted = 0;
    const busy = new Proxy(db, {
      get: (target, property) => {
        if (property !== "batch") return Reflect.get(target, property) as unknown;
        return async (...args: Parameters<typeof db.batch>) => {
          const answer = await target.batch(...args);
          if (interrupted++ === 0) await registry.register(tenant, sampleNode({ name: "text_aa" }), artifacts, 1);
          return answer;
        };
      },
    });
    const snapshot = await d1NodeRegistry(busy, memoryBlobStore(), { pageSize: 2 }).snapshot(tenant);
    expect(snapshot.version).toBe("6.0");
    expect(snapshot.nodes.map(({ name }) => name)).toEqual(["text_a", "text_aa", ...names.slice(1)]);
  });
});

describe("the limits of D1", () => {
  it("are kept: a hundred bound parameters a statement", () => {
    const rows = Array.from({ length: 40 }, (_, n) => n);
    for (const columns of [1, 6, 13, 100]) {
      const groups = perStatement(rows, columns);
      expect(groups.flat()).toEqual(rows);
      for (const group of groups) expect(group.length * columns).toBeLessThanOrEqual(100);
    }
    expect(perStatement([], 6)).toEqual([]);
  });

  it("let many scores through in one call", async () => {
    const tenant = freshTenant();
    const scores = d1TrustScores(db);
    const score = { score: 0.5, confidence: 0.5, samples: 1 };
    await scores.put(
      tenant,
      Array.from({ length: 250 }, (_, n) => ({ node: `node_${n}@1.0.0`, score, at: n })),
    );
    expect(await d1NodeRegistry(db, memoryBlobStore()).version(tenant)).toBe("0.1");
  });
});

describe("the edge of the database", () => {
  it("lets nothing out but SERVICE_UNAVAILABLE", async () => {
    const cause = new Error("D1_ERROR: Network connection lost.");
    const broken = drizzle({
      prepare: () => {
        throw cause;
      },
    } as unknown as D1Database);
    const registry = d1NodeRegistry(broken, memoryBlobStore());
    const calls = [
      registry.register("t", sampleNode(), artifacts, 1),
      registry.versions("t", "n"),
      registry.artifacts("t", "n", "1.0.0"),
      registry.setLifecycle("t", "n", "1.0.0", "active"),
      registry.version("t"),
      registry.snapshot("t"),
      d1RunIndex(broken).put([sampleSummary()]),
      d1RunIndex(broken).get("t", "r"),
      d1DeadLetterStore(broken).record(sampleDeadLetter()),
      d1RunIndex(broken).search("t", ANY_RUN, { limit: 1, after: null }),
      d1RunIndex(broken).settled([sampleSummary()]),
      d1RunRetention(broken).tenants(),
      d1RunRetention(broken).delete("t", "r", 1),
      d1ArchiveBook(broken).settle([{ object: "s", offset: 0, length: 1 }]),
      d1ValueBook(broken).doubts("t", 1, 1),
      d1SweepMarks(broken).read("m"),
      d1DeadLetterStore(broken).get("t", "1"),
      d1TrustScores(broken).put("t", [{ node: "n@1.0.0", score: { score: 1, confidence: 1, samples: 1 }, at: 1 }]),
    ];
    for (const call of await Promise.allSettled(calls)) {
      expect(call).toMatchObject({
        status: "rejected",
        reason: { name: "RuntimeHostError", code: "SERVICE_UNAVAILABLE" },
      });
    }
  });
});

describe("the schema", () => {
  const tables = Object.values(schema) as SQLiteTable[];

  it("is what the migrations make", async () => {
    for (const table of tables) {
      const { name, columns, indexes } = getTableConfig(table);
      const made = await env.DB.prepare(`select name, type, "notnull" from pragma_table_info(?)`).bind(name).all();
      const declared = columns.map((column) => ({
        name: column.name,
        type: column.getSQLType().toUpperCase(),
        notnull: column.notNull ? 1 : 0,
      }));
      const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
      const shown = made.results.map((row) => ({
        name: String(row["name"]),
        type: String(row["type"]).toUpperCase(),
        notnull: Number(row["notnull"]),
      }));
      expect(shown.sort(byName), name).toEqual(declared.sort(byName));
      const found = await env.DB.prepare(
        "select name from sqlite_master where type = 'index' and tbl_name = ? and sql is not null",
      )
        .bind(name)
        .all();
      expect(found.results.map((row) => String(row["name"])).sort(), name).toEqual(
        indexes.map(({ config }) => config.name).sort(),
      );
    }
  });

  /** Tables about archive objects, which hold runs of many tenants, and about the sweep over all of them. */
  const SHARED = new Set(["segments", "erasures", "sweep_marks"]);
  /** Indices of that sweep. */
  const SWEPT = new Set(["breakers_by_time"]);

  it("has the tenant first in every key", () => {
    for (const table of tables) {
      const { name, columns, primaryKeys, indexes } = getTableConfig(table);
      if (SHARED.has(name)) continue;
      const keys = [
        ...primaryKeys.map((key) => key.columns),
        ...indexes.flatMap(({ config }) => (SWEPT.has(config.name) ? [] : [config.columns])),
      ];
      if (primaryKeys.length === 0) keys.push(columns.filter(({ primary }) => primary));
      for (const key of keys) expect(key[0], name).toMatchObject({ name: "tenant" });
    }
  });

  it("bills one row for a write of a small row without indices", async () => {
    const put = await env.DB.prepare("insert into sweep_marks (name, value) values ('n', 'v')").run();
    expect(put.meta.rows_written).toBe(1);
  });
});
