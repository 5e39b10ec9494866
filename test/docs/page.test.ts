import { describe, expect, it } from "vitest";
import { isAnswer, isPrinted } from "./support/output.ts";
import { blocksOf, deedsOf, isShell } from "./support/page.ts";

const page = (...lines: readonly string[]): string => lines.join("\n");

describe("the blocks of a page", () => {
  it("know their heading, their line and why nobody runs them", () => {
    const text = page(
      "# Title",
      "",
      "## Begin",
      "Do this.",
      "",
      "*Not run by the tests: it needs an account.*",
      "",
      "```sh",
      "npx wrangler deploy",
      "```",
      "",
      "```console",
      "$ ls",
      "a",
      "```",
    );
    expect(blocksOf("a.md", text)).toMatchObject([
      { name: "a.md, Begin", line: 9, language: "sh", lines: ["npx wrangler deploy"], notRun: "it needs an account." },
      { name: "a.md, Begin", line: 13, language: "console", lines: ["$ ls", "a"], notRun: null },
    ]);
  });

  it("are deeds in the order of the page: files, commands with what they print, answers", () => {
    const text = page(
      "```yaml",
      "# goal.yaml",
      "want: [a]",
      "```",
      "```console",
      "$ curl -d '{",
      '  "a": 1}\' x',
      "b",
      "$ true",
      "```",
      "",
      "The answer, with line breaks:",
      "",
      "```json",
      "{}",
      "```",
      "```sh",
      "cat > a.json <<'END'",
      "{}",
      "END",
      "one \\",
      "  two",
      "```",
    );
    expect(deedsOf(blocksOf("a.md", text))).toMatchObject([
      { kind: "file", path: "goal.yaml", text: "# goal.yaml\nwant: [a]\n" },
      { kind: "command", line: 6, text: "curl -d '{\n  \"a\": 1}' x", output: ["b"] },
      { kind: "command", line: 9, text: "true", output: [] },
      { kind: "answer", text: "{}" },
      { kind: "command", text: "cat > a.json <<'END'\n{}\nEND", output: null },
      { kind: "command", text: "one \\\n  two", output: null },
    ]);
  });

  it("are refused when they begin with output", () => {
    expect(() => deedsOf(blocksOf("a.md", "```console\nb\n```"))).toThrow("line 2 is output of no command");
  });

  it("are shell by their language alone", () => {
    expect(blocksOf("a.md", "```sh\na\n```\n```text\n$ a\n```").map(isShell)).toEqual([true, false]);
  });
});

describe("what is printed is what a page shows", () => {
  const RUN = "r54_GGNH5ZEBJ5S1H3MFCZMYTCKR6D";
  it.each([
    [["a  b"], "a b\n"],
    [[`run ${RUN} succeeded in 3 ms`], "run rf2_DM2Y06JB3M9FV93AVESJF3RGNJ succeeded in 1240 ms"],
    [["at 2026-11-21T10:40:32.092Z"], "at 2027-01-01T00:00:00.000Z"],
    [["a", "…", "z"], "a\nb\nc\nz"],
    [["a", "…", "z"], "a\nz"],
    [["costs 1.4…"], "costs 1.457"],
    [["…"], ""],
  ])("%j: %j", (shown, printed) => {
    expect(isPrinted(shown, printed)).toBe(true);
  });

  it.each([
    [["a"], "b"],
    [["a"], "a\nb"],
    [["a", "b"], "a"],
    [[], "error"],
    [["succeeded in 3 ms"], "failed in 3 ms"],
    [["1 kept"], "2 kept"],
    [["a.c"], "abc"],
    [["a", "…", "z"], "a\nb"],
  ])("and not %j: %j", (shown, printed) => {
    expect(isPrinted(shown, printed)).toBe(false);
  });

  it("as JSON whatever the layout", () => {
    expect(isAnswer('{\n "a": [1]\n}', '{"a":[1]}')).toBe(true);
    expect(isAnswer('{"a": 1}', '{"a":2}')).toBe(false);
    expect(isAnswer('{"a": 1}', "no JSON")).toBe(false);
  });
});
