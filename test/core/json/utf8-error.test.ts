import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { firstUtf8Error, placeInBytes } from "../../../src/core/json/utf8-error.ts";

const strict = new TextDecoder("utf-8", { fatal: true });

function decodes(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

describe("firstUtf8Error", () => {
  it.each([
    ["a byte that begins nothing", [0x61, 0xff], 1],
    ["a byte that goes on with nothing", [0x80], 0],
    ["an overlong form", [0xc0, 0xaf], 0],
    ["half of a surrogate pair", [0x22, 0xed, 0xa0, 0x80], 1],
    ["a character that is cut off", [0xe2, 0x82], 0],
    ["a character beyond Unicode", [0xf4, 0x90, 0x80, 0x80], 0],
  ])("finds %s", (_, bytes, at) => {
    expect(firstUtf8Error(Uint8Array.from(bytes))).toBe(at);
  });

  it("agrees with the decoder about what is UTF-8", () => {
    const text = fc.string({ unit: "binary" }).map((one) => new TextEncoder().encode(one));
    const edited = fc.tuple(text, fc.nat(), fc.nat(255)).map(([bytes, at, byte]) => {
      const copy = Uint8Array.from(bytes);
      if (copy.length > 0) copy[at % copy.length] = byte;
      return copy;
    });
    fc.assert(
      fc.property(fc.oneof(text, edited, fc.uint8Array()), (bytes) => {
        expect(firstUtf8Error(bytes) === null).toBe(decodes(bytes));
      }),
      { numRuns: 2_000 },
    );
  });

  it("is told by line and column", () => {
    expect(placeInBytes(new TextEncoder().encode("ab\ncdé!"), 5)).toEqual({ line: 2, column: 3 });
  });
});
