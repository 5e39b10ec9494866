/** What can be told of an SQL text without a database. */
export interface SqlText {
  /** How many statements there are; empty ones do not count. */
  readonly statements: number;
  /** How many values its placeholders need. */
  readonly placeholders: number;
  /** Placeholders that have names: `:id`, `@id`, `$id`. */
  readonly named: readonly string[];
  /** The first word, and every word outside of parentheses, in capitals. */
  readonly first: string;
  readonly words: ReadonlySet<string>;
  /** A text, a name in quotes or a comment that does not end. */
  readonly unfinished: boolean;
}

const TOKEN =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\?\d*|[:@$][A-Za-z_][\w$]*|[A-Za-z_][\w$]*|\d[\w.]*|['"`[]|[();]/g;

/** Reads an SQL text as SQLite's tokenizer does, as far as it matters here. Linear. */
export function readSql(sql: string): SqlText {
  const named = new Set<string>();
  const words = new Set<string>();
  let first = "";
  let statements = 0;
  let isEmpty = true;
  let depth = 0;
  let highest = 0;
  let unfinished = false;
  const scan = sql.matchAll(TOKEN);
  let end = 0;
  const something = (text: string): void => {
    if (text.trim() !== "" && isEmpty) {
      isEmpty = false;
      statements++;
    }
  };
  for (const { 0: token, index } of scan) {
    something(sql.slice(end, index));
    end = index + token.length;
    if (token.startsWith("--")) continue;
    if (token.startsWith("/*")) {
      unfinished ||= !token.endsWith("*/") || token.length < 4;
      continue;
    }
    if (token === ";") {
      isEmpty = true;
      continue;
    }
    something(token);
    if (token === "(") depth++;
    else if (token === ")") depth--;
    else if (token === "?") highest++;
    else if (token.startsWith("?")) highest = Math.max(highest, Number(token.slice(1)));
    else if (/^[:@$]/.test(token)) named.add(token);
    else if (/^['"`[]$/.test(token)) unfinished = true;
    else if (/^[A-Za-z_]/.test(token)) {
      const word = token.toUpperCase();
      if (first === "") first = word;
      if (depth === 0) words.add(word);
    }
  }
  something(sql.slice(end));
  return { statements, placeholders: highest, named: [...named], first, words, unfinished };
}
