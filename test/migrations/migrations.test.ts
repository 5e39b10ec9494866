import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { generateSQLiteDrizzleJson, generateSQLiteMigration } from "drizzle-kit/api";
import { is, sql, type SQL } from "drizzle-orm";
import { getTableConfig, SQLiteAsyncDialect, SQLiteTable } from "drizzle-orm/sqlite-core";
import { describe, expect, it } from "vitest";
import { keyedRunId, runId } from "../../src/core/run/model/run-id.ts";
import { ANY_RUN, type RunQuery } from "../../src/core/search/run-query.ts";
import { timedUuid } from "../../src/core/search/told-time.ts";
import { hasRunId } from "../../src/infra/d1/runs/run-places.ts";
import type { RunRow } from "../../src/infra/d1/runs/run-rows.ts";
import { searchStatement } from "../../src/infra/d1/runs/run-search.ts";
import * as schema from "../../src/infra/d1/schema.ts";
import { seededIds } from "../../src/infra/memory/ids.ts";

const FOLDER = new URL("../../migrations/", import.meta.url);
const FILES = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".sql"))
  .sort();
const TABLES = Object.values(schema)
  .filter((one) => is(one, SQLiteTable))
  .map((table) => getTableConfig(table));
const dialect = new SQLiteAsyncDialect();

const textOf = (path: string): string => readFileSync(new URL(path, FOLDER), "utf8");
const jsonOf = (path: string): unknown => JSON.parse(textOf(path));

function migrate(db: DatabaseSync, files: readonly string[]): DatabaseSync {
  for (const file of files) db.exec(textOf(file));
  return db;
}

const rowsOf = <Row>(db: DatabaseSync, statement: SQL): Row[] => {
  const { sql: text, params } = dialect.sqlToQuery(statement);
  // Rows come without a prototype, which no comparison expects.
  return db
    .prepare(text)
    .all(...(params as string[]))
    .map((row) => ({ ...row }) as Row);
};

describe("migrations", () => {
  const journal = jsonOf("meta/_journal.json") as {
    readonly entries: { readonly idx: number; readonly tag: string }[];
  };

  it("are in the journal, every file of them, in order, each with its snapshot", () => {
    expect(journal.entries.map(({ tag }) => `${tag}.sql`)).toEqual(FILES);
    expect(journal.entries.map(({ idx }) => idx)).toEqual(FILES.map((_, place) => place + 1));
    const snapshots = FILES.map(
      (file) => jsonOf(`meta/${file.slice(0, 4)}_snapshot.json`) as { id: string; prevId: string },
    );
    for (const [place, { prevId }] of snapshots.entries()) {
      if (place > 0) expect(prevId).toBe(snapshots[place - 1]?.id);
    }
    expect(new Set(snapshots.map(({ id }) => id)).size).toBe(snapshots.length);
  });

  it("lack nothing that the schema says: `npm run db:generate` has nothing to write", async () => {
    const last = jsonOf(`meta/${FILES.at(-1)?.slice(0, 4)}_snapshot.json`) as Parameters<
      typeof generateSQLiteMigration
    >[0];
    const now = await generateSQLiteDrizzleJson({ ...schema }, last.id);
    expect(await generateSQLiteMigration(last, now)).toEqual([]);
    const { archiveObjects: _, ...fewer } = schema;
    expect(await generateSQLiteMigration(last, await generateSQLiteDrizzleJson(fewer, last.id))).not.toEqual([]);
  });

  it("make the tables, columns, keys and indices of the schema", () => {
    const db = migrate(new DatabaseSync(":memory:"), FILES);
    const tables = rowsOf<{ name: string; wr: number }>(
      db,
      sql`select name, wr from pragma_table_list where schema = 'main' and name not like 'sqlite%'`,
    );
    expect(tables.map(({ name }) => name).sort()).toEqual(TABLES.map(({ name }) => name).sort());
    for (const { name, columns, indexes, primaryKeys } of TABLES) {
      const made = rowsOf<{ name: string; type: string; notnull: number; pk: number }>(
        db,
        sql`select name, lower(type) as type, "notnull", pk from pragma_table_info(${name})`,
      );
      const keyed =
        primaryKeys[0]?.columns.map((column) => column.name) ?? columns.filter((c) => c.primary).map((c) => c.name);
      const said = columns.map((column) => ({
        name: column.name,
        type: column.getSQLType(),
        notnull: column.notNull ? 1 : 0,
        pk: keyed.indexOf(column.name) + 1,
      }));
      const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
      expect(made.sort(byName), name).toEqual(said.sort(byName));
      const found = rowsOf<{ name: string; sql: string }>(
        db,
        sql`select name, sql from sqlite_schema where type = 'index' and tbl_name = ${name} and sql is not null`,
      );
      expect(found.map((index) => index.name).sort()).toEqual(indexes.map(({ config }) => config.name).sort());
      for (const { config } of indexes) {
        const statement = found.find((index) => index.name === config.name)?.sql ?? "";
        const names = config.columns.map((column) => `\`${"name" in column ? column.name : ""}\``).join(",");
        const condition = config.where ? ` WHERE ${dialect.sqlToQuery(config.where).sql}` : "";
        expect(statement).toBe(`CREATE INDEX \`${config.name}\` ON \`${name}\` (${names})${condition}`);
      }
    }
  });

  it("make every table without rowid, so that a row written is one row billed", () => {
    const db = migrate(new DatabaseSync(":memory:"), FILES);
    const withRowid = rowsOf<{ name: string }>(
      db,
      sql`select name from pragma_table_list where schema = 'main' and wr = 0 and name not like 'sqlite%' order by name`,
    );
    expect(withRowid.map(({ name }) => name)).toEqual(["nodes"]);
  });
});

describe("0008, which puts the run index in the order of time", () => {
  const AT = 1_790_000_000_000;
  const ids = seededIds(1);
  const correlation = timedUuid(AT, "11111111-1111-4111-8111-111111111111");
  const before = (changes: Readonly<Record<string, string | number | null>>) => ({
    tenant: "default",
    run_id: runId(1, ids.ulid(AT)),
    status: "succeeded",
    operation: "goal.run",
    correlation_id: "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b",
    want: '["b"]',
    created_at: AT,
    finished_at: AT + 5,
    steps: 3,
    cached_steps: 1,
    fault_code: null,
    fault_message: null,
    archive_key: "runs/2026-09-21/a",
    archive_offset: 7,
    archive_length: 70,
    tags: '["x"]',
    nodes: '["n@1.0.0"]',
    revision: 2,
    value_keys: '["values/default/a"]',
    deleted_at: null,
    ...changes,
  });
  const rows = [
    before({}),
    before({ run_id: keyedRunId("default", "key", 256), correlation_id: correlation }),
    before({ run_id: runId(2, ids.ulid(AT)), created_at: AT + 86_400_000, correlation_id: correlation }),
    before({
      run_id: runId(3, ids.ulid(AT)),
      status: "failed",
      fault_code: "TIMEOUT_ERROR",
      fault_message: "too late",
    }),
    before({ run_id: runId(4, ids.ulid(AT)), status: "running", finished_at: null, archive_key: null }),
    before({ run_id: runId(5, ids.ulid(AT)), status: "deleted", deleted_at: AT + 9, archive_key: null }),
    before({ run_id: runId(6, ids.ulid(AT)), tenant: "another" }),
  ];
  const place = FILES.findIndex((file) => file.startsWith("0008"));

  function migrated(): DatabaseSync {
    const db = migrate(new DatabaseSync(":memory:"), FILES.slice(0, place));
    for (const row of rows) {
      const columns = Object.keys(row);
      const statement = `insert into runs (${columns.join(", ")}) values (${columns.map(() => "?").join(", ")})`;
      db.prepare(statement).run(...Object.values(row));
    }
    db.exec("insert into run_labels values ('default', 'tag:x', 1)");
    return migrate(db, FILES.slice(place));
  }

  it("keeps every row as it was, and every other table", () => {
    const db = migrated();
    const kept = rowsOf<RunRow>(db, sql`select * from runs`);
    const byId = (a: { run_id: unknown }, b: { run_id: unknown }): number =>
      String(a.run_id) < String(b.run_id) ? -1 : 1;
    expect(kept.sort(byId)).toEqual(rows.map((row) => ({ ...row, id_indexed: 1, correlation_indexed: 1 })).sort(byId));
    expect(rowsOf(db, sql`select * from run_labels`)).toEqual([{ tenant: "default", label: "tag:x", minute: 1 }]);
  });

  it("leaves every run where its id and a search find it, whether or not its ids tell a time", () => {
    const db = migrated();
    for (const row of rows) {
      const found = rowsOf<RunRow>(db, sql`select run_id from runs where ${hasRunId(row.tenant, row.run_id)}`);
      expect(found).toEqual([{ run_id: row.run_id }]);
    }
    const search = (query: Partial<RunQuery>): unknown[] =>
      rowsOf<RunRow>(db, searchStatement("default", { ...ANY_RUN, ...query }, { limit: 20, after: null })).map(
        ({ run_id: id }) => id,
      );
    expect(search({ correlationId: correlation })).toEqual([rows[2]?.run_id, rows[1]?.run_id]);
    expect(search({ status: "failed" })).toEqual([rows[3]?.run_id]);
    expect(search({ status: "running" })).toEqual([rows[4]?.run_id]);
    expect(search({})).toHaveLength(5);
  });
});
