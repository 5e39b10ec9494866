import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readBlock } from "../../src/core/metadata/read.ts";
import { gitEnvironment, gitRepository, nodeFiles, stampedText, testFolder, type Files } from "./support/folder.ts";
import { onex } from "./support/onex.ts";

/** A repository with a first commit and the hook installed. */
async function repository(files: Files) {
  const folder = testFolder(files);
  const git = gitRepository(folder);
  git("add", ".");
  git("commit", "--quiet", "--no-verify", "-m", "first");
  const installed = await onex(["hooks", "install"], { cwd: folder.path });
  expect(installed.code).toBe(0);
  const commit = () =>
    spawnSync("git", ["commit", "-m", "next"], {
      cwd: folder.path,
      encoding: "utf8",
      env: { ...gitEnvironment(), PATH: nodeFirst() },
    });
  return { folder, git, commit, committed: (path: string) => git("show", `HEAD:${path}`) };
}

/** The hook starts `node`, which is to be the one of this process. */
const nodeFirst = (): string =>
  `${process.execPath.slice(0, process.execPath.lastIndexOf("/"))}:${process.env["PATH"] ?? ""}`;

describe("onex hooks install", () => {
  it("installs an executable hook, once, and leaves another's alone unless forced", async () => {
    const folder = testFolder();
    gitRepository(folder);
    const run = (...args: string[]) => onex(["hooks", ...args], { cwd: folder.path });
    expect((await run("install")).stdout).toBe(".git/hooks/pre-commit: installed\n");
    expect(statSync(folder.at(".git/hooks/pre-commit")).mode & 0o111).not.toBe(0);
    expect((await run("install")).stdout).toContain("unchanged");
    expect((await run("uninstall")).stdout).toContain("removed");
    expect((await run("uninstall")).stdout).toContain("absent");

    folder.write({ ".git/hooks/pre-commit": "#!/bin/sh\nexit 0\n" });
    const refused = await run("install");
    expect([refused.code, folder.read(".git/hooks/pre-commit")]).toEqual([1, "#!/bin/sh\nexit 0\n"]);
    expect((await run("install", "--force")).stdout).toContain("replaced");
    expect(folder.read(".git/hooks/pre-commit.before-onex")).toBe("#!/bin/sh\nexit 0\n");
    await run("uninstall");
    expect(folder.read(".git/hooks/pre-commit")).toBe("#!/bin/sh\nexit 0\n");
  });

  it("finds the hooks of a worktree", async () => {
    const folder = testFolder({ "main/a.md": "a" });
    const main = { ...folder, path: folder.at("main") };
    const git = gitRepository(main);
    git("config", "--unset", "core.hooksPath");
    git("add", ".");
    git("commit", "--quiet", "-m", "one");
    git("worktree", "add", "--quiet", "../other");
    expect((await onex(["hooks", "install"], { cwd: folder.at("other") })).code).toBe(0);
    expect(folder.read("main/.git/hooks/pre-commit")).toContain("onex pre-commit hook");
  });

  it("is told that there is no repository", async () => {
    expect((await onex(["hooks", "install"], { cwd: testFolder().path })).code).toBe(2);
  });
});

describe("the pre-commit hook", () => {
  it("stamps what is committed, in the index and on disk", async () => {
    const { folder, git, commit, committed } = await repository({
      "a.md": stampedText("a.md", "# A\n"),
      ".onexrequire": "must.md\n",
    });
    folder.write({ "a.md": `${folder.read("a.md")}More.\n`, "must.md": "# Must\n", "may.md": "# May\n" });
    chmodSync(folder.at("must.md"), 0o755);
    git("add", ".");
    const outcome = commit();
    expect([outcome.status, outcome.stderr]).toEqual([0, expect.stringContaining("stamped  a.md")]);
    for (const path of ["a.md", "must.md"]) {
      expect(readBlock(committed(path)).hash).toBe("verified");
      expect(folder.read(path)).toBe(committed(path));
    }
    expect(committed("may.md")).toBe("# May\n");
    expect(git("ls-tree", "HEAD", "must.md")).toMatch(/^100755 /);
    expect(git("status", "--porcelain")).toBe("");
  });

  it("keeps edits that are not staged out of the commit, and in the file", async () => {
    const { folder, git, commit, committed } = await repository({ "a.md": stampedText("a.md", "# A\n") });
    folder.write({ "a.md": `${folder.read("a.md")}Staged.\n` });
    git("add", ".");
    const onDisk = `${folder.read("a.md")}Not staged.\n`;
    folder.write({ "a.md": onDisk });
    expect(commit().status).toBe(0);
    expect(readBlock(committed("a.md")).hash).toBe("verified");
    expect(committed("a.md")).toContain("Staged.");
    expect(committed("a.md")).not.toContain("Not staged.");
    expect(folder.read("a.md")).toBe(onDisk);
  });

  it("renews a node's metadata when another of its files is committed", async () => {
    const folder = testFolder(nodeFiles("tide"));
    await onex(["stamp", "tide"], { cwd: folder.path });
    const files = Object.fromEntries(
      ["node.onex.yaml", "contract.yaml", "README.md"].map((name) => [`tide/${name}`, folder.read(`tide/${name}`)]),
    );
    const { folder: own, git, commit, committed } = await repository(files);
    own.write({ "tide/contract.yaml": `${own.read("tide/contract.yaml")}# more\n` });
    git("add", ".");
    expect(commit().status).toBe(0);
    expect(committed("tide/node.onex.yaml")).not.toBe(files["tide/node.onex.yaml"]);
    expect((await onex(["validate", "."], { cwd: own.path })).code).toBe(0);
    expect(git("status", "--porcelain")).toBe("");
  });

  it("refuses a commit with findings, and leaves older dialects to be seen", async () => {
    const { folder, git, commit } = await repository({ "a.md": "# A\n" });
    folder.write({ "open.md": "<!-- === ONEX:Metadata ===\nname: x\n" });
    git("add", ".");
    const outcome = commit();
    expect([outcome.status, outcome.stderr]).toEqual([1, expect.stringContaining("MD002")]);
    git("rm", "--quiet", "--cached", "open.md");
    const old =
      "# === OmniNode:Metadata ===\n# name: x\n# uuid: 1\n# hash: " +
      "a".repeat(64) +
      "\n# === /OmniNode:Metadata ===\n";
    folder.write({ "old.py": old });
    git("add", "old.py");
    expect(commit().status).toBe(1);
    expect(folder.read("old.py")).toBe(old);
  });

  it("passes over ignored, binary and deleted files", async () => {
    const broken = "<!-- === ONEX:Metadata ===\nname: x\n";
    const { folder, git, commit } = await repository({ ".onexignore": "/fixtures/\n", "gone.md": "x" });
    folder.write({ "fixtures/odd.md": broken, "a.bin": new Uint8Array([0, 1, 2]) });
    git("add", ".");
    git("rm", "--quiet", "gone.md");
    expect(commit().status).toBe(0);
  });

  it("can be called from a hook of one's own, for a program", async () => {
    const { folder, git } = await repository({ "a.md": stampedText("a.md", "# A\n") });
    folder.write({ "a.md": `${folder.read("a.md")}More.\n` });
    git("add", ".");
    const outcome = await onex(["hooks", "run", "--json"], { cwd: folder.path });
    expect([outcome.code, outcome.json<object>()]).toEqual([0, { stamped: ["a.md"], refused: [] }]);
    expect(execFileSync("git", ["diff", "--cached", "--stat"], { cwd: folder.path, encoding: "utf8" })).toContain(
      "a.md",
    );
  });
});
