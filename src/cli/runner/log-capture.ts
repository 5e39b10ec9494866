import { redactedText, type UsedSecrets } from "../../core/secret/redact.ts";
import { StepLog, type LogLine } from "../../core/pool/step-log.ts";

/** How far a process has come, as a line of it says. */
export interface ProgressLine {
  readonly fraction: number | null;
  readonly message: string | null;
}

/** `onex:progress 0.5 half of it`, on a line of its own. */
const PROGRESS = /^onex:progress (?:(0(?:\.\d{1,9})?|1(?:\.0{1,9})?)(?: (.*))?|(\D.*))$/;
/** A line without an end is cut after this many UTF-16 units. */
const LONGEST = 16_384;

export function progressIn(text: string): ProgressLine | null {
  const match = PROGRESS.exec(text);
  if (!match) return null;
  const [, share, said, alone] = match;
  const message = (said ?? alone ?? "").trim().slice(0, 1_000);
  return { fraction: share === undefined ? null : Number(share), message: message === "" ? null : message };
}

/** Makes lines of what a process writes: its log, what of it is new, and the last progress it told. Bounded, whatever comes. */
export class LogCapture {
  readonly #whole = new StepLog();
  #since = new StepLog();
  #progress: ProgressLine | null = null;
  #secrets: UsedSecrets = new Map();
  #longestSecret = 0;
  readonly #open = { stdout: reader(), stderr: reader() };

  /** Takes these secrets out of whatever comes. */
  hide(secrets: UsedSecrets): void {
    this.#secrets = secrets;
    this.#longestSecret = Math.max(0, ...[...secrets.values()].map(({ length }) => length));
  }

  /** Bytes of a stream. */
  take(stream: LogLine["stream"], bytes: Uint8Array): void {
    const open = this.#open[stream];
    open.text += open.decoder.decode(bytes, { stream: true });
    const lines = open.text.split("\n");
    open.text = lines.pop() ?? "";
    for (const text of lines) this.#add(stream, text);
    if (open.text.length <= LONGEST) return;
    // What may be the beginning of a secret waits for its end.
    open.text = redactedText(open.text, this.#secrets);
    const cut = Math.max(0, open.text.length - Math.min(LONGEST, this.#longestSecret * 3));
    this.#add(stream, open.text.slice(0, cut));
    open.text = open.text.slice(cut);
  }

  /** Nothing more comes: what has no end of line is a line too. */
  end(): void {
    for (const stream of ["stdout", "stderr"] as const) {
      const open = this.#open[stream];
      const rest = open.text + open.decoder.decode();
      open.text = "";
      if (rest !== "") this.#add(stream, rest);
    }
  }

  get lines(): readonly LogLine[] {
    return this.#whole.lines;
  }

  /** What has come since this was last asked. */
  takeNews(): { readonly lines: readonly LogLine[]; readonly progress: ProgressLine | null } {
    const news = { lines: this.#since.lines, progress: this.#progress };
    this.#since = new StepLog();
    this.#progress = null;
    return news;
  }

  #add(stream: LogLine["stream"], raw: string): void {
    const text = redactedText(raw.endsWith("\r") ? raw.slice(0, -1) : raw, this.#secrets);
    const progress = progressIn(text);
    if (progress) {
      this.#progress = progress;
      return;
    }
    this.#whole.add({ stream, text: text.replaceAll("\0", "\uFFFD") });
    this.#since.add({ stream, text: text.replaceAll("\0", "\uFFFD") });
  }
}

const reader = () => ({ decoder: new TextDecoder("utf-8"), text: "" });
