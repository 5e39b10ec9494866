import { dbConfig, type DbConfig } from "../../../contracts/documents/handler-config.ts";
import { dbPayload, type DbResponse } from "../../../contracts/documents/handler-operation.ts";
import { fault, RuntimeHostError } from "../../core/errors.ts";
import { IN_CONFIG, IN_PAYLOAD, readMembers } from "../../core/operation/read-payload.ts";
import { utf8Bytes } from "../../core/run/model/utf8.ts";
import { judgeSql } from "../../core/sql/judge.ts";
import { quoted } from "../../core/text/clip.ts";
import type { EnvelopeHandler } from "../../spi/envelope-handler.ts";
import type { SqlAnswer, SqlDatabase } from "../../spi/sql-database.ts";
import { envelopeHandler } from "./envelope-lifecycle.ts";
import type { HandlerState } from "./lifecycle.ts";

export interface DbPorts {
  /** The database of a binding; null where there is none of that name. */
  readonly database: (binding: string) => SqlDatabase | null;
}

interface Bound {
  readonly database: SqlDatabase;
  readonly readOnly: boolean;
}

/**
 * `db.query` reads, `db.execute` may write: one statement each, on a database the binding names. Refusals: INVALID_PARAMETER
 * for the statement or its parameters, PAYLOAD_TOO_LARGE for more rows or bytes than are answered, and what the database
 * says otherwise.
 */
export function dbHandler(ports: DbPorts): EnvelopeHandler & { readonly state: HandlerState } {
  const bound = new Map<string, Bound>();
  let limits: Pick<DbConfig, "max_rows" | "max_response_bytes"> = { max_rows: 0, max_response_bytes: 0 };
  return envelopeHandler({
    type: "db",
    version: "1.0.0",
    responseShape: { rows: "list of objects", row_count: "integer", last_row_id: "integer or null" },
    targetOf: ({ database }) => (typeof database === "string" ? database : ([...bound.keys()][0] ?? "-")),
    initialize: async (config) => {
      const read = readMembers(dbConfig, config, IN_CONFIG);
      for (const [name, { binding, read_only: readOnly }] of Object.entries(read.databases)) {
        const database = ports.database(binding);
        if (!database) throw notBound(name, binding);
        bound.set(name, { database, readOnly });
      }
      limits = read;
    },
    async execute({ operation, payload }) {
      const { sql, parameters, database: name } = readMembers(dbPayload, payload, IN_PAYLOAD);
      const { database, readOnly } = databaseOf(name, bound);
      const problem = judgeSql(sql, parameters.length, operation === "db.execute" && !readOnly);
      if (problem) throw new RuntimeHostError(problem);
      const answer = await database.run(sql, parameters, limits.max_rows);
      refuseTooLarge(answer, limits);
      return responseOf(answer);
    },
  });
}

const responseOf = ({ rows, changes, lastRowId }: SqlAnswer): DbResponse => ({
  rows: [...rows],
  row_count: rows.length > 0 ? rows.length : changes,
  last_row_id: lastRowId,
});

function databaseOf(name: string | undefined, bound: ReadonlyMap<string, Bound>): Bound {
  const names = [...bound.keys()];
  const chosen = name ?? (names.length === 1 ? names[0] : undefined);
  const known = chosen === undefined ? undefined : bound.get(chosen);
  if (known) return known;
  throw new RuntimeHostError(
    fault("INVALID_PARAMETER", name === undefined ? "no database is named" : `there is no database ${quoted(name)}`, {
      place: "$.payload.database",
      hint: `one of ${names.join(", ")}`,
    }),
  );
}

function refuseTooLarge({ rows, more }: SqlAnswer, limits: Pick<DbConfig, "max_rows" | "max_response_bytes">): void {
  const refuse = (message: string): RuntimeHostError =>
    new RuntimeHostError(fault("PAYLOAD_TOO_LARGE", message, { retryable: false, hint: "ask for less: add LIMIT" }));
  if (more) throw refuse(`the answer has more than ${limits.max_rows} rows`);
  let bytes = 0;
  for (const row of rows) {
    bytes += utf8Bytes(JSON.stringify(row));
    if (bytes > limits.max_response_bytes) throw refuse(`the answer is longer than ${limits.max_response_bytes} bytes`);
  }
}

const notBound = (name: string, binding: string): RuntimeHostError =>
  new RuntimeHostError(
    fault("INVALID_CONFIGURATION", `the database ${name} is to be ${binding}, and there is no such binding`, {
      place: `$.config.databases.${name}.binding`,
      hint: "add a [[d1_databases]] with that binding to wrangler.toml",
    }),
  );
