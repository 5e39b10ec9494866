import { painter } from "../../../src/cli/paint.ts";
import { oneLine, printer } from "../../../src/cli/printer.ts";
import type { Shell } from "../../../src/cli/shell.ts";

/** Where the demo tells its story: plain lines, with a little colour on a terminal that wants it. */
export interface Screen {
  title(text: string): void;
  line(text?: string): void;
  /** Something of less weight. */
  faint(text: string): void;
  good(text: string): void;
  bad(text: string): void;
}

/** The standard output of a shell. What nodes and files say is shown there, never obeyed. */
export function createScreen(shell: Shell): Screen {
  const out = printer(shell.stdout);
  const paint = painter(shell, out);
  const print = (text: string): void => void out.write(`${oneLine(text)}\n`);
  return {
    title: (text) => {
      print("");
      print(paint("bold", text));
    },
    line: (text = "") => print(text),
    faint: (text) => print(paint("dim", text)),
    good: (text) => print(paint("green", text)),
    bad: (text) => print(paint("red", text)),
  };
}
