import type { Result } from "../../result.ts";
import { err, ok } from "../../result.ts";
import { NO_LINE_END } from "./char-set.ts";
import { PatternCursor, PatternRefused, single } from "./pattern-cursor.ts";
import { EMPTY, sizeOf, type PatternNode } from "./pattern-node.ts";
import { readClass, readEscape } from "./read-class.ts";

/** Why a pattern is refused. */
export interface PatternFault {
  /** Whether it is no pattern at all, or one that is not accepted. */
  readonly kind: "syntax" | "refused";
  /** Where: the index of a UTF-16 unit of the pattern. */
  readonly at: number;
  readonly message: string;
  readonly hint: string;
}

/** A pattern and how many instructions it becomes. */
export interface ReadPattern {
  readonly node: PatternNode;
  readonly size: number;
}

/** A longer pattern is refused. UTF-16 units. */
export const MAX_PATTERN_LENGTH = 4_000;
/** A pattern that becomes more instructions, its counted repetitions written out, is refused. */
export const MAX_PATTERN_SIZE = 10_000;
const MAX_NESTING = 100;

/**
 * Reads a pattern in the syntax of ECMAScript with the flag `u`, as JSON Schema means it. What cannot be matched in
 * linear time is refused: look-around and back-references. So is what would become too large.
 */
export function readPattern(pattern: string): Result<ReadPattern, PatternFault> {
  if (pattern.length > MAX_PATTERN_LENGTH) {
    const message = `the pattern is longer than ${MAX_PATTERN_LENGTH} characters`;
    return err({
      kind: "refused",
      at: MAX_PATTERN_LENGTH,
      message,
      hint: "say it in several patterns under allOf or anyOf",
    });
  }
  try {
    const node = whole(new PatternCursor(pattern));
    const size = sizeOf(node);
    if (size <= MAX_PATTERN_SIZE) return ok({ node, size });
    const message = `the pattern repeats too much: it becomes more than ${MAX_PATTERN_SIZE} steps`;
    return err({ kind: "refused", at: 0, message, hint: "repeat less, or limit the length with maxLength" });
  } catch (thrown) {
    if (!(thrown instanceof PatternRefused)) throw thrown;
    return err({ kind: thrown.kind, at: thrown.at, message: thrown.message, hint: thrown.hint });
  }
}

function whole(cursor: PatternCursor): PatternNode {
  const node = choice(cursor, new Set(), 0);
  return cursor.ended ? node : cursor.wrong("there is a ) without its (");
}

/** `names` are those of the groups so far. */
function choice(cursor: PatternCursor, names: Set<string>, depth: number): PatternNode {
  if (depth > MAX_NESTING) {
    throw new PatternRefused(cursor.at, `the pattern is nested more than ${MAX_NESTING} deep`, "use fewer groups");
  }
  const first = sequence(cursor, names, depth);
  const options = [first];
  while (cursor.takeIf("|")) options.push(sequence(cursor, names, depth));
  return options.length === 1 ? first : { kind: "choice", options };
}

function sequence(cursor: PatternCursor, names: Set<string>, depth: number): PatternNode {
  const parts: PatternNode[] = [];
  while (!cursor.ended && cursor.ahead !== "|" && cursor.ahead !== ")") {
    const part = edge(cursor) ?? repeated(cursor, atom(cursor, names, depth));
    if (part.kind !== "empty") parts.push(part);
  }
  const [first] = parts;
  if (first === undefined) return EMPTY;
  return parts.length === 1 ? first : { kind: "sequence", parts };
}

const EDGES = { "^": "start", $: "end", "\\b": "boundary", "\\B": "inside" } as const;

function edge(cursor: PatternCursor): PatternNode | null {
  for (const [text, name] of Object.entries(EDGES)) if (cursor.takeIf(text)) return { kind: "edge", edge: name };
  return null;
}

function atom(cursor: PatternCursor, names: Set<string>, depth: number): PatternNode {
  const { at } = cursor;
  const char = cursor.next();
  if (char === "(") return group(cursor, at, names, depth);
  if (char === ".") return { kind: "set", set: NO_LINE_END };
  if (char === "[") return { kind: "set", set: readClass(cursor, at) };
  if (char === "\\") return { kind: "set", set: readEscape(cursor, at) };
  if ("*+?".includes(char)) cursor.wrong("there is nothing to repeat", at);
  if ("{}]".includes(char)) cursor.wrong(`a ${char} that stands for itself is written \\${char}`, at);
  return { kind: "set", set: single(char) };
}

const LOOK_AROUND = { "=": "look-ahead", "!": "look-ahead", "<=": "look-behind", "<!": "look-behind" } as const;

function group(cursor: PatternCursor, at: number, names: Set<string>, depth: number): PatternNode {
  if (cursor.takeIf("?") && !cursor.takeIf(":")) {
    for (const [sign, name] of Object.entries(LOOK_AROUND)) {
      if (!cursor.takeIf(sign)) continue;
      const hint = "patterns are matched in linear time: put a second pattern under allOf, or under not";
      throw new PatternRefused(at, `the pattern uses ${name}, which is not accepted`, hint);
    }
    if (!cursor.takeIf("<")) cursor.wrong("only (?: and (?<name> may begin a group with a question mark", at);
    const name = cursor.takeUntil(">") ?? "";
    if (!/^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u.test(name)) cursor.wrong("a group has no good name", at);
    if (names.has(name)) cursor.wrong(`two groups are named ${name}`, at);
    names.add(name);
  }
  const node = choice(cursor, names, depth + 1);
  return cursor.takeIf(")") ? node : cursor.wrong("a ( is never closed", at);
}

function repeated(cursor: PatternCursor, part: PatternNode): PatternNode {
  const limits = quantifier(cursor);
  if (limits === null) return part;
  cursor.takeIf("?"); // Lazy or greedy: the answer is the same.
  const [min, max] = limits;
  if (max === 0 || sizeOf(part) === 0) return EMPTY;
  return min === 1 && max === 1 ? part : { kind: "repeat", part, min, max };
}

function quantifier(cursor: PatternCursor): readonly [min: number, max: number | null] | null {
  if (cursor.takeIf("*")) return [0, null];
  if (cursor.takeIf("+")) return [1, null];
  if (cursor.takeIf("?")) return [0, 1];
  const { at } = cursor;
  if (!cursor.takeIf("{")) return null;
  const min = cursor.takeNumber();
  const max = cursor.takeIf(",") ? cursor.takeNumber() : min;
  if (min === null || !cursor.takeIf("}")) cursor.wrong("a repetition is written {2}, {2,} or {2,5}", at);
  if (max !== null && max < min) cursor.wrong("the numbers of a repetition are out of order", at);
  return [min, max];
}
