import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clip, quoted } from "../../../src/core/text/clip.ts";

describe("clip", () => {
  it.each([
    ["abc", 3, "abc"],
    ["abcd", 3, "ab…"],
    ["a😀bc", 3, "a…"],
    ["a😀bc", 4, "a😀…"],
    ["\ud800", 3, "\ufffd"],
    ["", 0, ""],
  ])("%j to %i is %j", (text, most, expected) => {
    expect(clip(text, most)).toBe(expected);
  });

  it("gives whole characters, never more than asked for", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 20 }), (text, most) => {
        const clipped = clip(text, most);
        expect(clipped.isWellFormed() && clipped.length <= most).toBe(true);
      }),
    );
  });

  it("quotes what is shown, escapes and all", () => {
    expect(quoted('a"\n\u001b')).toBe('"a\\"\\n\\u001b"');
    expect(quoted("x".repeat(1_000)).length).toBe(82);
  });
});
