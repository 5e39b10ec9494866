import { keysOf } from "../../../contracts/json/narrow.ts";
import type { BlockFamily, CommentStyle } from "./dialect.ts";
import { closeDelimiters, LINE_PREFIX, openDelimiter } from "./dialect.ts";

/** A line of a text: `[start, end)` without its line break, `next` where the following line starts. 1-based number. */
export interface LineSpan {
  readonly number: number;
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

/** Where a block lies in its text. */
export interface BlockSpan {
  readonly family: BlockFamily;
  readonly style: CommentStyle;
  readonly open: LineSpan;
  readonly close: LineSpan;
  /** The lines between the delimiters. */
  readonly content: readonly LineSpan[];
  /** True for the oldest Markdown form, whose closing line does not open a comment of its own. */
  readonly bareClose: boolean;
}

/** Whether a text has a block at its top, and where. */
export type BlockLocation =
  | { readonly kind: "none" }
  | { readonly kind: "unclosed"; readonly family: BlockFamily; readonly open: LineSpan }
  | { readonly kind: "block"; readonly span: BlockSpan };

interface Delimiter {
  readonly family: BlockFamily;
  readonly style: CommentStyle;
}

const FAMILIES: readonly BlockFamily[] = ["ONEX", "OmniNode"];
const STYLES = keysOf(LINE_PREFIX);
const OPENERS: ReadonlyMap<string, Delimiter> = new Map(
  FAMILIES.flatMap((family) => STYLES.map((style) => [openDelimiter(family, style), { family, style }] as const)),
);
const LONGEST_OPENER = Math.max(...[...OPENERS.keys()].map((text) => text.length));

/** The line that starts at an offset; its break is LF or CRLF. */
export function lineFrom(text: string, start: number, number: number): LineSpan {
  const feed = text.indexOf("\n", start);
  if (feed === -1) return { number, start, end: text.length, next: text.length };
  const end = feed > start && text.charCodeAt(feed - 1) === 13 ? feed - 1 : feed;
  return { number, start, end, next: feed + 1 };
}

/** The text of a line without trailing spaces and tabs. */
function trimmedEnd(text: string, line: LineSpan): string {
  let end = line.end;
  while (end > line.start && (text.charCodeAt(end - 1) === 32 || text.charCodeAt(end - 1) === 9)) end--;
  return text.slice(line.start, end);
}

function openerAt(text: string, line: LineSpan): Delimiter | undefined {
  const first = text[line.start];
  if (first !== "<" && first !== "#" && first !== "/" && first !== "-") return undefined;
  if (line.end - line.start > LONGEST_OPENER + 200) return undefined;
  return OPENERS.get(trimmedEnd(text, line));
}

const ENCODING_LINE = /^#[^\n]{0,200}coding[:=]/;

/** What may stand above a block: byte order mark, shebang, encoding line, `---`, XML and DOCTYPE lines, blank lines. */
function mayPrecede(line: string, number: number): boolean {
  if (line === "" || line === "---") return true;
  if (number === 1 && line.startsWith("#!")) return true;
  if (number <= 2 && ENCODING_LINE.test(line)) return true;
  return /^<(\?xml|!doctype)\b[^\n]{0,500}>$/i.test(line);
}

/**
 * The first line that is neither blank nor allowed above a block, or null. Starts after a byte order mark.
 */
export function firstContentLine(text: string): LineSpan | null {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (let number = 1; at < text.length; number++) {
    const line = lineFrom(text, at, number);
    // A very long line cannot be one of the allowed kinds; do not copy it.
    if (line.end - line.start > 1000 || !mayPrecede(trimmedEnd(text, line).trimStart(), number)) return line;
    at = line.next;
  }
  return null;
}

/**
 * Finds the metadata block at the top of a text. Delimiters further down, indented, or of another style than the opening
 * one are not delimiters; a second opening line before the closing one means the first was never closed.
 */
export function locateBlock(text: string): BlockLocation {
  const open = firstContentLine(text);
  const found = open === null ? undefined : openerAt(text, open);
  if (open === null || found === undefined) return { kind: "none" };
  const closers = closeDelimiters(found.family, found.style);
  const content: LineSpan[] = [];
  let at = open.next;
  for (let number = open.number + 1; at < text.length; number++) {
    const line = lineFrom(text, at, number);
    const tail = line.end - line.start < 200 ? trimmedEnd(text, line) : "";
    if (closers.includes(tail)) {
      const bareClose = found.style === "markup" && !tail.startsWith("<!--");
      return { kind: "block", span: { ...found, open, close: line, content, bareClose } };
    }
    if (openerAt(text, line) !== undefined) break;
    content.push(line);
    at = line.next;
  }
  return { kind: "unclosed", family: found.family, open };
}

/** The opening line of another block that follows with nothing but blank lines between, or null. */
export function secondBlock(text: string, span: BlockSpan): LineSpan | null {
  let at = span.close.next;
  for (let number = span.close.number + 1; at < text.length; number++) {
    const line = lineFrom(text, at, number);
    if (openerAt(text, line) !== undefined) return line;
    if (trimmedEnd(text, line) !== "") return null;
    at = line.next;
  }
  return null;
}
