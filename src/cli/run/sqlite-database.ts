import { createRequire } from "node:module";
import type * as Sqlite from "node:sqlite";
import type { DatabaseSync } from "node:sqlite";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { RuntimeHostError } from "../../core/errors.ts";
import { sqlFault } from "../../core/sql/sql-fault.ts";
import type { SqlDatabase } from "../../spi/sql-database.ts";

/** A database of this process: what D1 is for the Worker. Gone with the process unless it has a file. */
export interface LocalDatabase extends SqlDatabase {
  close(): void;
}

/** Loaded when the first database is opened: older Node has none, and newer says that it is an experiment. */
const openDatabase = (path: string): DatabaseSync => {
  const { DatabaseSync: Database } = createRequire(import.meta.url)("node:sqlite") as typeof Sqlite;
  return new Database(path);
};

/** @param path a file, or `:memory:` */
export function sqliteDatabase(path = ":memory:"): LocalDatabase {
  const db = openDatabase(path);
  return {
    async run(sql, parameters, maxRows) {
      try {
        const bound = parameters.map((value) => (typeof value === "boolean" ? Number(value) : value));
        const statement = db.prepare(sql);
        const before = totalOf(db);
        const rows: Record<string, JsonValue>[] = [];
        let more = false;
        for (const row of statement.iterate(...bound) as Iterable<Record<string, unknown>>) {
          if (rows.length === maxRows) {
            more = true;
            break;
          }
          rows.push(Object.fromEntries(Object.entries(row).map(([name, value]) => [name, jsonOf(value)])));
        }
        const { total, last } = totalOf(db);
        const changes = total - before.total;
        return { rows, changes, lastRowId: changes > 0 ? last : null, more };
      } catch (cause) {
        throw new RuntimeHostError(sqlFault(cause instanceof Error ? cause.message : ""), { cause });
      }
    },
    close: () => db.close(),
  };
}

function totalOf(db: DatabaseSync): { readonly total: number; readonly last: number } {
  const row = db.prepare("select total_changes() as total, last_insert_rowid() as last").get();
  return { total: Number(row?.["total"] ?? 0), last: Number(row?.["last"] ?? 0) };
}

function jsonOf(value: unknown): JsonValue {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (typeof value === "bigint") return Number(value);
  return typeof value === "string" || typeof value === "number" ? value : null;
}
