import { fault, type Fault } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import { stretchAt } from "../sql/stretches.ts";

/** A statement with one `?` for each use of a parameter. */
export interface NumberedStatement {
  readonly sql: string;
  /** The parameter of each `?`, in order; a name that is used twice stands twice. */
  readonly names: readonly string[];
}

const NAMED = /:([A-Za-z_]\w*)/y;
const FOREIGN = /\?\d*|[@$][A-Za-z_]\w*/y;

/**
 * Writes the parameters of a statement (`:name`) as `?`, outside of texts, quoted names and comments, in linear time.
 * Refuses other kinds of placeholders, and what is opened and never closed: CONTRACT_VALIDATION_ERROR.
 */
export function numbered(statement: string): Result<NumberedStatement, Fault> {
  const names: string[] = [];
  let sql = "";
  for (let i = 0; i < statement.length;) {
    const stretch = stretchAt(statement, i);
    if (stretch !== null) {
      if (stretch.isOpen) return err(unclosed(stretch.opens));
      sql += statement.slice(i, stretch.end);
      i = stretch.end;
      continue;
    }
    FOREIGN.lastIndex = i;
    const [foreign] = FOREIGN.exec(statement) ?? [];
    if (foreign !== undefined) return err(otherPlaceholder(foreign));
    NAMED.lastIndex = i;
    const [token, name] = NAMED.exec(statement) ?? [];
    if (name !== undefined) names.push(name);
    sql += name === undefined ? statement.charAt(i) : "?";
    i += token?.length ?? 1;
  }
  return ok({ sql, names });
}

const unclosed = (opens: string): Fault =>
  fault("CONTRACT_VALIDATION_ERROR", `the statement opens ${opens} and never closes it`, {
    hint: "correct the statement",
  });

const otherPlaceholder = (placeholder: string): Fault =>
  fault("CONTRACT_VALIDATION_ERROR", `${placeholder} is not a parameter of a call`, {
    hint: "write parameters as :name, and say under parameters where each comes from",
  });
