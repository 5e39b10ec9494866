import { stretchAt } from "./stretches.ts";

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

const TOKEN = /\?\d*|[:@$][A-Za-z_][\w$]*|[A-Za-z_][\w$]*|\d[\w.]*|[();]/y;

interface Token {
  readonly text: string;
  readonly index: number;
  /** True for a text, a quoted name or a comment that is opened and never closed. */
  readonly isOpen: boolean;
}

/** The tokens of an SQL text, in one pass: no stretch is looked through twice. */
function* tokensOf(sql: string): Generator<Token> {
  for (let index = 0; index < sql.length;) {
    const stretch = stretchAt(sql, index);
    if (stretch === null) {
      TOKEN.lastIndex = index;
      const [text] = TOKEN.exec(sql) ?? [];
      if (text !== undefined) yield { text, index, isOpen: false };
      index += text?.length ?? 1;
      continue;
    }
    const { end, isOpen } = stretch;
    yield { text: sql.slice(index, end), index, isOpen };
    index = end;
  }
}

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
  let end = 0;
  const something = (text: string): void => {
    if (text.trim() !== "" && isEmpty) {
      isEmpty = false;
      statements++;
    }
  };
  for (const { text: token, index, isOpen } of tokensOf(sql)) {
    something(sql.slice(end, index));
    end = index + token.length;
    if (token.startsWith("--")) continue;
    unfinished ||= isOpen;
    if (token.startsWith("/*")) continue;
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
    else if (/^[A-Za-z_]/.test(token)) {
      const word = token.toUpperCase();
      if (first === "") first = word;
      if (depth === 0) words.add(word);
    }
  }
  something(sql.slice(end));
  return { statements, placeholders: highest, named: [...named], first, words, unfinished };
}
