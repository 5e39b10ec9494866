import { oneLine, ownSequence } from "./printer.ts";
import type { Shell } from "./shell.ts";

/** A line that tells how far a long work is. */
export interface Progress {
  /** Shows a text in place of the last one; most calls show nothing. */
  show(text: string): void;
  /** Takes the line away. */
  end(): Promise<void>;
}

const MIN_INTERVAL_MS = 100;
const CLEAR_LINE = ownSequence("\r\u001B[2K");

/** Progress on standard error, if that is a terminal: a log or a pipe gets nothing. */
export function progressOn({ stderr, now }: Shell): Progress {
  if (!stderr.isTerminal) return { show: () => undefined, end: () => Promise.resolve() };
  let last = now().getTime();
  let shown = false;
  return {
    show(text) {
      const at = now().getTime();
      if (at - last < MIN_INTERVAL_MS) return;
      last = at;
      shown = true;
      void stderr.write(CLEAR_LINE + oneLine(text).slice(0, stderr.columns - 1));
    },
    end: () => (shown ? stderr.write(CLEAR_LINE) : Promise.resolve()),
  };
}
