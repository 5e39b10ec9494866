import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { flawFault } from "../../../src/core/json/flaw.ts";
import { jsonFlaw, MAX_JSON_DEPTH, readJson } from "../../../src/core/json/read-json.ts";

const HALF = "\\ud800";
const deep = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`;

/** Text, kind of flaw, path, line and column. */
const FLAWED: readonly (readonly [string, string, string, number, number])[] = [
  ["", "syntax", "", 1, 1],
  ['{"a":1,}', "syntax", "", 1, 8],
  [`"${HALF}"`, "surrogate", "", 1, 1],
  [`{"a":\n ["x", "y${HALF}z"]}`, "surrogate", "/a/1", 2, 8],
  [`{"a": {"${HALF}": 1}}`, "surrogate", "/a/\ud800", 1, 8],
  [`{"a": "${HALF}\\ud800"}`, "surrogate", "/a", 1, 7],
  [`["\\udc00${HALF}"]`, "surrogate", "/0", 1, 2],
  ['{"n": 1e400}', "number", "/n", 1, 7],
  ["[0, -1e999]", "number", "/1", 1, 5],
  [`[${"9".repeat(400)}]`, "number", "/0", 1, 2],
  ["9007199254740993", "integer", "", 1, 1],
  ["[9007199254740992]", "integer", "/0", 1, 2],
  ["[-9007199254740992]", "integer", "/0", 1, 2],
  ["[1e20]", "integer", "/0", 1, 2],
  ["[9007199254740993.0]", "integer", "/0", 1, 2],
  ["[1, 1000000000000000000000]", "integer", "/1", 1, 5],
  ["[123456789012345678901234567890]", "integer", "/0", 1, 2],
  ['{"a": 1, "a": 1}', "repeated", "/a", 1, 10],
  ['{"a": 1,\n"b": {"c": 1, "\\u0063": 2}}', "repeated", "/b/c", 2, 15],
  ['[{"a": 1}, {"__proto__": 1, "x": 2, "__proto__": 3}]', "repeated", "/1/__proto__", 1, 37],
  [deep(MAX_JSON_DEPTH + 1), "depth", "/0".repeat(MAX_JSON_DEPTH), 1, MAX_JSON_DEPTH + 1],
  ["[".repeat(500_000), "depth", "/0".repeat(MAX_JSON_DEPTH), 1, MAX_JSON_DEPTH + 1],
  ['{"a":'.repeat(6_000), "depth", "/a".repeat(MAX_JSON_DEPTH), 1, 5 * MAX_JSON_DEPTH + 1],
];

const GOOD = [
  "null",
  ' {"a": [1, -2.5e-3, "x"], "b": {"a": true}} ',
  "[9007199254740991, -9007199254740991, 1e21, 1.7976931348623157e308, 5e-324, -0]",
  '["\\ud83d\\ude00", "😀", "\\\\", "\\"", "\\\\\\"", "\\u0000"]',
  '{"a": {"a": {"a": 1}}, "b": [{"a": 1}, {"a": 2}]}',
  '{"a:b": ":", "{": "[[[{{", "c": "\\":{"}',
  deep(MAX_JSON_DEPTH),
  `{"long": "${"x".repeat(100)}\\"${":".repeat(50)}\\\\", "n": 1}`,
];

describe("readJson", () => {
  it.each(FLAWED)("flawed text %#: %.0s%s", (text, kind, path, line, column) => {
    const read = readJson(text);
    expect(read).toMatchObject({ ok: false, error: { kind, at: { line, column } } });
    if (read.ok) return;
    expect(read.error.steps.map((step) => `/${step}`).join("")).toBe(path);
    expect(read.error.hint).not.toBe("");
  });

  it.each(GOOD)("good text %# is read as it is", (text) => {
    expect(readJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
  });

  it("takes what JSON.parse takes, whatever the strings and names", () => {
    const value = fc.jsonValue({ stringUnit: "binary", maxDepth: 6 }).filter((one) => jsonFlaw(one) === null);
    fc.assert(
      fc.property(value, fc.nat(3), (json, indent) => {
        expect(readJson(JSON.stringify(json, null, indent))).toEqual({
          ok: true,
          value: JSON.parse(JSON.stringify(json)),
        });
      }),
    );
  });

  it("says of a text what it says of the value, but for what parsing hides", () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: "binary" }), (text) => {
        const read = readJson(text);
        const flaw = jsonFlaw(JSON.parse(text));
        expect(read.ok ? null : [read.error.kind, read.error.steps]).toEqual(flaw && [flaw.kind, flaw.steps]);
      }),
    );
  });

  it("finds every repeated member, wherever and however it is spelt", () => {
    const spelt = (name: string) =>
      fc.constantFrom(
        JSON.stringify(name),
        `"${[...name].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")}"`,
      );
    const text = fc
      .tuple(fc.uniqueArray(fc.string({ maxLength: 40 }), { minLength: 1, maxLength: 30 }), fc.nat(), fc.nat())
      .chain(([names, again, at]) => {
        const repeated = names[again % names.length] ?? "";
        return spelt(repeated).map((name) => {
          const members = names.map((one) => `${JSON.stringify(one)}: {"x": 1}`);
          // Behind the first, so that the second is the one that is found.
          members.splice(
            (again % names.length) + 1 + (at % (names.length - (again % names.length))),
            0,
            `${name}: [1]`,
          );
          return { text: `[{${members.join(", ")}}]`, repeated };
        });
      });
    fc.assert(
      fc.property(text, ({ text: json, repeated }) => {
        expect(readJson(json)).toMatchObject({ ok: false, error: { kind: "repeated", steps: [0, repeated] } });
      }),
    );
  });

  it("may be asked for more levels", () => {
    expect(readJson(deep(250), 250).ok).toBe(true);
    expect(readJson(deep(251), 250)).toMatchObject({ ok: false, error: { kind: "depth" } });
  });
});

describe("a flaw as a fault", () => {
  const faultOf = (text: string) => {
    const read = readJson(text);
    if (read.ok) throw new Error("no flaw");
    return flawFault("MALFORMED_JSON", "the body", read.error);
  };

  it("has its path, its JSON Pointer, its line and column, and a hint", () => {
    expect(faultOf('{"payload": {"a/b.c": [\n  1e400]}}')).toEqual({
      code: "MALFORMED_JSON",
      message: 'the body: $.payload["a/b.c"][0] is 1e400, which no double can hold (line 2, column 3)',
      place: '$.payload["a/b.c"][0]',
      hint: "carry it as a string",
      details: { pointer: "/payload/a~1b.c/0", line: 2, column: 3 },
    });
  });

  it("is short and whole Unicode, whatever it speaks of", () => {
    const name = `${"n".repeat(100_000)}\\ud800`;
    const told = JSON.stringify(faultOf(`{"${name}": {"${name}": 1}}`));
    expect(told.length).toBeLessThan(2_000);
    expect(told.isWellFormed() && !told.includes("\\ud800")).toBe(true);
    expect(JSON.stringify(faultOf(`{"x": 1${"0".repeat(100_000)}}`)).length).toBeLessThan(1_000);
  });
});
