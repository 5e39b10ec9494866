import { charSet, type CharSet } from "./char-set.ts";

/** Thrown while a pattern is read and caught by who reads it. */
export class PatternRefused extends Error {
  readonly kind: "syntax" | "refused";
  /** Index of a UTF-16 unit of the pattern. */
  readonly at: number;
  readonly hint: string;

  constructor(at: number, message: string, hint: string, kind: "syntax" | "refused" = "refused") {
    super(message);
    this.kind = kind;
    this.at = at;
    this.hint = hint;
  }
}

/** A place in a pattern that is being read. */
export class PatternCursor {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get ended(): boolean {
    return this.at >= this.text.length;
  }

  /** The UTF-16 unit that comes next; empty at the end. */
  get ahead(): string {
    return this.text[this.at] ?? "";
  }

  /** Takes the next character. */
  next(): string {
    const char = String.fromCodePoint(this.text.codePointAt(this.at) ?? 0);
    this.at += char.length;
    return char;
  }

  /** Takes `text` if it comes next. */
  takeIf(text: string): boolean {
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  /** What comes before the next `end`, which is taken too; null when there is none. */
  takeUntil(end: string): string | null {
    const found = this.text.indexOf(end, this.at);
    if (found === -1) return null;
    const taken = this.text.slice(this.at, found);
    this.at = found + end.length;
    return taken;
  }

  /** A decimal number, or null when there is no digit. */
  takeNumber(): number | null {
    const from = this.at;
    while (isDigit(this.ahead)) this.at++;
    return from === this.at ? null : Math.min(Number(this.text.slice(from, this.at)), Number.MAX_SAFE_INTEGER);
  }

  wrong(what: string, at = this.at): never {
    const message = `the pattern is not a regular expression: ${what}`;
    throw new PatternRefused(at, message, "use ECMAScript syntax with the flag u", "syntax");
  }
}

export const isDigit = (char: string): boolean => char >= "0" && char <= "9";

/** The set of one character. */
export function single(char: string): CharSet {
  const codePoint = char.codePointAt(0) ?? 0;
  return charSet([codePoint, codePoint]);
}
