import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { lstatSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { pureNode } from "../../support/engines.ts";
import { gitRepository, nodeFiles, stampedText, testFolder, type TestFolder } from "../support/folder.ts";
import { onex, type OnexOutcome } from "../support/onex.ts";
import { testServer, type TestServer } from "../support/test-server.ts";

/** Everything below a folder: paths with their bytes, links with where they lead. */
function snapshot(folder: string): Readonly<Record<string, string>> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const what = entry.isSymbolicLink() ? readlinkSync(path) : entry.isFile() ? readFileSync(path, "hex") : "";
      return [path, what];
    }),
  );
}

/** A project with links that lead out of it, and the place they lead to. */
function linkedProject(): { readonly folder: TestFolder; readonly cwd: string; readonly outside: string } {
  const folder = testFolder({
    ...Object.fromEntries(Object.entries(nodeFiles("tide")).map(([path, text]) => [`outside/${path}`, text])),
    "outside/a.md": "# A\n",
    "outside/b.schema.json": '{"type": "object", "title": "B."}',
    "outside/.onextree": "name: x\ntype: directory\nchildren: []\n",
    "outside/logs/archive/x": "",
    "project/real/a.md": "# Real\n",
    "project/b/c.md": "# C\n",
  });
  for (const name of ["a.md", "b.schema.json", "tide", "logs"])
    symlinkSync(`../outside/${name}`, folder.at(`project/${name}`));
  symlinkSync("../outside", folder.at("project/linked"));
  symlinkSync("../../outside/.onextree", folder.at("project/b/.onextree"));
  symlinkSync("../../outside", folder.at("project/b/archive"));
  symlinkSync("real", folder.at("project/alias"));
  symlinkSync("../outside/new.json", folder.at("project/dangling.json"));
  return { folder, cwd: folder.at("project"), outside: folder.at("outside") };
}

describe("nothing is written through a link", () => {
  let server: TestServer;
  let run: string;

  beforeAll(async () => {
    server = await testServer([pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase())]);
    const stdin = JSON.stringify({ want: ["text.loud"], given: { "text.in": "a" } });
    run = (await onex(["run", "-", "--detach"], { env: server.env, stdin })).stdout.trim();
  });
  afterAll(() => server.close());

  it.each([
    ["stamp", "a.md"],
    ["stamp", "./b/../a.md"],
    ["stamp", "linked"],
    ["stamp", "linked/a.md"],
    ["stamp", "tide/node.onex.yaml"],
    ["stamp", "alias/a.md"],
    ["stamp", "--check", "a.md"],
    ["lifecycle", "tide", "--to", "review"],
    ["lifecycle", "tide/node.onex.yaml", "--to", "review"],
    ["generate", "node", "ebb", "--dir", "linked"],
    ["generate", "node", "ebb", "--dir", "linked/deep"],
    ["generate", "node", "ebb", "--dir", "alias"],
    ["tree", "generate", "linked"],
    ["tree", "generate", "b"],
    ["tree", "check", "b", "--fix"],
    ["schema", "format", "b.schema.json"],
    ["schema", "format", "."],
    ["schema", "docs", "b.schema.json", "--out", "linked"],
    ["schema", "docs", "b.schema.json", "--out", "linked/pages"],
    ["log", "new", "--dir", "logs"],
    ["log", "add", "text", "--dir", "linked/logs"],
    ["log", "archive", "--dir", "logs"],
    ["runs", "export", "RUN", "--out", "dangling.json"],
    ["runs", "export", "RUN", "--out", "a.md", "--force"],
    ["runs", "export", "RUN", "--out", "linked/run.json"],
  ])("onex %s %s %s", async (...args) => {
    const { folder, cwd } = linkedProject();
    const before = snapshot(folder.path);
    const given = args.filter((arg) => arg !== undefined).map((arg) => (arg === "RUN" ? run : arg));
    const outcome = await onex(given, { cwd, env: server.env });
    expect(outcome.code).not.toBe(0);
    expect(outcome.stdout + outcome.stderr).toContain("is a symbolic link");
    expect(snapshot(folder.path)).toEqual(before);
  });

  it("nor when the path is written in full, or from beside", async () => {
    const { folder, cwd } = linkedProject();
    const before = snapshot(folder.path);
    for (const args of [
      ["stamp", folder.at("project/a.md")],
      ["stamp", "../project/linked/a.md"],
      ["generate", "node", "ebb", "--dir", folder.at("project/linked")],
      ["tree", "generate", folder.at("project/linked")],
      ["log", "new", "--dir", folder.at("project/linked/logs")],
    ]) {
      for (const from of [cwd, folder.at("project/b"), folder.at("outside")]) {
        const outcome = await onex(args, { cwd: from });
        expect([args, from, outcome.code]).not.toEqual([args, from, 0]);
      }
    }
    expect(snapshot(folder.path)).toEqual(before);
  });

  it("nor an archive of logs, whose weekly logs stay", async () => {
    const folder = testFolder({ "outside/x": "" });
    await onex(["log", "add", "text", "--dir", "logs"], { cwd: folder.path, now: "2026-01-05T00:00:00Z" });
    symlinkSync("../outside", folder.at("logs/archive"));
    const before = snapshot(folder.path);
    const outcome = await onex(["log", "archive", "--dir", "logs"], { cwd: folder.path, now: "2026-09-05T00:00:00Z" });
    expect([outcome.code, outcome.stderr]).toEqual([1, expect.stringContaining("FILE_IS_LINK")]);
    expect(snapshot(folder.path)).toEqual(before);
  });

  it("nor a hook: one that is a link is of another kind, and is kept beside ours", async () => {
    const folder = testFolder({ "theirs.sh": "#!/bin/sh\n# onex pre-commit hook\n" });
    gitRepository(folder);
    execFileSync("mkdir", ["-p", folder.at(".git/hooks")]);
    symlinkSync("../../theirs.sh", folder.at(".git/hooks/pre-commit"));
    const text = folder.read("theirs.sh");
    expect((await onex(["hooks", "install", "--force"], { cwd: folder.path })).code).toBe(0);
    expect(lstatSync(folder.at(".git/hooks/pre-commit")).isSymbolicLink()).toBe(false);
    expect(folder.read("theirs.sh")).toBe(text);
  });

  it("nor what is committed, when a folder on the way was replaced by a link", async () => {
    const folder = testFolder({ "in/a.md": "# A\n", ".onexrequire": "*.md\n" });
    const git = gitRepository(folder);
    git("add", "--all");
    execFileSync("mv", [folder.at("in"), folder.at("elsewhere")]);
    symlinkSync("elsewhere", folder.at("in"));
    const outcome = await onex(["hooks", "run"], { cwd: folder.path });
    expect(outcome.stderr).toContain("is a symbolic link");
    expect(folder.read("elsewhere/a.md")).toBe("# A\n");
  });
});

describe("nothing from outside of a node's folder is registered with it", () => {
  it("by a link in its folder", async () => {
    const files = nodeFiles("tide", { entrypoint: { type: "function", target: "node.js" } });
    const folder = testFolder({ ...files, "secret.js": "export default () => 'secret';\n" });
    symlinkSync("../secret.js", folder.at("tide/node.js"));
    const found = await onex(["crawl", ".", "--json"], { cwd: folder.path });
    expect(found.json<{ artifacts: readonly { digest: string | null }[] }>().artifacts[0]?.digest).toBeNull();
    folder.write({ "goal.json": '{"want": ["tide.output"], "given": {"tide.input": "x"}}' });
    const outcome = await onex(["run", "goal.json", "--local", "--nodes", "tide"], { cwd: folder.path });
    expect([outcome.code, outcome.stdout]).toEqual([1, ""]);
  });
});

describe("what is no regular file is refused, and not waited for", () => {
  const GOAL = '{"want":["hash.verdict"],"given":["document.text"]}';

  async function oddFolder(): Promise<TestFolder> {
    const folder = testFolder({ "goal.json": GOAL, ...nodeFiles("tide"), "logs/x": "" });
    for (const name of ["pipe", "pipe.json", "pipe.yaml", "pipe.schema.json", "tide/pipe"])
      execFileSync("mkfifo", [folder.at(name)]);
    const socket = createServer().listen(folder.at("socket"));
    await once(socket, "listening");
    onTestFinished(() => void socket.close());
    symlinkSync("/dev/zero", folder.at("zero"));
    symlinkSync("pipe", folder.at("to-pipe"));
    return folder;
  }

  const NAMES = ["pipe", "pipe.json", "to-pipe", "socket", "/dev/zero", "zero", "/dev/full", "."];
  const READERS: readonly (readonly string[])[] = [
    ["plan", "FILE"],
    ["plan", "goal.json", "--policy", "FILE"],
    ["plan", "goal.json", "--mutate", "FILE"],
    ["plan", "goal.json", "--against", "FILE"],
    ["run", "FILE", "--local"],
    ["run", "goal.json", "--local", "--input", "document.text=@FILE"],
    ["run", "goal.json", "--url", "http://127.0.0.1:1", "--token-file", "FILE"],
    ["runs", "replay", "FILE", "--local"],
    ["runs", "import", "FILE"],
    ["generate", "node", "x", "--spec", "FILE"],
    ["generate", "node", "x", "--code", "FILE"],
  ];

  it.each(READERS.map((args) => [args.join(" "), args] as const))("onex %s", async (_, args) => {
    const folder = await oddFolder();
    for (const name of NAMES) {
      const given = args.map((arg) => arg.replace("FILE", name));
      const outcome = await onex(given, { cwd: folder.path, env: { ONEX_TOKEN: "t", ONEX_URL: "http://127.0.0.1:1" } });
      expect([name, outcome.code, outcome.stdout]).toEqual([name, 2, ""]);
      expect(outcome.stderr).toMatch(/^error: FILE_NOT_REGULAR: [^\n]+: it is a [a-z ]+, and is not read\n/);
    }
  });

  it("says so as JSON too", async () => {
    const folder = await oddFolder();
    const outcome = await onex(["plan", "pipe", "--json"], { cwd: folder.path });
    expect(outcome.json()).toEqual({
      error: {
        code: "FILE_NOT_REGULAR",
        message: "pipe: it is a named pipe, and is not read",
        hint: expect.any(String),
      },
    });
  });

  it.each([
    ["validate", "."],
    ["validate", "pipe"],
    ["stamp", "pipe"],
    ["stamp", "."],
    ["crawl", "."],
    ["tree", "generate", "."],
    ["schema", "format", "."],
    ["schema", "docs", "pipe.schema.json", "--out", "pages"],
    ["lifecycle", "pipe", "--to", "active"],
    ["plan", "goal.json", "--nodes", "pipe"],
    ["plan", "goal.json", "--nodes", "."],
    ["run", "goal.json", "--local", "--nodes", "tide", "--input", "document.text=x"],
  ])("onex %s %s %s comes to its end", async (...args) => {
    const folder = await oddFolder();
    const outcome = await onex(
      args.filter((arg) => arg !== undefined),
      { cwd: folder.path },
    );
    expect(outcome.stdout + outcome.stderr).not.toBe("");
    expect(outcome.stderr).not.toContain("a mistake of the command itself");
  });

  it.each([
    ".onexignore",
    ".gitignore",
    ".onexrequire",
    ".onextree",
    "tide/contract.yaml",
    "tide/node.js",
    "logs/debug_log_2026-W05.md",
    "logs/.debug_log.lock",
    ".git/hooks/pre-commit",
  ])("a pipe in the place of %s keeps nobody waiting", async (place) => {
    const folder = testFolder({ ...nodeFiles("tide"), "logs/x": "", "a.md": stampedText("a.md", "# A\n") });
    gitRepository(folder);
    folder.write({ [place]: "" });
    execFileSync("rm", [folder.at(place)]);
    execFileSync("mkfifo", [folder.at(place)]);
    const outcomes: OnexOutcome[] = [];
    for (const args of [
      ["validate", "."],
      ["stamp", "."],
      ["crawl", "."],
      ["tree", "generate", "."],
      ["tree", "check", "."],
      ["hooks", "install"],
      ["hooks", "uninstall"],
      ["log", "add", "x", "--dir", "logs"],
      ["log", "search", "--dir", "logs"],
    ])
      outcomes.push(await onex(args, { cwd: folder.path }));
    for (const { stderr } of outcomes) expect(stderr).not.toContain("a mistake of the command itself");
    expect(lstatSync(folder.at(place)).isFIFO()).toBe(true);
  });

  it("is replaced by nothing that is written", async () => {
    const folder = await oddFolder();
    const server = await testServer([pureNode("shout", "text.in", "text.loud", (text) => text)]);
    onTestFinished(() => server.close());
    const stdin = JSON.stringify({ want: ["text.loud"], given: { "text.in": "a" } });
    const run = (await onex(["run", "-", "--detach"], { env: server.env, stdin })).stdout.trim();
    for (const name of ["pipe", "socket", "/dev/null", "/dev/full", "tide"]) {
      const args = ["runs", "export", run, "--force", "--out", name];
      const outcome = await onex(args, { cwd: folder.path, env: server.env });
      expect([name, outcome.code, outcome.stderr]).toEqual([name, 1, expect.stringContaining("FILE_NOT_REGULAR")]);
    }
    expect(lstatSync("/dev/null").isCharacterDevice()).toBe(true);
  });

  it("but standard input is read, by whatever name", async () => {
    for (const name of ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"]) {
      expect((await onex(["plan", name], { stdin: GOAL })).code).toBe(0);
      const run = await onex(["run", name, "--local", "--input", "document.text=x"], { stdin: GOAL });
      expect(run.code).toBe(0);
    }
  });
});
