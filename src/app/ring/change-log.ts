import type { Instant } from "../../core/run/model/state.ts";
import type { RingPart } from "../../spi/ring-store.ts";

/** A row holds at most 2 MB; a character takes at most three bytes. */
const ROW_CHARS = 500_000;
/** The last row of a log is written again with every line until it is this long. */
const LOG_ROW_CHARS = 8 * 1024;

const LOG = "s";

/**
 * The lines added to a text since it was written, in rows of their own: however much of a run a line is about and however
 * large the run is, a line costs one row. Of all parts of its owner the last row says when the owner is due.
 */
export class RingLog {
  /** Of the text the lines are added to. */
  readonly baseChars: number;
  #chars = 0;
  #rows = 0;
  #last = "";

  constructor(baseChars: number) {
    this.baseChars = baseChars;
  }

  /** The log among an owner's parts, which come sorted. */
  static of(parts: readonly RingPart[], baseChars: number): RingLog {
    const log = new RingLog(baseChars);
    for (const { body } of parts.filter(isLogRow)) log.#note(body);
    return log;
  }

  /** Of all lines together. */
  get chars(): number {
    return this.#chars;
  }

  /** The parts that add a line. */
  add(line: string, dueAt: Instant | null): RingPart[] {
    const text = `${line}\n`;
    if (this.#rows > 0 && this.#last.length + text.length <= LOG_ROW_CHARS) {
      this.#last += text;
      this.#chars += text.length;
      return [{ part: logRow(this.#rows - 1), body: this.#last, dueAt }];
    }
    return pieces(text).map((body) => {
      this.#note(body);
      return { part: logRow(this.#rows - 1), body, dueAt };
    });
  }

  #note(body: string): void {
    this.#rows += 1;
    this.#chars += body.length;
    this.#last = body;
  }
}

const logRow = (row: number): string => LOG + String(row).padStart(6, "0");

const isLogRow = ({ part }: RingPart): boolean => isPiece(part, LOG);

/** The lines among an owner's parts, oldest first. A line may be spread over rows; one that is cut is among them. */
export function logLines(parts: readonly RingPart[]): readonly string[] {
  const rows = parts.filter(isLogRow).map(({ body }) => body);
  const lines = rows.join("").split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

/** A text of any length as parts: one under the name itself, or several numbered ones. The last is due. */
export function textParts(name: string, text: string, dueAt: Instant | null): RingPart[] {
  if (text.length <= ROW_CHARS) return [{ part: name, body: text, dueAt }];
  return pieces(text).map((body, row) => ({ part: name + String(row).padStart(4, "0"), body, dueAt }));
}

/** The text that was written under the name; null when there is none. Parts come sorted. */
export function textOf(parts: readonly RingPart[], name: string): string | null {
  const own = parts.filter(({ part }) => part === name || isPiece(part, name));
  return own.length === 0 ? null : own.map(({ body }) => body).join("");
}

const isPiece = (part: string, name: string): boolean => part.startsWith(name) && /^\d+$/.test(part.slice(name.length));

/** Cut between characters, never inside one: half a character cannot be stored. */
function pieces(text: string): string[] {
  const cut: string[] = [];
  for (let at = 0, end = 0; at < text.length; at = end) {
    end = at + ROW_CHARS;
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end--;
    cut.push(text.slice(at, end));
  }
  return cut;
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
