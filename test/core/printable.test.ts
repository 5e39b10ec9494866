import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printable, printableLine } from "../../src/core/printable.ts";
import "../support/properties.ts";

/** Anything a terminal could obey, or that a reader could not see. */
const HIDDEN = /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u;

describe("text as it is printed", () => {
  it.each([
    ["a colour", "\u001b[31mred", "\\u001b[31mred"],
    ["a title of the window", "\u001b]0;x\u0007", "\\u001b]0;x\\u0007"],
    ["eight-bit sequences", "\u009b2J\u0090q\u009c", "\\u009b2J\\u0090q\\u009c"],
    ["a backspace and DEL", "ok\b\b\u007f", "ok\\u0008\\u0008\\u007f"],
    ["a return that writes over the line", "fine\rbad", "fine\\rbad"],
    ["a tab", "a\tb", "a\\tb"],
    ["writing the other way round", "a\u202eb\u2066c", "a\\u202eb\\u2066c"],
    ["half a character", "a\ud83d", "a\\ud83d"],
    ["nothing to see", "a\u200b\ufeff", "a\\u200b\\ufeff"],
  ])("shows %s", (_, text, shown) => {
    expect(printable(text)).toBe(shown);
    expect(printableLine(`${text}\n`)).toBe(`${shown}\\n`);
  });

  it("leaves what can be read as it is: line breaks, scripts, emoji made of several", () => {
    const text = "Grüße\nשלום می‌خواهم 👩‍🚀 \\u001b \\n\n";
    expect(printable(text)).toBe(text);
  });

  it("hides nothing, changes nothing the second time, and keeps what JSON means", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.jsonValue(), (text, value) => {
        expect(printableLine(text)).not.toMatch(HIDDEN);
        expect(printable(text).replaceAll("\n", "")).not.toMatch(HIDDEN);
        expect(printable(printable(text))).toBe(printable(text));
        const json = JSON.stringify({ [text]: [text, value] }, null, 2);
        expect(JSON.parse(printable(json))).toEqual(JSON.parse(json));
      }),
    );
  });
});
