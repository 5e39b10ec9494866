import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { SQLiteAsyncDialect } from "drizzle-orm/sqlite-core";
import { describe, expect, it } from "vitest";
import { keyedRunId, runId } from "../../../src/core/run/model/run-id.ts";
import { ANY_RUN, type RunQuery } from "../../../src/core/search/run-query.ts";
import type { RunSummary } from "../../../src/core/run/model/summary.ts";
import { timedUuid } from "../../../src/core/search/told-time.ts";
import { d1RunIndex } from "../../../src/infra/d1/runs/run-index.ts";
import { d1RunRetention } from "../../../src/infra/d1/runs/run-retention.ts";
import { searchStatement } from "../../../src/infra/d1/runs/run-search.ts";
import { systemIds } from "../../../src/infra/system/clock.ts";
import { archivedSummary, sampleSummary } from "../../support/contracts/run-index.ts";

const AT = 1_800_000_000_000;
const RANDOM = "11111111-1111-4111-8111-111111111111";
const dialect = new SQLiteAsyncDialect();

/** How SQLite goes about a search. */
async function planOf(query: Partial<RunQuery>, after: { at: number; id: string } | null): Promise<string> {
  const statement = searchStatement("t", { ...ANY_RUN, ...query }, { limit: 20, after });
  const { sql, params } = dialect.sqlToQuery(statement);
  const { results } = await env.DB.prepare(`explain query plan ${sql}`)
    .bind(...params)
    .all();
  return results.map(({ detail }) => String(detail)).join("; ");
}

/** A database that counts the rows its batches are billed for. */
function metered() {
  let written = 0;
  const client = {
    prepare: (sql: string) => env.DB.prepare(sql),
    async batch(statements: D1PreparedStatement[]) {
      const results = await env.DB.batch(statements);
      for (const { meta } of results) written += meta.rows_written;
      return results;
    },
  } as unknown as D1Database;
  const index = d1RunIndex(drizzle(client));
  const retention = d1RunRetention(drizzle(client));
  return {
    async forget(...rows: readonly RunSummary[]): Promise<number> {
      written = 0;
      await retention.forget("cost", rows, AT);
      return written;
    },
    async put(...rows: readonly RunSummary[]): Promise<number> {
      written = 0;
      await index.put(rows);
      return written;
    },
  };
}

describe("a search walks an index, newest first, and sorts nothing", () => {
  const queries: [string, Partial<RunQuery>, string][] = [
    ["everything", {}, "PRIMARY KEY"],
    ["a time range", { from: 1, to: 9 }, "PRIMARY KEY"],
    ["what ended well", { status: "succeeded" }, "PRIMARY KEY"],
    ["a correlation id", { correlationId: "c" }, "INDEX runs_by_correlation"],
    ["failed runs", { status: "failed" }, "INDEX runs_with_fault"],
    ["cancelled runs", { status: "cancelled" }, "INDEX runs_with_fault"],
    ["a text in errors", { text: "timeout" }, "INDEX runs_with_fault"],
    ["a text in errors of a node", { text: "timeout", node: "a" }, "INDEX runs_with_fault"],
    ["runs under way", { status: "running" }, "INDEX runs_unfinished"],
    ["waiting runs with a tag", { status: "waiting", tag: "x" }, "INDEX runs_unfinished"],
  ];
  it.each(queries)("%s", async (_, query, index) => {
    for (const after of [null, { at: 5, id: "r" }]) {
      const plan = await planOf(query, after);
      expect(plan).toMatch(new RegExp(`SEARCH r USING ${index} \\(tenant=\\?`));
      expect(plan).not.toContain("TEMP B-TREE");
    }
  });

  it("a correlation id that tells its time: a second of all runs, and the index", async () => {
    for (const after of [null, { at: AT + 5, id: "r" }]) {
      const plan = await planOf({ correlationId: timedUuid(AT, RANDOM), tag: "x" }, after);
      expect(plan).toMatch(
        /MERGE \(UNION ALL\).*USING PRIMARY KEY \(tenant=\? AND \(?created_at>.*INDEX runs_by_correlation \(tenant=\? AND correlation_id=\?/,
      );
      expect(plan).not.toContain("TEMP B-TREE");
    }
  });

  it.each([
    ["a node", { node: "a" }],
    ["a node's version", { node: "a@1.0.0" }],
    ["a tag", { tag: "x" }],
    ["an operation", { operation: "goal.run" }],
    ["a node and a tag within a time range", { node: "a", tag: "x", from: 1, to: 9 }],
    ["a node of runs that ended well", { node: "a", status: "succeeded" as const }],
  ])("%s: only the minutes that have one", async (_, query) => {
    for (const after of [null, { at: 5, id: "r" }]) {
      const plan = await planOf(query, after);
      expect(plan).toMatch(
        /SEARCH l USING PRIMARY KEY \(tenant=\? AND label=\?.*SEARCH r USING PRIMARY KEY \(tenant=\? AND created_at>/,
      );
      expect(plan).not.toContain("TEMP B-TREE");
    }
  });
});

describe("billed rows", () => {
  const key = "runs/2026-01-01/cost.ndjson";
  let offset = 0;
  /** A run whose ids were both assigned as it was created. */
  const run = (changes: Partial<RunSummary> = {}): RunSummary =>
    archivedSummary({
      tenant: "cost",
      runId: runId(1, systemIds.ulid(AT)),
      correlationId: timedUuid(AT, RANDOM),
      createdAt: AT,
      archive: { key, offset: offset++, length: 1 },
      ...changes,
    });
  const startOf = (ended: RunSummary) =>
    sampleSummary({ ...ended, status: "running", finishedAt: null, revision: 1, archive: null });

  it("a run costs one, whatever its nodes and tags; the first of a minute pays for its labels", async () => {
    const { put } = metered();
    const labels = 5;
    const object = 1;
    expect(await put(run())).toBe(1 + labels + object);
    expect(await put(run())).toBe(1);
    expect(await put(run(), run(), run())).toBe(3);
  });

  it("one whose ids tell nothing costs an index entry for each", async () => {
    const { put } = metered();
    await put(run());
    expect(await put(run({ runId: keyedRunId("cost", "a", 256) }))).toBe(2);
    expect(await put(run({ correlationId: RANDOM }))).toBe(2);
    expect(await put(run({ runId: keyedRunId("cost", "b", 256), correlationId: RANDOM }))).toBe(3);
  });

  it("one that fails costs two, one that does not end at once three", async () => {
    const { put } = metered();
    await put(run());
    expect(await put(run({ status: "failed", faultCode: "X", faultMessage: "x" }))).toBe(2);
    const ended = run();
    expect(await put(startOf(ended))).toBe(2);
    expect(await put(ended)).toBe(1);
  });

  it("a repeat, and late news, cost nothing", async () => {
    const { put } = metered();
    for (const ended of [run(), run({ runId: keyedRunId("cost", "c", 256) })]) {
      const started = startOf(ended);
      await put(started);
      expect(await put(started)).toBe(0);
      await put(ended);
      expect(await put(ended, started)).toBe(0);
    }
  });

  it("a reference to a large value costs one", async () => {
    const { put } = metered();
    await put(run());
    expect(await put(run({ values: ["values/cost/a", "values/cost/b"] }))).toBe(1 + 2);
  });

  it("a run that is forgotten costs one", async () => {
    const { put, forget } = metered();
    const [first, second] = [run(), run()];
    await put(first, second);
    expect(await forget(first)).toBe(1);
  });
});
