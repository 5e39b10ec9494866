import { expect } from "vitest";

/** Colours, the title of the window, a wiped screen, a line written over, text turned round, and a line of its own. */
export const HOSTILE = "x\u001b[31m\u001b]0;owned\u0007\u009b2J\u007f\rerror\u202e\tend\nfaked: all is well";
/** The same, as far as a name may hold it. */
export const HOSTILE_NAME = HOSTILE.replaceAll("/", "");

// eslint-disable-next-line no-control-regex
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

/** Nothing in the text is obeyed by a terminal, and no line of it is another's. */
export function expectShown(text: string): void {
  expect(OBEYED.exec(text)?.[0], JSON.stringify(text)).toBeUndefined();
  expect(text.split("\n").filter((line) => line.startsWith("faked"))).toEqual([]);
}

/** The same of a text for a terminal, whose colours are ours: they are whole, and few. */
export const expectShownInColour = (text: string): void =>
  // oxlint-disable-next-line no-control-regex
  expectShown(text.replaceAll(/\r?\u001b\[(?:[0-9]{1,3}(?:;[0-9]{1,3})*m|2K|\d+A|J)/g, ""));
