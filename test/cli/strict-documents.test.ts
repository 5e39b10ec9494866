import { describe, expect, it } from "vitest";
import { strictDocument } from "../../src/cli/files/strict-document.ts";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { testFolder } from "./support/folder.ts";
import { onex } from "./support/onex.ts";

const goal = (value: string): string => `{\n  "want": ["text.loud"],\n  "given": {"text.in": ${value}}\n}`;

/** What stands where a value stands, and what is said of it. */
const FLAWED: readonly (readonly [string, string, string])[] = [
  ["half a pair", '"a\\ud800"', "half of a surrogate pair"],
  ["1e400", "1e400", "no double can hold"],
  ["a long integer", "9007199254740993", "2^53"],
  ["a repeated member", '{"a": 1, "a": 2}', "twice"],
  ["6,000 levels", `${"[".repeat(6_000)}${"]".repeat(6_000)}`, "deeper than 200 levels"],
];

describe("a file of the command line", () => {
  it.each(FLAWED)("with %s is refused with its place", async (_, value, said) => {
    const folder = testFolder({ "goal.json": goal(value) });
    for (const args of [
      ["plan", "goal.json"],
      ["run", "goal.json", "--local"],
    ]) {
      const { code, stderr } = await onex(args, { cwd: folder.path });
      expect(code).not.toBe(0);
      expect(stderr).toContain(said);
      expect(stderr).toMatch(/goal\.json:3:|line 3/);
      expect(stderr).toContain('$.given["text.in"]');
      expect(stderr.length).toBeLessThan(4_000);
    }
  });

  it.each(FLAWED.slice(0, 4))(
    "as a value of an option with %s is refused, and never taken for text",
    async (_, value, said) => {
      const folder = testFolder({ "goal.json": goal('"x"'), "value.json": value });
      for (const given of [`text.in=${value}`, "text.in=@value.json"]) {
        const { code, stderr } = await onex(["run", "goal.json", "--local", "--input", given], { cwd: folder.path });
        expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
      }
      const policy = await onex(["plan", "goal.json", "--policy", `{"max_cost": ${value}}`], { cwd: folder.path });
      expect([policy.code, policy.stderr]).toEqual([2, expect.stringContaining(said)]);
    },
  );

  it("in YAML is read as strictly", async () => {
    const folder = testFolder({ "goal.yaml": "want: [text.loud]\ngiven:\n  text.in: 9007199254740993\n" });
    const { stderr } = await onex(["plan", "goal.yaml"], { cwd: folder.path });
    expect(stderr).toContain("2^53");
    expect(stderr).toContain("line 3");
  });

  it("that is no UTF-8 is refused with its place", async () => {
    const folder = testFolder({});
    writeFileSync(
      join(folder.path, "goal.json"),
      Buffer.from('{"want": ["a"],\n "given": {"text.in": "\xff"}}', "latin1"),
    );
    const { code, stderr } = await onex(["plan", "goal.json"], { cwd: folder.path });
    expect([code, stderr]).toEqual([2, expect.stringContaining("goal.json:2:24: this is no UTF-8")]);
  });
});

describe("strictDocument", () => {
  it("reads JSON and YAML, with a byte order mark or without", () => {
    for (const text of ['{"a": 1}', "a: 1", "{a: 1}"]) {
      expect(strictDocument(text)).toEqual({ ok: true, value: { a: 1 } });
      expect(strictDocument(`\uFEFF${text}`)).toEqual({ ok: true, value: { a: 1 } });
    }
  });

  it("never reads as YAML what is JSON that would lose something", () => {
    expect(strictDocument('{"a": 1, "b": "\\ud800"}')).toMatchObject({ ok: false, error: { isNo: null, line: 1 } });
    expect(strictDocument('{"a": 1,, }')).toMatchObject({ ok: false, error: { isNo: "JSON", column: 9 } });
    expect(strictDocument("a: [1")).toMatchObject({ ok: false, error: { isNo: "YAML", column: null } });
  });
});
