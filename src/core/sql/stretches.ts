/** What opens a stretch in which nothing means anything but its end. A doubled quote opens the next text at once. */
const STRETCHES: readonly (readonly [opens: string, ends: string])[] = [
  ["'", "'"],
  ['"', '"'],
  ["`", "`"],
  ["[", "]"],
  ["--", "\n"],
  ["/*", "*/"],
];

/** A text, a quoted name or a comment of an SQL text. */
export interface Stretch {
  readonly opens: string;
  /** Where it is over. */
  readonly end: number;
  /** Opened and never closed; a comment to the end of its line needs no end. */
  readonly isOpen: boolean;
}

/** The stretch that begins at a place of an SQL text; null where none does. Looked through once, it is never again. */
export function stretchAt(sql: string, index: number): Stretch | null {
  const [opens, ends] = STRETCHES.find(([one]) => sql.startsWith(one, index)) ?? [];
  if (opens === undefined || ends === undefined) return null;
  const at = sql.indexOf(ends, index + opens.length);
  return { opens, end: at < 0 ? sql.length : at + ends.length, isOpen: at < 0 && opens !== "--" };
}
