/**
 * What a terminal obeys, or shows as nothing or as something else, instead of showing it: control characters (C0, DEL,
 * C1), line and paragraph separators, marks that turn the direction of writing round, characters without width, and half
 * characters. Joiners stay: scripts and emoji need them.
 */
const HIDDEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * A text in one line, safe to print: whatever is hidden stands there as JSON writes it, `\u001b` for instance. Printable
 * text stays as it is, so doing it twice changes nothing, and a JSON document means the same as before.
 */
export const printableLine = (text: string): string => text.replace(HIDDEN, escaped);

/** The same for a text of several lines. */
export const printable = (text: string): string =>
  text.replace(HIDDEN, (character) => (character === "\n" ? character : escaped(character)));

function escaped(character: string): string {
  return SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
