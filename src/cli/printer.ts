import { randomBytes } from "node:crypto";
import { printable, printableLine } from "../core/printable.ts";
import type { Sink } from "./shell.ts";

/** Not to be guessed, so no text from outside contains a sequence of ours. */
const SECRET = randomBytes(12).toString("hex");
const OWN = new RegExp(`\u0000${SECRET}:([0-9a-f]+);`, "g");

/** A control sequence of ours in a text: a printer writes it as it is. Everything else it shows. */
export const ownSequence = (sequence: string): string => `\u0000${SECRET}:${Buffer.from(sequence).toString("hex")};`;

/** A text from outside as a part of one line: its line breaks are shown too. Sequences of ours stay. */
export const oneLine = (text: string): string => apart(text, printableLine, ownSequence);

/**
 * The way everything takes that a command prints: control characters are shown, not obeyed, but for line breaks and
 * sequences of ours. A JSON document says the same before and after.
 */
export const printer = (sink: Sink): Sink => ({
  get isTerminal() {
    return sink.isTerminal;
  },
  get columns() {
    return sink.columns;
  },
  write: (text) => sink.write(apart(text, printable, (sequence) => sequence)),
});

/** The text with what lies between sequences of ours made `safe`, and each sequence `kept`. */
function apart(text: string, safe: (part: string) => string, kept: (sequence: string) => string): string {
  let told = "";
  let end = 0;
  for (const match of text.matchAll(OWN)) {
    told += safe(text.slice(end, match.index)) + kept(Buffer.from(match[1] ?? "", "hex").toString());
    end = match.index + match[0].length;
  }
  return told + safe(text.slice(end));
}
