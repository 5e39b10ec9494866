import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../contracts/json/json.ts";
import { NO_METADATA } from "../../contracts/documents/envelope.ts";
import { sqliteDatabase } from "../../src/cli/run/sqlite-database.ts";
import { faultOf } from "../../src/core/errors.ts";
import { judgeSql } from "../../src/core/sql/judge.ts";
import { readSql } from "../../src/core/sql/statement.ts";
import { dbHandler } from "../../src/infra/handlers/db-handler.ts";
import type { SqlDatabase } from "../../src/spi/sql-database.ts";
import { sqlDatabaseContract } from "../support/contracts/sql-database.ts";

sqlDatabaseContract("node:sqlite", async () => sqliteDatabase());

const ONE: JsonObject = { databases: { main: { binding: "APP_DB" } } };
const TWO: JsonObject = { databases: { main: { binding: "APP_DB" }, copy: { binding: "COPY", read_only: true } } };

async function world(config: JsonObject = ONE) {
  const databases: Record<string, SqlDatabase> = { APP_DB: sqliteDatabase(), COPY: sqliteDatabase() };
  const handler = dbHandler({ database: (name) => databases[name] ?? null });
  await handler.initialize(config);
  const ask = (operation: string, payload: JsonObject) =>
    handler
      .execute(
        {
          envelopeId: "a",
          correlationId: "b",
          causationId: null,
          envelopeVersion: "1.0.0",
          sourceNode: "t",
          targetNode: null,
          operation,
          handlerType: "db",
          payload,
          metadata: NO_METADATA,
          timestamp: "",
          isResponse: false,
          success: null,
          error: null,
        },
        { tenant: "default", signal: new AbortController().signal },
      )
      .catch((thrown: unknown) => faultOf(thrown));
  return { ask, handler, databases };
}

describe("db.query and db.execute", () => {
  it("write and read", async () => {
    const { ask } = await world();
    expect(await ask("db.execute", { sql: "create table t (a text, b integer)" })).toMatchObject({ row_count: 0 });
    const insert = { sql: "insert into t values (?, ?2), ('y', 2)", parameters: ["x", 1] };
    expect(await ask("db.execute", insert)).toEqual({ rows: [], row_count: 2, last_row_id: 2 });
    expect(await ask("db.query", { sql: "select * from t order by b" })).toEqual({
      rows: [
        { a: "x", b: 1 },
        { a: "y", b: 2 },
      ],
      row_count: 2,
      last_row_id: null,
    });
  });

  it("choose the database by its name, and keep one that is only read from being written", async () => {
    const { ask } = await world(TWO);
    expect(await ask("db.query", { sql: "select 1" })).toMatchObject({
      code: "INVALID_PARAMETER",
      place: "$.payload.database",
    });
    expect(await ask("db.query", { sql: "select 1", database: "other" })).toMatchObject({ hint: "one of main, copy" });
    expect(await ask("db.query", { sql: "select 1 as a", database: "copy" })).toMatchObject({ rows: [{ a: 1 }] });
    expect(await ask("db.execute", { sql: "create table t (a)", database: "copy" })).toMatchObject({
      code: "INVALID_PARAMETER",
    });
    expect(await ask("db.execute", { sql: "create table t (a)", database: "main" })).toMatchObject({ row_count: 0 });
  });

  it("answer no more rows and bytes than they may", async () => {
    const numbers = "with recursive n(i) as (values (1) union all select i + 1 from n where i < 50) select i from n";
    const rows = await world({ ...ONE, max_rows: 49 });
    expect(await rows.ask("db.query", { sql: numbers })).toMatchObject({ code: "PAYLOAD_TOO_LARGE", retryable: false });
    const bytes = await world({ ...ONE, max_response_bytes: 1_000 });
    expect(await bytes.ask("db.query", { sql: "select hex(zeroblob(600)) as x" })).toMatchObject({
      code: "PAYLOAD_TOO_LARGE",
    });
    expect(await bytes.ask("db.query", { sql: numbers })).toMatchObject({ row_count: 50 });
  });

  it("an endless statement is stopped by the rows it may give", async () => {
    const { ask } = await world({ ...ONE, max_rows: 10 });
    const endless = "with recursive n(i) as (values (1) union all select i + 1 from n) select i from n";
    expect(await ask("db.query", { sql: endless })).toMatchObject({ code: "PAYLOAD_TOO_LARGE" });
  });

  it.each([
    [{ databases: {} }, "$.config.databases"],
    [{}, "$.config.databases"],
    [{ databases: { Main: { binding: "X" } } }, "$.config.databases.Main"],
    [{ databases: { main: { binding: "NOWHERE" } } }, "$.config.databases.main.binding"],
    [{ ...ONE, max_rows: 0 }, "$.config.max_rows"],
  ])("with settings %j do not start", async (config, place) => {
    const handler = dbHandler({ database: () => null });
    const refused: unknown = await handler.initialize(config as JsonObject).catch((thrown: unknown) => faultOf(thrown));
    expect(refused).toMatchObject({ code: "INVALID_CONFIGURATION", place });
  });
});

describe("a statement", () => {
  it.each([
    ["select 1; select 2", 0, "2 statements"],
    ["select 1; drop table t", 0, "2 statements"],
    ["select 1;drop table t--", 0, "2 statements"],
    ["select 1 /* ; */ ; /* */ delete from t", 0, "2 statements"],
    ["select ';' ; select 2", 0, "2 statements"],
    ["", 0, "no statement"],
    [" ;; -- nothing\n /* at all */", 0, "no statement"],
    ["select 'a", 0, "does not end"],
    ['select "a', 0, "does not end"],
    ["select 1 /* a", 0, "does not end"],
    ["select ?", 0, "1 placeholders, and there are 0"],
    ["select ?, ?", 1, "2 placeholders, and there are 1"],
    ["select ?2", 1, "2 placeholders, and there are 1"],
    ["select '?', \"?\", -- ?\n ?", 2, "1 placeholders, and there are 2"],
    ["select :id", 1, "has a name"],
    ["select @id", 1, "has a name"],
    ["select $id", 1, "has a name"],
    ["select ?101", 101, "101 placeholders"],
    ["pragma writable_schema = 1", 0, "PRAGMA is not sent"],
    ["attach database 'x' as y", 0, "ATTACH is not sent"],
    ["begin", 0, "BEGIN is not sent"],
    ["vacuum", 0, "VACUUM is not sent"],
    ["create trigger x after insert on t begin delete from t; end", 0, "statements"],
    ["create trigger x after insert on t begin delete from t", 0, "triggers are not made"],
    ["select 1\u0000", 0, "NUL"],
  ])("%j with %d parameters is refused", (sql, parameters, message) => {
    expect(judgeSql(sql, parameters, true)).toMatchObject({
      code: "INVALID_PARAMETER",
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ["select 1;", 0],
    ["  select 1 ; -- the end", 0],
    ["select ';' as a, \";\" as b, [;] as c, `;` as d", 0],
    ["select 'it''s; fine'", 0],
    ["/* a; b */ select 1", 0],
    ["select ?1, ?1, ?2", 2],
    ["values (?, ?)", 2],
    ["with a as (select 1) select * from a", 0],
    ["explain query plan select 1", 0],
    ["select count(*) from t where delete_at is null", 0],
  ])("%j with %d parameters may be a query", (sql, parameters) => {
    expect(judgeSql(sql, parameters, false)).toBeNull();
  });

  it.each([
    "insert into t values (1)",
    "update t set a = 1",
    "delete from t",
    "replace into t values (1)",
    "create table t (a)",
    "drop table t",
    "with a as (select 1) delete from t",
    "with a as (select 1) insert into t select * from a",
    "/* select */ delete from t",
    "reindex t",
    "alter table t add b",
  ])("%j is no query", (sql) => {
    expect(judgeSql(sql, 0, false)).toMatchObject({ message: expect.stringContaining("may change something") });
    expect(judgeSql(sql, 0, true)).toBeNull();
  });

  it("is never counted as fewer statements than the database would run", async () => {
    const piece = fc.constantFrom(
      "select 1",
      ";",
      "'",
      '"',
      "`",
      "[",
      "]",
      "--",
      "\n",
      "/*",
      "*/",
      " ",
      "as a",
      ",2",
      "''",
      "x",
    );
    const db = sqliteDatabase();
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 9 }), async (pieces) => {
        const first = pieces.join("");
        // What comes after a statement that is whole must be seen, however the first one is written.
        const whole = await db.run(first, [], 1).then(
          () => true,
          () => false,
        );
        const { statements, unfinished } = readSql(first);
        if (!whole || unfinished || statements !== 1) return;
        expect(readSql(`${first}\n;select 2`).statements).toBe(2);
      }),
      { numRuns: 3_000 },
    );
  });

  it("is read in linear time", () => {
    for (const text of [
      "(".repeat(100_000),
      "/*".repeat(50_000),
      "'".repeat(99_999),
      "--\n".repeat(30_000),
      "?1".repeat(50_000),
    ])
      expect(readSql(text)).toBeDefined();
  });
});
