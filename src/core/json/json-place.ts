/** Where a text stops being JSON. Lines and columns from 1, columns in UTF-16 units. */
export interface JsonPlace {
  readonly line: number;
  readonly column: number;
  /** What could have stood there, for a person. */
  readonly expected: string;
}

type Expecting = "value" | "value or ]" | "key" | "key or }" | ":" | "more" | "end";

const SAYS: Readonly<Record<Expecting, string>> = {
  value: "a value",
  "value or ]": "a value or ]",
  key: "a key in double quotes",
  "key or }": "a key in double quotes or }",
  ":": "a colon",
  more: "a comma or a closing bracket",
  end: "nothing more",
};

const SPACE = /[ \t\n\r]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/**
 * The first place where `text` is not JSON (RFC 8259), or null when it is. Called only after a parser has refused, so
 * messages need not be read for positions, which differ between engines. Iterative and linear.
 */
export function firstJsonError(text: string): JsonPlace | null {
  const open: ("[" | "{")[] = [];
  let expecting: Expecting = "value";
  let at = 0;
  for (;;) {
    at = past(SPACE, text, at);
    const character = text[at];
    if (character === undefined) return expecting === "end" ? null : placeOf(text, at, expecting);
    const step = advance(text, at, character, expecting, open);
    if (step === null) return placeOf(text, at, expecting);
    ({ at, expecting } = step);
  }
}

interface Step {
  readonly at: number;
  readonly expecting: Expecting;
}

function advance(text: string, at: number, character: string, expecting: Expecting, open: ("[" | "{")[]): Step | null {
  const after = (): Expecting => (open.length === 0 ? "end" : "more");
  const isClosing = character === (open.at(-1) === "[" ? "]" : "}");
  switch (expecting) {
    case "end":
      return null;
    case ":":
      return character === ":" ? { at: at + 1, expecting: "value" } : null;
    case "more":
      if (character === ",") return { at: at + 1, expecting: open.at(-1) === "[" ? "value" : "key" };
      if (!isClosing) return null;
      open.pop();
      return { at: at + 1, expecting: after() };
    case "key":
    case "key or }":
      if (expecting === "key or }" && isClosing) {
        open.pop();
        return { at: at + 1, expecting: after() };
      }
      return token(pastString(text, at), at, ":");
    case "value":
    case "value or ]":
      if (expecting === "value or ]" && isClosing) {
        open.pop();
        return { at: at + 1, expecting: after() };
      }
      if (character === "[" || character === "{") {
        open.push(character);
        return { at: at + 1, expecting: character === "[" ? "value or ]" : "key or }" };
      }
      return token(character === '"' ? pastString(text, at) : past(SCALAR, text, at), at, after());
  }
}

const token = (end: number, at: number, expecting: Expecting): Step | null =>
  end === at ? null : { at: end, expecting };

/** The index after the string that starts at `at`, or `at` when none does. A loop: a pattern would backtrack over a megabyte. */
function pastString(text: string, at: number): number {
  if (text[at] !== '"') return at;
  let i = at + 1;
  while (i < text.length) {
    const character = text.charAt(i);
    if (character === '"') return i + 1;
    const next = character === "\\" ? past(ESCAPE, text, i) : character < " " ? i : i + 1;
    if (next === i) return at;
    i = next;
  }
  return at;
}

function past(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

function placeOf(text: string, at: number, expecting: Expecting): JsonPlace {
  const before = text.slice(0, at);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: at - lineStart + 1, expected: SAYS[expecting] };
}
