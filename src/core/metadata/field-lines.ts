import type { BlockSpan } from "./locate.ts";
import type { MetadataProblem } from "./problem.ts";
import { problem } from "./problem.ts";
import { LINE_PREFIX } from "./dialect.ts";
import type { FieldLine } from "./entries.ts";
import type { TokenSpan } from "./hash-rules.ts";

/** A field line that knows where its text stands in the document. */
export interface PlacedLine extends FieldLine {
  readonly start: number;
}

/** How the lines of a block carry their fields. */
export type LineForm = "bare" | "prefixed" | "comment-per-line";

/** A block's lines without their comment syntax. */
export interface FieldLines {
  readonly form: LineForm;
  readonly lines: readonly PlacedLine[];
  /** True when the fields stand between `---` and `...`. */
  readonly documentMarkers: boolean;
  readonly problems: readonly MetadataProblem[];
}

const MAX_PROBLEMS = 50;

/** Takes the comment syntax off a block's lines. */
export function fieldLines(text: string, span: BlockSpan): FieldLines {
  const raw = span.content.map((line) => ({
    number: line.number,
    start: line.start,
    text: text.slice(line.start, line.end),
  }));
  const first = raw.find((line) => line.text.trim() !== "")?.text ?? "";
  const form = formOf(first, span);
  const problems: MetadataProblem[] = [];
  const lines: PlacedLine[] = [];
  for (const line of raw) {
    const stripped = strip(line, form, span);
    if (stripped !== null) lines.push(stripped);
    else if (problems.length < MAX_PROBLEMS) {
      problems.push(
        problem("MD002", "this line does not have the form of the others", `write it as ${EXAMPLE[form](span)}`, {
          line: line.number,
        }),
      );
    }
  }
  return { form, ...withoutMarkers(lines), problems };
}

const EXAMPLE: Readonly<Record<LineForm, (span: BlockSpan) => string>> = {
  bare: () => "key: value",
  prefixed: (span) => `${LINE_PREFIX[span.style]}key: value`,
  "comment-per-line": () => "<!-- key: value -->",
};

function formOf(first: string, span: BlockSpan): LineForm {
  if (span.style === "markup") return first.startsWith("<!--") ? "comment-per-line" : "bare";
  return first === "" || first.startsWith(LINE_PREFIX[span.style].trimEnd()) ? "prefixed" : "bare";
}

function strip(line: PlacedLine, form: LineForm, span: BlockSpan): PlacedLine | null {
  if (form === "bare" || line.text.trim() === "") return line;
  if (form === "prefixed") {
    const prefix = LINE_PREFIX[span.style];
    if (line.text.startsWith(prefix)) return shifted(line, prefix.length, line.text.length);
    return line.text.trimEnd() === prefix.trimEnd() ? shifted(line, prefix.length, line.text.length) : null;
  }
  const end = line.text.trimEnd();
  if (!end.startsWith("<!--") || !end.endsWith("-->") || end.length < 7) return null;
  const inner = end.slice(4, -3);
  const lead = inner.length - inner.trimStart().length;
  return shifted(line, 4 + lead, 4 + inner.trimEnd().length);
}

const shifted = (line: PlacedLine, from: number, to: number): PlacedLine => ({
  number: line.number,
  start: line.start + from,
  text: line.text.slice(from, Math.max(from, to)),
});

function withoutMarkers(lines: readonly PlacedLine[]): {
  readonly lines: readonly PlacedLine[];
  readonly documentMarkers: boolean;
} {
  const first = lines.findIndex((line) => line.text.trim() !== "");
  if (lines[first]?.text.trimEnd() !== "---") return { lines, documentMarkers: false };
  const last = lines.findLastIndex((line) => line.text.trim() !== "");
  const closed = last > first && lines[last]?.text.trimEnd() === "...";
  return { lines: lines.slice(first + 1, closed ? last : undefined), documentMarkers: true };
}

/** Where the value of a top-level field stands, with its quotes and without spaces around it; null when not given once. */
export function valueToken(lines: readonly PlacedLine[], name: string): TokenSpan | null {
  const head = `${name}:`;
  let found: TokenSpan | null = null;
  for (const line of lines) {
    if (!line.text.startsWith(head)) continue;
    if (found !== null) return null;
    const rest = line.text.slice(head.length);
    const start = line.start + head.length + (rest.length - rest.trimStart().length);
    found = { start, end: Math.max(start, line.start + head.length + rest.trimEnd().length) };
  }
  return found;
}
