import { fault, type Fault } from "../errors.ts";
import { readSql } from "./statement.ts";

/** Statements that change nothing. WITH may begin either kind. */
const READS: ReadonlySet<string> = new Set(["SELECT", "VALUES", "EXPLAIN", "WITH"]);
const WRITES = ["INSERT", "UPDATE", "DELETE", "REPLACE"];
/** Statements about the connection, which is not the caller's, and bodies of many statements. */
const REFUSED: ReadonlySet<string> = new Set([
  ...["BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE", "ATTACH", "DETACH", "PRAGMA", "VACUUM"],
]);

/** The highest number a placeholder may have. */
const MOST_PARAMETERS = 100;

/**
 * Why a statement is not sent to a database; null when it is: one statement and no more, with a value for each of its
 * placeholders, that for `db.query` only reads. INVALID_PARAMETER, with the place in the payload.
 */
export function judgeSql(sql: string, parameters: number, mayWrite: boolean): Fault | null {
  const refuse = (message: string, hint: string, place = "$.payload.sql"): Fault =>
    fault("INVALID_PARAMETER", message, { place, hint });
  const { statements, placeholders, named, first, words, unfinished } = readSql(sql);
  if (sql.includes("\0")) return refuse("the statement holds a NUL", "leave it out");
  if (unfinished) return refuse("a text, a name or a comment in the statement does not end", "close its quote");
  if (statements !== 1)
    return refuse(
      statements === 0 ? "there is no statement" : `there are ${statements} statements`,
      "send one statement; several are several calls",
    );
  if (REFUSED.has(first)) return refuse(`${first} is not sent`, "each statement is a transaction of its own");
  if (first === "CREATE" && words.has("TRIGGER"))
    return refuse("triggers are not made here", "make them by a migration");
  if (!mayWrite && (!READS.has(first) || (first === "WITH" && WRITES.some((word) => words.has(word)))))
    return refuse(
      `${first} may change something, and this only reads`,
      "use db.execute on a database that may be written",
    );
  if (named.length > 0) return refuse(`the placeholder ${named[0] ?? ""} has a name`, "use ? or ?1");
  if (placeholders > MOST_PARAMETERS)
    return refuse(`there are ${placeholders} placeholders`, `${MOST_PARAMETERS} is the most`);
  if (placeholders !== parameters)
    return refuse(
      `the statement has ${placeholders} placeholders, and there are ${parameters} parameters`,
      "send a value for each placeholder",
      "$.payload.parameters",
    );
  return null;
}
