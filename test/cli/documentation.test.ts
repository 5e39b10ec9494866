import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { onexProgram } from "../../src/cli/program.ts";
import { testFolder } from "./support/folder.ts";
import { onex } from "./support/onex.ts";

const PROJECT = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string): string => readFileSync(PROJECT + path, "utf8");
const PAGES = [
  "README.md",
  ...["docs", "docs/nodes"].flatMap((folder) =>
    readdirSync(`${PROJECT}${folder}`).flatMap((name) => (name.endsWith(".md") ? [`${folder}/${name}`] : [])),
  ),
];

const program = onexProgram({} as never, () => Promise.resolve(), "0.0.0");

/** Every command that does something, by its words. */
const leaves = (command: Command, words: readonly string[] = []): readonly string[] =>
  command.commands.length === 0
    ? [words.join(" ")]
    : command.commands.flatMap((one) => leaves(one, [...words, one.name()]));

/** What follows `onex` wherever a page writes a command: as code, at a prompt, or in a block of its own. */
const calls = (text: string): readonly string[] =>
  [...text.matchAll(/(?:^|\$ |`|\$\(|[;|] )(?:npx )?onex ([a-z][^\n`)]*)/gm)].map(([, call]) => (call ?? "").trim());

/** What is wrong with a call: a word that is no command, or an option the command does not have. Null when nothing is. */
function fault(call: string): string | null {
  const words = call.split(/ [|;>#&]/)[0]?.split(/\s+/) ?? [];
  let command = program;
  for (const word of words) {
    const inner = command.commands.find((one) => one.name() === word);
    if (inner) command = inner;
    else if (command.commands.length > 0 && !word.startsWith("-")) return /^[A-Z]|\|/.test(word) ? null : word;
    else break;
  }
  const known = new Set(["--help", "--version", ...command.options.flatMap(({ long }) => (long ? [long] : []))]);
  return words.find((word) => /^--[a-z]/.test(word) && !known.has(word.replace(/=.*/, ""))) ?? null;
}

describe("the page of the command", () => {
  const page = read("docs/cli.md");

  it.each(leaves(program))("shows onex %s", (words) => {
    const shown = calls(page).filter((call) => call === words || call.startsWith(`${words} `));
    expect(shown).not.toEqual([]);
  });

  it("has a section for every command the help names", () => {
    const sections = [...page.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
    expect(sections).toEqual(expect.arrayContaining(program.commands.map((command) => command.name())));
  });
});

describe("pages name no command and no option there is not", () => {
  it.each(PAGES)("%s", (path) => {
    const wrong = calls(read(path)).flatMap((call) => {
      const found = fault(call);
      return found === null ? [] : [`${found} in: onex ${call}`];
    });
    expect(wrong).toEqual([]);
  });

  it.each([
    ["runs shaw ID", "shaw"],
    ["runs rerun ID --form a", "--form"],
    ["plan goal.yaml --why | less", null],
    ["completion bash", null],
  ])("the check itself: %s", (call, found) => {
    expect(fault(call)).toBe(found);
  });

  it.each(["    $ onex runs list", "with `onex runs list`.", "RUN=$(onex runs list)", "onex runs list"])(
    "finds a call in: %s",
    (text) => {
      expect(calls(text)).toEqual(["runs list"]);
    },
  );
});

describe("the plan of the first goal", () => {
  it.each(["README.md", "docs/planning.md"])("is printed as %s shows it", async (path) => {
    const shown = /\$ onex plan goal\.yaml\n([^]*?)```/.exec(read(path))?.[1];
    const folder = testFolder({ "goal.yaml": "want: [metadata.report]\ngiven: [document.text]\n" });
    expect((await onex(["plan", "goal.yaml"], { cwd: folder.path })).stdout).toBe(shown);
  });
});
