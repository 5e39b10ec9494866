import { describe, expect, it } from "vitest";
import { faultOf } from "../../../src/core/errors.ts";
import type { SqlDatabase } from "../../../src/spi/sql-database.ts";

/** What the db handler relies on. `open` gives an empty database. */
export function sqlDatabaseContract(label: string, open: () => Promise<SqlDatabase>): void {
  describe(`${label}: SQL database`, () => {
    const filled = async (): Promise<SqlDatabase> => {
      const db = await open();
      await db.run("create table item (id integer primary key, name text unique, weight real, raw blob)", [], 10);
      await db.run("insert into item (name, weight, raw) values (?, ?, x'00ff'), (?2, ?1, null)", ["a", 1.5], 10);
      return db;
    };
    const codeOf = async (asked: Promise<unknown>) =>
      asked.then(
        () => "none",
        (thrown: unknown) => faultOf(thrown),
      );

    it("gives rows as JSON, bytes as base64", async () => {
      const db = await filled();
      expect(await db.run("select id, name, raw from item where id = ?", [1], 10)).toEqual({
        rows: [{ id: 1, name: "a", raw: "AP8=" }],
        changes: 0,
        lastRowId: null,
        more: false,
      });
      expect((await db.run("select null as n, 1.5 as r, 'ü' as t, ? as b", [true], 10)).rows).toEqual([
        { n: null, r: 1.5, t: "ü", b: 1 },
      ]);
    });

    it("tells how much was changed, and the last row that was added", async () => {
      const db = await filled();
      expect(await db.run("insert into item (name) values ('c')", [], 10)).toMatchObject({
        rows: [],
        changes: 1,
        lastRowId: 3,
      });
      expect(await db.run("update item set weight = 2", [], 10)).toMatchObject({ changes: 3 });
      expect(await db.run("delete from item where id = 99", [], 10)).toMatchObject({ changes: 0, lastRowId: null });
      expect((await db.run("insert into item (name) values ('d') returning id, name", [], 10)).rows).toEqual([
        { id: 4, name: "d" },
      ]);
    });

    it("gives so many rows and says that there are more", async () => {
      const db = await filled();
      expect(await db.run("select id from item order by id", [], 1)).toMatchObject({ rows: [{ id: 1 }], more: true });
      expect(await db.run("select id from item", [], 2)).toMatchObject({ more: false });
    });

    it.each([
      ["select * from nothing", "INVALID_PARAMETER"],
      ["select nothing from item", "INVALID_PARAMETER"],
      ["selec 1", "INVALID_PARAMETER"],
      ["insert into item (name) values ('a')", "HANDLER_EXECUTION_ERROR"],
    ])("refuses %s with %s, and says no more than is known to be about the statement", async (sql, code) => {
      const db = await filled();
      const problem = await codeOf(db.run(sql, [], 10));
      expect(problem).toMatchObject({ code, message: expect.stringMatching(/^the database says: /) });
      expect(JSON.stringify(problem)).not.toMatch(/D1_ERROR|SQLITE_|ERR_/);
    });
  });
}
