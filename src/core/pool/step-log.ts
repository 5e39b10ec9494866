/** A line that a node's process wrote. */
export interface LogLine {
  readonly stream: "stdout" | "stderr";
  readonly text: string;
  /** How many lines were left out before this one; absent for none. */
  readonly skipped?: number;
}

/** A line is clipped to this many UTF-16 units. */
export const MAX_LINE_CHARS = 2_000;
/** What is kept of a step's log: so much of its beginning, and as much of its end. */
const HALF_CHARS = 8_000;
/** So many lines are dropped at once. */
const DEAD_LINES = 4_096;

/**
 * What is kept of a log: its beginning and its end, and between them how many lines were left out. Bounded whatever is
 * added, so a process that floods its output costs no more than one that is silent.
 */
export class StepLog {
  readonly #head: LogLine[] = [];
  #headChars = 0;
  #tail: LogLine[] = [];
  /** Lines of the tail before this one are no more. */
  #from = 0;
  #tailChars = 0;
  #skipped = 0;

  constructor(lines: readonly LogLine[] = []) {
    for (const line of lines) this.add(line);
  }

  add({ stream, text, skipped = 0 }: LogLine): void {
    this.#skipped += skipped;
    const line = { stream, text: clip(text) };
    const cost = line.text.length + 1;
    if (this.#skipped === 0 && this.#tail.length === 0 && this.#headChars + cost <= HALF_CHARS) {
      this.#head.push(line);
      this.#headChars += cost;
      return;
    }
    this.#tail.push(line);
    this.#tailChars += cost;
    while (this.#tailChars > HALF_CHARS && this.#from < this.#tail.length - 1) {
      this.#tailChars -= (this.#tail[this.#from]?.text.length ?? 0) + 1;
      this.#from++;
      this.#skipped++;
    }
    if (this.#from < DEAD_LINES) return;
    this.#tail = this.#tail.slice(this.#from);
    this.#from = 0;
  }

  get lines(): readonly LogLine[] {
    const [first, ...rest] = this.#tail.slice(this.#from);
    if (first === undefined) return this.#head;
    return [...this.#head, this.#skipped === 0 ? first : { ...first, skipped: this.#skipped }, ...rest];
  }
}

function clip(text: string): string {
  if (text.length <= MAX_LINE_CHARS) return text;
  // A character of two units is not cut in half.
  const end = /[\uD800-\uDBFF]/.test(text.charAt(MAX_LINE_CHARS - 2)) ? MAX_LINE_CHARS - 2 : MAX_LINE_CHARS - 1;
  return `${text.slice(0, end)}…`;
}
