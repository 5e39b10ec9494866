import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { stampedText, testFolder, type TestFolder } from "../support/folder.ts";
import { ONEX } from "../support/launcher.ts";

/** A line of a shell, in a folder; `onex` in it is the command. */
function shell(line: string, folder: TestFolder): SpawnSyncReturns<string> {
  const onex = `onex() { '${process.execPath}' '${ONEX}' "$@"; }`;
  return spawnSync("bash", ["-c", `${onex}; ${line}`], { cwd: folder.path, encoding: "utf8" });
}

const FOLDER = () =>
  testFolder({
    "a.md": stampedText("a.md", "# A\n"),
    "goal.json": '{"want":["hash.verdict"],"given":{"document.text":"x"}}',
  });

const COMMANDS = [
  "validate .",
  "validate . --json",
  "schema show onex-node",
  "plan goal.json --json",
  "run goal.json --local",
  "completion bash",
  "--help",
];

describe("an output that takes nothing more", () => {
  it.each(COMMANDS)("onex %s says so in one line when the disk is full", (words) => {
    const { status, stderr } = shell(`onex ${words} >/dev/full`, FOLDER());
    expect([status, stderr]).toEqual([1, "error: standard output is cut short: the disk is full\n"]);
  });

  it.each(COMMANDS)("onex %s says so in one line when its reader is gone", (words) => {
    const { status, stderr } = shell(`exec 3> >(exec true); wait $!; onex ${words} >&3`, FOLDER());
    expect([status, stderr]).toEqual([1, "error: standard output is cut short: its reader is gone\n"]);
  });

  it("is no reason to leave the work undone", () => {
    const folder = testFolder({ "a.md": "# A\n", "b.md": "# B\n" });
    expect(shell("onex stamp a.md b.md >/dev/full", folder).status).toBe(1);
    for (const name of ["a.md", "b.md"]) expect(folder.read(name)).toContain("ONEX:Metadata");
  });

  it("keeps the exit code of a command that failed anyway", () => {
    expect(shell("onex validate nowhere >/dev/full", FOLDER()).status).toBe(2);
    expect(shell("onex validate a.md 2>/dev/full", FOLDER()).status).toBe(0);
  });
});

describe("a disk that takes nothing more", () => {
  it.each([
    ["stamp a.md", "a.md"],
    ["stamp . --all", "a.md"],
    ["tree generate .", null],
    ["generate node tide", null],
    ["log add text", null],
    ["schema docs odd.schema.json --out pages", null],
  ])("onex %s says so in one line and leaves everything as it was", (words, kept) => {
    const folder = testFolder({
      "a.md": "# A\n".repeat(1_000),
      "odd.schema.json": '{"type":"object","title":"Odd"}',
    });
    const text = folder.read("a.md");
    // No file may grow beyond nothing.
    const { status, stderr } = shell(`ulimit -f 0; onex ${words}`, folder);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^error: FILE_UNWRITABLE: [^\n]+ cannot be written: it would be larger than a file may be\n$/,
    );
    if (kept !== null) expect(folder.read(kept)).toBe(text);
    const left = readdirSync(folder.path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(left.map(({ name }) => name).sort()).toEqual(["a.md", "odd.schema.json"]);
  });
});
