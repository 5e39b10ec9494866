import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { firstJsonError } from "../../../src/core/json/json-place.ts";

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What a slip of the pen puts into a JSON text. */
const SIGNS = ["", "{", "}", "[", "]", ",", ":", '"', "\\", "0", "-", "e", ".", "t", "n", " ", "\n", "\u0001"];

describe("firstJsonError", () => {
  it.each([
    ["", 1, 1, "a value"],
    ["{bad}", 1, 2, "a key in double quotes or }"],
    ["{", 1, 2, "a key in double quotes or }"],
    ['{"a":1,}', 1, 8, "a key in double quotes"],
    ['{"a" 1}', 1, 6, "a colon"],
    ["[1,]", 1, 4, "a value"],
    ["[1 2]", 1, 4, "a comma or a closing bracket"],
    ["[1}", 1, 3, "a comma or a closing bracket"],
    ["{} x", 1, 4, "nothing more"],
    ["01", 1, 2, "nothing more"],
    ['"open', 1, 1, "a value"],
    ['["\\x"]', 1, 2, "a value or ]"],
    ['"\u0001"', 1, 1, "a value"],
    ['\n\n{"a":\n  tru}', 4, 3, "a value"],
  ])("%j stops being JSON in line %i, column %i", (text, line, column, expected) => {
    expect(firstJsonError(text)).toEqual({ line, column, expected });
  });

  it("agrees with the parser about what is JSON", () => {
    const edit = fc.record({ at: fc.nat(), drop: fc.nat(2), insert: fc.constantFrom(...SIGNS) });
    const edited = fc.tuple(fc.json(), fc.array(edit, { maxLength: 2 })).map(([text, edits]) =>
      edits.reduce((now, { at, drop, insert }) => {
        const place = at % (now.length + 1);
        return now.slice(0, place) + insert + now.slice(place + drop);
      }, text),
    );
    fc.assert(
      fc.property(edited, (text) => {
        expect(firstJsonError(text) === null).toBe(parses(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it("reads deep and long texts without recursion", () => {
    const deep = "[".repeat(500_000);
    expect(firstJsonError(deep)?.column).toBe(deep.length + 1);
    expect(firstJsonError(`"${"x".repeat(1_000_000)}`)).toMatchObject({ line: 1, column: 1 });
  });
});
