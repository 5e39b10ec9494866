import type { CharProperty, CharSet } from "./char-set.ts";
import { charProperty, charSet, complement, DIGITS, MAX_CODE_POINT, SPACE, WORD } from "./char-set.ts";
import { isDigit, PatternRefused, single, type PatternCursor } from "./pattern-cursor.ts";

const SYNTAX = "^$\\.*+?()[]{}|/";
const CONTROL: Readonly<Record<string, number>> = { f: 0x0c, n: 0x0a, r: 0x0d, t: 0x09, v: 0x0b };

/** Reads the rest of a class whose bracket stands at `at`. */
export function readClass(cursor: PatternCursor, at: number): CharSet {
  const negated = cursor.takeIf("^");
  const ranges: number[] = [];
  const properties: CharProperty[] = [];
  const include = (set: CharSet): void => {
    ranges.push(...set.ranges);
    properties.push(...set.properties);
  };
  while (!cursor.takeIf("]")) {
    const low = classAtom(cursor, at);
    const from = cursor.at;
    if (!cursor.takeIf("-")) include(low);
    else if (cursor.ahead === "]") {
      include(low);
      ranges.push(0x2d, 0x2d);
    } else {
      const [first, last] = [onlyOf(low), onlyOf(classAtom(cursor, at))];
      if (first === null || last === null) cursor.wrong("a range goes from one character to another", from);
      if (first > last) cursor.wrong("a range is out of order", from);
      ranges.push(first, last);
    }
  }
  return { ...charSet(ranges, negated), properties };
}

function classAtom(cursor: PatternCursor, at: number): CharSet {
  if (cursor.ended) cursor.wrong("a [ is never closed", at);
  const from = cursor.at;
  const char = cursor.next();
  if (char !== "\\") return single(char);
  if (cursor.takeIf("b")) return single("\b");
  if (cursor.takeIf("-")) return single("-");
  return readEscape(cursor, from);
}

/** The one character a set takes, or null when it takes others too. */
const onlyOf = ({ ranges, properties }: CharSet): number | null =>
  properties.length === 0 && ranges.length === 2 && ranges[0] === ranges[1] ? (ranges[0] ?? null) : null;

/** Reads what follows the backslash that stands at `at`. */
export function readEscape(cursor: PatternCursor, at: number): CharSet {
  if (cursor.ended) cursor.wrong("it ends in a backslash", at);
  const char = cursor.next();
  if ("dDsSwW".includes(char)) return classEscape(char);
  if (char === "p" || char === "P") return property(cursor, char, at);
  if (char === "k" || (char >= "1" && char <= "9")) {
    const hint = "patterns are matched in linear time: write out what may repeat";
    throw new PatternRefused(at, "the pattern refers back to a group, which is not accepted", hint);
  }
  const control = CONTROL[char];
  if (control !== undefined) return charSet([control, control]);
  if (char === "0") {
    if (isDigit(cursor.ahead)) cursor.wrong("\\0 may not be followed by a digit", at);
    return charSet([0, 0]);
  }
  if (char === "c") {
    const letter = cursor.ended ? "" : cursor.next();
    if (!/^[A-Za-z]$/.test(letter)) cursor.wrong("\\c is followed by a letter", at);
    return single(String.fromCharCode(letter.charCodeAt(0) % 32));
  }
  if (char === "x") return single(String.fromCodePoint(hexadecimal(cursor, 2, at)));
  if (char === "u") return single(String.fromCodePoint(unicode(cursor, at)));
  if (!SYNTAX.includes(char)) cursor.wrong(`\\${char} means nothing`, at);
  return single(char);
}

function classEscape(letter: string): CharSet {
  const set = { d: DIGITS, s: SPACE, w: WORD }[letter.toLowerCase()] ?? DIGITS;
  return letter === letter.toLowerCase() ? set : charSet(complement(set.ranges));
}

function property(cursor: PatternCursor, letter: "p" | "P", at: number): CharSet {
  const name = cursor.takeIf("{") ? cursor.takeUntil("}") : null;
  const found = name === null ? null : charProperty(letter, name);
  if (found === null) return cursor.wrong(`\\${letter} is followed by a Unicode property in braces`, at);
  return { ranges: [], properties: [found], negated: false };
}

function unicode(cursor: PatternCursor, at: number): number {
  if (cursor.takeIf("{")) {
    const digits = cursor.takeUntil("}") ?? "";
    const value = /^[0-9A-Fa-f]+$/.test(digits) ? Number.parseInt(digits, 16) : Infinity;
    return value <= MAX_CODE_POINT ? value : cursor.wrong("\\u{…} holds the hexadecimal number of a character", at);
  }
  const unit = hexadecimal(cursor, 4, at);
  const low = /^\\u([dD][c-fC-F][0-9A-Fa-f]{2})/.exec(cursor.text.slice(cursor.at, cursor.at + 6))?.[1];
  if (unit < 0xd800 || unit > 0xdbff || low === undefined) return unit;
  cursor.at += 6;
  return 0x10000 + (unit - 0xd800) * 0x400 + (Number.parseInt(low, 16) - 0xdc00);
}

function hexadecimal(cursor: PatternCursor, length: number, at: number): number {
  const digits = cursor.text.slice(cursor.at, cursor.at + length);
  if (digits.length < length || !/^[0-9A-Fa-f]+$/.test(digits))
    cursor.wrong(`${length} hexadecimal digits are missing`, at);
  cursor.at += length;
  return Number.parseInt(digits, 16);
}
