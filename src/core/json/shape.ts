/** What a JSON text is like, told without parsing it. */
export interface TextShape {
  /** Members of all objects together, repeated ones too. */
  readonly members: number;
  /** Levels of lists and objects. */
  readonly depth: number;
}

const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a] as const;
const [OPEN_LIST, CLOSE_LIST, OPEN_MAP, CLOSE_MAP] = [0x5b, 0x5d, 0x7b, 0x7d] as const;
/** A string longer than this is skipped by a search instead of a loop. */
const SHORT = 24;

/** Counts members and levels in one pass. Of a text that is no JSON the figures mean nothing. */
export function shapeOf(text: string): TextShape {
  let members = 0;
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === QUOTE) i = endOfString(text, i);
    else if (unit === COLON) members++;
    else if (unit === OPEN_LIST || unit === OPEN_MAP) {
      depth++;
      if (depth > deepest) deepest = depth;
    } else if (unit === CLOSE_LIST || unit === CLOSE_MAP) depth--;
  }
  return { members, depth: deepest };
}

/** The index of the quote that ends the string which begins at `start`; the text's length when none does. */
export function endOfString(text: string, start: number): number {
  const near = start + SHORT;
  let i = start + 1;
  for (; i < text.length && i <= near; i++) {
    const unit = text.charCodeAt(i);
    if (unit === QUOTE) return i;
    if (unit === BACKSLASH) i++;
  }
  for (;;) {
    const quote = text.indexOf('"', i);
    if (quote === -1) return text.length;
    const escapes = backslashesBefore(text, quote, i);
    if (escapes % 2 === 0) return quote;
    i = quote + 1;
  }
}

/** Backslashes that stand right before `end`, none before `start`: an odd number of them escapes what stands there. */
function backslashesBefore(text: string, end: number, start: number): number {
  let at = end;
  while (at > start && text.charCodeAt(at - 1) === BACKSLASH) at--;
  return end - at;
}
