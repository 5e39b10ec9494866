import { execFileSync, spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { onex } from "./support/onex.ts";

const has = (program: string): boolean => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;

/** What bash would offer for the last of these words. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const { stdout: script } = await onex(["completion", "bash"]);
  const list = ["onex", ...words].map((word) => `'${word}'`).join(" ");
  const program = `${script}\nCOMP_WORDS=(${list}); COMP_CWORD=${words.length}; _onex; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync("bash", ["-c", program], { encoding: "utf8" })
    .split("\n")
    .filter((word) => word !== "");
}

describe("onex completion", () => {
  it("offers commands, their commands, options and the values of options in bash", async () => {
    expect(await offered("")).toEqual(expect.arrayContaining(["validate", "stamp", "schema", "log", "--version"]));
    expect(await offered("va")).toEqual(["validate"]);
    expect(await offered("schema", "")).toEqual(expect.arrayContaining(["list", "show", "format", "docs"]));
    expect(await offered("schema", "docs", "--o")).toEqual(["--out"]);
    expect(await offered("validate", "--profile", "")).toEqual(["canonical", "permissive", "both"]);
    expect(await offered("lifecycle", "node", "--to", "a")).toEqual(["active", "archived"]);
    expect(await offered("validate", "--json", "some/path", "--fail")).toEqual(["--fail-on"]);
  });

  it.each(["bash", "zsh", "fish"] as const)(
    "prints a script for %s that names every command and has no fault of syntax",
    async (shell) => {
      const { stdout, code } = await onex(["completion", shell]);
      expect(code).toBe(0);
      for (const name of ["validate", "crawl", "lifecycle", "hooks", "completion", "strict-structure"])
        expect(stdout).toContain(name);
      if (has(shell)) execFileSync(shell, ["-n"], { input: stdout });
      else console.info(`not read: ${shell} is not installed`);
    },
  );

  it("refuses a shell it does not know", async () => {
    expect((await onex(["completion", "tcsh"])).code).toBe(2);
  });
});
