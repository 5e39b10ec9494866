import { styleText } from "node:util";

/** Where the demo tells its story: plain lines, with a little colour on a terminal that wants it. */
export interface Screen {
  title(text: string): void;
  line(text?: string): void;
  /** Something of less weight. */
  faint(text: string): void;
  good(text: string): void;
  bad(text: string): void;
}

/** Colours only on a terminal, and never against NO_COLOR (no-color.org). */
export function createScreen(out: NodeJS.WriteStream): Screen {
  const coloured = out.isTTY && !process.env["NO_COLOR"];
  const paint = (format: Parameters<typeof styleText>[0], text: string): string =>
    coloured ? styleText(format, text, { validateStream: false }) : text;
  const print = (text: string): void => void out.write(`${text}\n`);
  return {
    title: (text) => print(`\n${paint("bold", text)}`),
    line: (text = "") => print(text),
    faint: (text) => print(paint("dim", text)),
    good: (text) => print(paint("green", text)),
    bad: (text) => print(paint("red", text)),
  };
}
