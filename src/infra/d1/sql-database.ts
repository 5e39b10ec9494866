import type { JsonValue } from "../../../contracts/json/json.ts";
import { RuntimeHostError } from "../../core/errors.ts";
import { sqlFault } from "../../core/sql/sql-fault.ts";
import type { SqlDatabase } from "../../spi/sql-database.ts";

/** A user's database in D1. D1 reads all rows before it gives the first. */
export function d1SqlDatabase(db: D1Database): SqlDatabase {
  return {
    async run(sql, parameters, maxRows) {
      try {
        const bound = parameters.map((value) => (typeof value === "boolean" ? Number(value) : value));
        const { results, meta } = await db
          .prepare(sql)
          .bind(...bound)
          .all<Record<string, unknown>>();
        const lastRowId = meta.changes > 0 && Number.isSafeInteger(meta.last_row_id) ? meta.last_row_id : null;
        return {
          rows: results.slice(0, maxRows).map(jsonRow),
          changes: meta.changes,
          lastRowId,
          more: results.length > maxRows,
        };
      } catch (cause) {
        throw new RuntimeHostError(sqlFault(cause instanceof Error ? cause.message : ""), { cause });
      }
    },
  };
}

const jsonRow = (row: Record<string, unknown>): Readonly<Record<string, JsonValue>> =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, jsonOf(value)]));

/** D1 gives bytes as a list of numbers. */
function jsonOf(value: unknown): JsonValue {
  if (Array.isArray(value)) return btoa(String.fromCharCode(...(value as number[])));
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}
