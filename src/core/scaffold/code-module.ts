/** A module text and where the author's own first line is in it, 1-based. */
export interface CodeModule {
  readonly text: string;
  readonly firstLine: number;
}

const DEFAULT_EXPORT = /^[ \t]*export\s+default\b/m;
const ARROW = /^(?:async\s+)?(?:\([^()]*\)|[A-Za-z_$][\w$]*)\s*=>/;
/** A function statement needs a name, so one without is an expression. */
const ANONYMOUS_FUNCTION = /^(?:async\s+)?function\s*\(/;

/**
 * The one stored form of a function node's code: a module whose default export is the function. Accepts a function body
 * that uses `input` and returns the output state, an arrow function or anonymous function, or such a module itself.
 */
export function codeModule(code: string): CodeModule {
  const source = code.replaceAll("\r\n", "\n").trimEnd();
  if (DEFAULT_EXPORT.test(source)) return { text: `${source}\n`, firstLine: 1 };
  const start = source.slice(endOfComments(source));
  if (ARROW.test(start) || ANONYMOUS_FUNCTION.test(start)) {
    const expression = withoutEnd(source);
    return { text: `export default function (input) {\n  return (\n${expression}\n  )(input);\n}\n`, firstLine: 3 };
  }
  const async = /\bawait\b/.test(source) ? "async " : "";
  return { text: `export default ${async}function (input) {\n${source}\n}\n`, firstLine: 2 };
}

/** Where what is no blank and no comment begins. */
function endOfComments(source: string): number {
  for (let at = 0; ;) {
    const ends = source.startsWith("//", at) ? "\n" : source.startsWith("/*", at) ? "*/" : null;
    if (ends === null && !/\s/.test(source.charAt(at))) return at;
    const end = ends === null ? at : source.indexOf(ends, at + 2);
    if (end < 0) return ends === "\n" ? source.length : at;
    at = end + (ends ?? " ").length;
  }
}

/** Without the semicolons and blanks it ends in. An expression for that would look at each blank again from each blank. */
function withoutEnd(source: string): string {
  let end = source.length;
  while (end > 0 && /[;\s]/.test(source.charAt(end - 1))) end--;
  return source.slice(0, end);
}
