import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync } from "node:fs";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { onexProgram } from "../../src/cli/program.ts";
import { ONEX } from "./support/launcher.ts";
import { stampedText, testFolder } from "./support/folder.ts";
import { onex } from "./support/onex.ts";

/** Every command that does something, by its words. */
function leaves(
  command: Command,
  words: readonly string[] = [],
): readonly { words: readonly string[]; command: Command }[] {
  const inner = command.commands.flatMap((one) => leaves(one, [...words, one.name()]));
  return inner.length > 0 ? inner : [{ words, command }];
}

/** What these print is a JSON document whatever they are asked. */
const JSON_ALWAYS = new Set(["runs export", "runs raw"]);

const all = leaves(onexProgram({} as never, () => Promise.resolve(), "0.0.0"));

describe("the command line", () => {
  it.each(all.map(({ words, command }) => [words.join(" "), command] as const))(
    "%s explains itself, with examples, and prints JSON when asked",
    async (words, command) => {
      const outcome = await onex([...words.split(" "), "--help"]);
      expect([outcome.code, outcome.stderr]).toEqual([0, ""]);
      expect(outcome.stdout).toContain("Examples:");
      expect(outcome.stdout).toContain(`onex ${words}`);
      if (!JSON_ALWAYS.has(words)) expect(command.options.map(({ long }) => long)).toContain("--json");
    },
  );

  it("ends with 2 when it is called wrongly, and says how to call it", async () => {
    for (const args of [[], ["validat"], ["validate"], ["validate", ".", "--odd"], ["schema"], ["schema", "shw"]]) {
      const outcome = await onex(args);
      expect([args, outcome.code, outcome.stdout]).toEqual([args, 2, ""]);
      expect(outcome.stderr).not.toBe("");
    }
    expect((await onex(["validat", "."])).stderr).toContain("Did you mean validate?");
  });

  it("prints an error as a JSON document too when it was asked for JSON", async () => {
    for (const args of [
      ["validate", "nowhere", "--json"],
      ["validate", "--json"],
      ["schema", "show", "odd", "--json"],
    ]) {
      const outcome = await onex(args);
      expect([outcome.code, Object.keys(outcome.json<{ error: object }>().error)]).toEqual([
        2,
        ["code", "message", "hint"],
      ]);
    }
  });

  it("tells its version and its commands", async () => {
    expect((await onex(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const help = await onex(["--help"]);
    for (const { words } of all) expect(help.stdout).toContain(words[0]);
  });
});

describe("the process", () => {
  const run = (args: readonly string[], options: object = {}) =>
    spawnSync(process.execPath, [ONEX, ...args], { encoding: "utf8", ...options });

  it("has the exit codes, and keeps what is for programs apart from what is for people", () => {
    const folder = testFolder({ "a.md": stampedText("a.md", "# A\n"), "b.md": `${stampedText("b.md", "# B\n")}x` });
    const good = run(["validate", "a.md", "--json"], { cwd: folder.path });
    expect([good.status, good.stderr]).toEqual([0, ""]);
    expect(JSON.parse(good.stdout)).toMatchObject({ summary: { failed: 0 } });
    expect(run(["validate", "b.md"], { cwd: folder.path }).status).toBe(1);
    const wrong = run(["validate"], { cwd: folder.path });
    expect([wrong.status, wrong.stdout]).toEqual([2, ""]);
  });

  it("says in one line that its reader went away", async () => {
    const files = Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`${i}.md`, "x"]));
    const folder = testFolder({ ...files, "z.md": `${stampedText("z.md", "# Z\n")}x` });
    const child = spawn(process.execPath, [ONEX, "validate", ".", "--json"], { cwd: folder.path });
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    child.stdout.once("data", () => child.stdout.destroy());
    const [code] = (await once(child, "close")) as [number];
    expect([code, errors]).toEqual([1, "error: standard output is cut short: its reader is gone\n"]);
  });

  it("says on an older Node what it needs", () => {
    // A launcher without the project around it, on a Node that claims to be old.
    const folder = testFolder();
    mkdirSync(folder.at("src/cli"), { recursive: true });
    copyFileSync(ONEX, folder.at("src/cli/onex.mjs"));
    folder.write({ "old.mjs": "Object.defineProperty(process.versions, 'node', { value: '18.20.0' });\n" });
    const outcome = spawnSync(
      process.execPath,
      ["--import", folder.at("old.mjs"), folder.at("src/cli/onex.mjs"), "--version"],
      { encoding: "utf8" },
    );
    expect([outcome.status, outcome.stdout]).toEqual([2, ""]);
    expect(outcome.stderr).toContain("onex needs Node 22.6 or newer");
  });

  it("starts, on an older Node, on the one that is installed with the project", () => {
    const folder = testFolder({ "old.mjs": "Object.defineProperty(process.versions, 'node', { value: '20.1.0' });\n" });
    const outcome = spawnSync(process.execPath, ["--import", folder.at("old.mjs"), ONEX, "--version"], {
      encoding: "utf8",
    });
    expect([outcome.status, outcome.stderr]).toEqual([0, ""]);
    expect(outcome.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
