import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { SQLiteAsyncDialect } from "drizzle-orm/sqlite-core";
import { describe, expect, it } from "vitest";
import { ANY_RUN, type RunQuery } from "../../../src/core/search/run-query.ts";
import type { RunSummary } from "../../../src/core/run/summary.ts";
import { d1RunIndex } from "../../../src/infra/d1/run-index.ts";
import { searchStatement } from "../../../src/infra/d1/run-search.ts";
import { archivedSummary, sampleSummary } from "../../support/contracts/run-index.ts";

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
  return {
    async put(...rows: readonly RunSummary[]): Promise<number> {
      written = 0;
      await index.put(rows);
      return written;
    },
  };
}

describe("a search walks an index, newest first, and sorts nothing", () => {
  const queries: [string, Partial<RunQuery>, string][] = [
    ["everything", {}, "runs_by_time"],
    ["a time range", { from: 1, to: 9 }, "runs_by_time"],
    ["what ended well", { status: "succeeded" }, "runs_by_time"],
    ["a correlation id", { correlationId: "c" }, "runs_by_correlation_and_time"],
    ["failed runs", { status: "failed" }, "runs_with_fault"],
    ["cancelled runs", { status: "cancelled" }, "runs_with_fault"],
    ["a text in errors", { text: "timeout" }, "runs_with_fault"],
    ["a text in errors of a node", { text: "timeout", node: "a" }, "runs_with_fault"],
    ["runs under way", { status: "running" }, "runs_unfinished"],
    ["waiting runs with a tag", { status: "waiting", tag: "x" }, "runs_unfinished"],
  ];
  it.each(queries)("%s", async (_, query, index) => {
    for (const after of [null, { at: 5, id: "r" }]) {
      const plan = await planOf(query, after);
      expect(plan).toMatch(new RegExp(`SEARCH r USING INDEX ${index} \\(tenant=\\?`));
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
        /SEARCH l USING PRIMARY KEY \(tenant=\? AND label=\?.*SEARCH r USING INDEX runs_by_time \(tenant=\? AND created_at>/,
      );
      expect(plan).not.toContain("TEMP B-TREE");
    }
  });
});

describe("billed rows", () => {
  const key = "runs/2026-01-01/cost.ndjson";
  const run = (runId: string, changes: Partial<RunSummary> = {}): RunSummary =>
    archivedSummary({ tenant: "cost", runId, archive: { key, offset: Number(runId.slice(4)), length: 1 }, ...changes });
  const started = (runId: string) => sampleSummary({ tenant: "cost", runId });

  it("a run costs three, whatever its nodes and tags; the first of a minute pays for its labels", async () => {
    const { put } = metered();
    const labels = 5;
    const object = 1;
    expect(await put(run("r00_1"))).toBe(3 + labels + object);
    expect(await put(run("r00_2"))).toBe(3);
    expect(await put(run("r00_3"), run("r00_4"), run("r00_5"))).toBe(9);
  });

  it("one that fails costs four, one that does not end at once five", async () => {
    const { put } = metered();
    await put(run("r00_10"));
    expect(await put(run("r00_11", { status: "failed", faultCode: "X", faultMessage: "x" }))).toBe(4);
    expect(await put(started("r00_12"))).toBe(4);
    expect(await put(run("r00_12"))).toBe(1);
  });

  it("a repeat, and late news, cost nothing", async () => {
    const { put } = metered();
    await put(started("r00_20"));
    expect(await put(started("r00_20"))).toBe(0);
    await put(run("r00_20"));
    expect(await put(run("r00_20"), started("r00_20"))).toBe(0);
  });

  it("a reference to a large value costs one", async () => {
    const { put } = metered();
    await put(run("r00_30"));
    expect(await put(run("r00_31", { values: ["values/cost/a", "values/cost/b"] }))).toBe(3 + 2);
  });
});
