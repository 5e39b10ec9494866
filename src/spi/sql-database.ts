import type { JsonValue } from "../../contracts/json/json.ts";

export type SqlValue = string | number | boolean | null;

export interface SqlAnswer {
  /** Bytes are base64 texts. */
  readonly rows: readonly Readonly<Record<string, JsonValue>>[];
  /** Rows that were changed. */
  readonly changes: number;
  /** Null when the statement added none. */
  readonly lastRowId: number | null;
  /** True where more rows would have followed. */
  readonly more: boolean;
}

/**
 * A database of SQLite's dialect. Rejects with INVALID_PARAMETER for a statement it does not understand,
 * HANDLER_EXECUTION_ERROR for one it refuses (a constraint), CONNECTION_ERROR or SERVICE_UNAVAILABLE otherwise.
 */
export interface SqlDatabase {
  /** Runs one statement, and gives at most `maxRows` of its rows. */
  run(sql: string, parameters: readonly SqlValue[], maxRows: number): Promise<SqlAnswer>;
}
