import { fault, type Fault } from "../errors.ts";
import { clip } from "../text/clip.ts";

/** What SQLite says about a statement that is the author's to mend. */
const OF_THE_STATEMENT =
  /no such (?:table|column|function|index|view|collation sequence): [^:\n]+|near "[^"\n]*": syntax error|incomplete input|table \S+ already exists|has no column named [^:\n]+|values for \d+ columns|ambiguous column name: [^:\n]+|wrong number of arguments to function [^:\n]+/i;
const CONSTRAINT =
  /(?:UNIQUE|NOT NULL|CHECK|FOREIGN KEY|PRIMARY KEY) constraint failed(?:: [^:\n]+)?|datatype mismatch/i;
const BUSY = /locked|busy|overloaded|too many requests|timed? ?out/i;

/**
 * What a database's own message stands for. Only what is known to speak of the statement is passed on: other texts may
 * speak of things that are nobody's business.
 */
export function sqlFault(message: string): Fault {
  const statement = OF_THE_STATEMENT.exec(message)?.[0];
  if (statement !== undefined)
    return fault("INVALID_PARAMETER", `the database says: ${clip(statement, 200)}`, { place: "$.payload.sql" });
  const constraint = CONSTRAINT.exec(message)?.[0];
  if (constraint !== undefined)
    return fault("HANDLER_EXECUTION_ERROR", `the database says: ${clip(constraint, 200)}`, {
      retryable: false,
      details: { reason: "constraint" },
    });
  if (BUSY.test(message)) return fault("SERVICE_UNAVAILABLE", "the database is busy");
  return fault("CONNECTION_ERROR", "the database did not answer as it should");
}
