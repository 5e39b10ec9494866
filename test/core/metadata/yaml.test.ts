import { describe, expect, it } from "vitest";
import { Composer } from "yaml";
import { readYaml } from "../../../src/core/metadata/yaml.ts";

const fault = (text: string): string => {
  const reading = readYaml(text);
  return reading.ok ? "" : `${reading.error.line}: ${reading.error.message}`;
};

describe("readYaml", () => {
  it.each([
    ["", null],
    ["# nothing", null],
    ["a", "a"],
    ["a: 2026-01-31", { a: "2026-01-31" }],
    ["a: 2026-01-31T12:00:00Z", { a: "2026-01-31T12:00:00Z" }],
    ["a: 1.0.0", { a: "1.0.0" }],
    [
      "a: [yes, no, on, ~, true, 1, 1.5, .inf, -.inf, .nan]",
      { a: ["yes", "no", "on", null, true, 1, 1.5, ".inf", "-.inf", ".nan"] },
    ],
    ["1: a\nnull: b\ntrue: c", { 1: "a", null: "b", true: "c" }],
    ["a: |\n  b\n  c\n", { a: "b\nc\n" }],
    ["---\na: 1\n...\n", { a: 1 }],
    ["a:\n- b\n-\n", { a: ["b", null] }],
  ])("%j", (text, expected) => {
    expect(readYaml(text)).toEqual({ ok: true, value: expected });
  });

  it.each([
    ["a: &x 1\nb: *x", "2: aliases"],
    ["a: 1\na: 2", "2: the key a"],
    ["a: 1\nb: !!binary x", "2: "],
    ["a: !tag x", "1: "],
    ["{a: 1}: b", "1: a key must be"],
    ["? [a]\n: b", "1: a key must be"],
    ["a: 1\n---\nb: 2", "2: "],
    ["a: [1", "1: "],
    ["a: 1\n\tb: 2", "2: "],
    ["'a", "1: "],
  ])("refuses %j", (text, expected) => {
    expect(fault(text)).toContain(expected);
  });

  it("keeps a number that a double would change as the text it is", () => {
    const text = "[9007199254740993, 9007199254740992, -12345678901234567890123, 1e400, 0x20000000000001, 1e21]";
    expect(readYaml(text)).toEqual({
      ok: true,
      value: ["9007199254740993", 9007199254740992, "-12345678901234567890123", "1e400", "0x20000000000001", 1e21],
    });
  });

  it.each(["9007199254740993", "9007199254740992", "-12345678901234567890123", "1e400", "0x20000000000001"])(
    "refuses the number %s where it is asked to be exact",
    (number) => {
      expect(readYaml(`a: 1\nb: [${number}]`, { exact: true })).toMatchObject({ ok: false, error: { line: 2 } });
      expect(readYaml(`a: '${number}'`, { exact: true })).toEqual({ ok: true, value: { a: number } });
    },
  );

  it("leaves words that YAML calls numbers words, however exact it is", () => {
    expect(readYaml("[.inf, .nan, 1.5, 1e21]", { exact: true })).toEqual({
      ok: true,
      value: [".inf", ".nan", 1.5, 1e21],
    });
  });

  it.each(['a: "\\ud800"', '"\\ud800": a', 'a: ["\\ud83d\\ude00", "\\ud83d"]'])(
    "refuses half a surrogate pair: %s",
    (text) => {
      expect(fault(text)).toContain("half of a surrogate pair");
    },
  );

  it("stops at the first thing that is wrong", () => {
    // Named by the library; what readYaml puts in its place must be what the library calls.
    expect(Object.keys(new Composer())).toContain("onError");
    expect(fault("a: 1\n\tb: 2\n\tc: 3\nd: [")).toBe("2: Tabs are not allowed as indentation");
    expect(fault(`x: 1\ny: [${",".repeat(2_000)}]`)).toBe("2: Unexpected , in flow sequence");
  });

  it("counts words and marks, but not those of JSON", () => {
    const items = Array.from({ length: 6_000 }, (_, i) => i);
    expect(fault(items.map((i) => `- ${i}\n`).join(""))).toBe("3200: the document has more than 16000 words and marks");
    expect(readYaml(JSON.stringify(items))).toEqual({ ok: true, value: items });
    expect(readYaml(items.map((i) => `- ${i}\n`).join(""), { maxTokens: 40_000 })).toEqual({ ok: true, value: items });
  });

  it.each(["[", "- ", "? ", "{a: ", "a:\n", ":\n", "&a ", "!t ", "'", '"', "#\n", "|\n", "%Y\n", ",", "]"])(
    "refuses or reads a document of nothing but %j, and returns",
    (part) => {
      expect(typeof readYaml(part.repeat(60_000), { maxLength: 1_000_000 }).ok).toBe("boolean");
    },
  );

  it("keeps to its limits", () => {
    expect(readYaml("a: 1", { maxLength: 3 }).ok).toBe(false);
    const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;
    expect(readYaml(nested(4), { maxDepth: 4 }).ok).toBe(true);
    expect(readYaml(nested(5), { maxDepth: 4 }).ok).toBe(false);
    expect(fault(nested(60_000))).not.toBe("");
  });

  it("keeps keys of the prototype as data", () => {
    const reading = readYaml("__proto__: {a: 1}");
    expect(reading.ok && Object.keys(reading.value ?? {})).toEqual(["__proto__"]);
  });
});
