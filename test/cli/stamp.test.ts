import { execFileSync } from "node:child_process";
import { chmodSync, readdirSync, statSync, symlinkSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { writeFileWhole } from "../../src/cli/files/write-file.ts";
import { readBlock } from "../../src/core/metadata/read.ts";
import { nodeFiles, stampedText, testFolder } from "./support/folder.ts";
import { AUTHOR, NOW, onex } from "./support/onex.ts";
import "../support/properties.ts";

describe("onex stamp", () => {
  it("stamps a named file, once: a second stamp changes no byte", async () => {
    const folder = testFolder({ "guide.md": "# Guide\n" });
    const first = await onex(["stamp", "guide.md"], { cwd: folder.path });
    expect([first.code, first.stdout]).toEqual([0, "stamped  guide.md\n1 stamped, 0 unchanged, 0 refused\n"]);
    const text = folder.read("guide.md");
    const { fields, hash } = readBlock(text);
    expect(hash).toBe("verified");
    expect(fields).toMatchObject({ author: AUTHOR, created_at: NOW, name: "guide.md" });
    const again = await onex(["stamp", "guide.md", "--author", "Somebody Else"], {
      cwd: folder.path,
      now: "2027-01-01T00:00:00Z",
    });
    expect(again.stdout).toContain("1 unchanged");
    expect(folder.read("guide.md")).toBe(text);
  });

  it("stamps, in folders, what carries metadata or must, and everything with --all", async () => {
    const files = {
      ".onexrequire": "/must.md\n",
      "must.md": "# Must\n",
      "may.md": "# May\n",
      "data.json": "{}\n",
      "old.md": `${stampedText("old.md", "# Old\n")}edited\n`,
    };
    const some = testFolder(files);
    const outcome = await onex(["stamp", ".", "--json"], { cwd: some.path });
    const told = outcome.json<{ files: { path: string; outcome: string }[]; summary: object }>();
    expect(told.files.filter((file) => file.outcome === "stamped").map(({ path }) => path)).toEqual([
      "must.md",
      "old.md",
    ]);
    expect(told.summary).toEqual({ stamped: 2, unchanged: 0, refused: 0, skipped: 3, check: false });
    expect(some.read("may.md")).toBe("# May\n");

    const all = testFolder(files);
    const everything = await onex(["stamp", ".", "--all"], { cwd: all.path });
    expect([everything.code, readBlock(all.read("may.md")).hash, all.read("data.json")]).toEqual([
      0,
      "verified",
      "{}\n",
    ]);
  });

  it("says what it would stamp, and writes nothing, with --check", async () => {
    const folder = testFolder({
      "a.md": `${stampedText("a.md", "# A\n")}edited\n`,
      "b.md": stampedText("b.md", "# B\n"),
    });
    const before = folder.read("a.md");
    const check = await onex(["stamp", ".", "--check"], { cwd: folder.path });
    expect([check.code, check.stdout]).toEqual([
      1,
      "would be stamped  a.md\n1 would be stamped, 1 unchanged, 0 refused\n",
    ]);
    expect(folder.read("a.md")).toBe(before);
    await onex(["stamp", "."], { cwd: folder.path });
    expect((await onex(["stamp", ".", "--check"], { cwd: folder.path })).code).toBe(0);
  });

  it("keeps identity and age, and dates new content", async () => {
    const text = stampedText("a.md", "# A\n");
    const before = readBlock(text).fields;
    const folder = testFolder({ "a.md": `${text}More.\n` });
    await onex(["stamp", "a.md"], { cwd: folder.path });
    expect(readBlock(folder.read("a.md")).fields).toMatchObject({
      uuid: before["uuid"],
      created_at: before["created_at"],
      last_modified_at: NOW,
    });
  });

  it("renews the hashes of a node's files, its metadata last", async () => {
    const folder = testFolder({ ...nodeFiles("tide"), ".onexrequire": "README.md\n" });
    await onex(["stamp", "tide"], { cwd: folder.path });
    expect((await onex(["validate", "."], { cwd: folder.path })).code).toBe(0);
    const metadata = folder.read("tide/node.onex.yaml");
    const artifacts = { "contract.yaml": "0".repeat(64), "README.md": "0".repeat(64) };
    await onex(["stamp", "tide/node.onex.yaml", "--set", `x_extensions=${JSON.stringify({ artifacts })}`], {
      cwd: folder.path,
    });
    folder.write({
      "tide/README.md": "# Tides\n",
      "tide/contract.yaml": `${folder.read("tide/contract.yaml")}# more\n`,
    });
    await onex(["stamp", "."], { cwd: folder.path });
    expect(readBlock(folder.read("tide/README.md")).hash).toBe("verified");
    expect((await onex(["validate", "."], { cwd: folder.path })).stdout).toContain("no findings");
    expect(folder.read("tide/node.onex.yaml")).not.toBe(metadata);
    expect((await onex(["stamp", ".", "--check"], { cwd: folder.path })).code).toBe(0);
  });

  it("sets and removes fields, and refuses with reasons what would not be valid", async () => {
    const folder = testFolder({ "a.md": "# A\n" });
    const run = (...args: string[]) => onex(["stamp", "a.md", ...args], { cwd: folder.path });
    await run("--set", "license=MIT", "--set", "tags=[a, b]", "--set", "version=1.2.0");
    expect(readBlock(folder.read("a.md")).fields).toMatchObject({ license: "MIT", tags: ["a", "b"], version: "1.2.0" });
    await run("--set", "license=");
    expect(readBlock(folder.read("a.md")).fields).not.toHaveProperty("license");
    const kept = folder.read("a.md");
    const refused = await run("--set", "version=one");
    expect([refused.code, folder.read("a.md")]).toEqual([1, kept]);
    expect(refused.stdout).toContain("MD007");
    expect((await run("--set", "lifecycle=draft")).stdout).toContain("LC003");
    expect((await run("--set", "no field")).code).toBe(2);
    expect((await run("--set", "tags=[a")).code).toBe(2);
    expect((await onex(["stamp", "a.json"], { cwd: testFolder({ "a.json": "{}" }).path })).code).toBe(1);
  });

  it("ends with a verified file, whatever text it is given", async () => {
    const name = fc.constantFrom("a.md", "a.py", "a.ts", "a.sql", "a.html", "a.toml", "a.sh", "a.yaml");
    await fc.assert(
      fc.asyncProperty(name, fc.string(), async (path, text) => {
        const folder = testFolder({ [path]: text });
        await onex(["stamp", path], { cwd: folder.path });
        const once = folder.read(path);
        expect(readBlock(once, { path }).hash).toBe("verified");
        await onex(["stamp", path], { cwd: folder.path, now: "2027-01-01T00:00:00Z" });
        expect(folder.read(path)).toBe(once);
      }),
      { numRuns: 50 },
    );
  });
});

describe("writing a file whole", () => {
  it("keeps its mode and leaves nothing beside it", () => {
    const folder = testFolder({ "run.sh": "old\n" });
    chmodSync(folder.at("run.sh"), 0o751);
    writeFileWhole(folder.at("run.sh"), "new\n");
    expect(folder.read("run.sh")).toBe("new\n");
    expect(statSync(folder.at("run.sh")).mode & 0o777).toBe(0o751);
    writeFileWhole(folder.at("fresh.md"), "text");
    expect(readdirSync(folder.path).sort()).toEqual(["fresh.md", "run.sh"]);
  });

  it("takes a file whose name is as long as names may be", () => {
    const name = `${"n".repeat(252)}.md`;
    const folder = testFolder({ [name]: "old" });
    writeFileWhole(folder.at(name), "new");
    expect(folder.read(name)).toBe("new");
  });

  it("writes nowhere but at the very place: a link is refused, itself or on the way", () => {
    const folder = testFolder({ "in/a.md": "old", "out/a.md": "theirs" });
    symlinkSync("../out/a.md", folder.at("in/link.md"));
    symlinkSync("../out/new.md", folder.at("in/dangling.md"));
    symlinkSync("../out", folder.at("in/linked"));
    for (const name of ["link.md", "dangling.md", "linked/a.md", "linked/new.md", "linked/deep/new.md"]) {
      expect(() => writeFileWhole(folder.at(`in/${name}`), "new", { root: folder.at("in") }), name).toThrow(
        expect.objectContaining({ code: "FILE_IS_LINK" }),
      );
    }
    expect(() => writeFileWhole(folder.at("out/a.md"), "new", { root: folder.at("in") })).toThrow("outside of");
    expect(readdirSync(folder.at("out"))).toEqual(["a.md"]);
    expect(folder.read("out/a.md")).toBe("theirs");
  });

  it("replaces nothing that is no file", () => {
    const folder = testFolder({ "dir/a.md": "old" });
    execFileSync("mkfifo", [folder.at("pipe")]);
    for (const name of ["dir", "pipe"]) {
      expect(() => writeFileWhole(folder.at(name), "new"), name).toThrow(
        expect.objectContaining({ code: "FILE_NOT_REGULAR" }),
      );
    }
    expect(folder.read("dir/a.md")).toBe("old");
  });

  it("leaves the old file as it was when it cannot write", () => {
    const folder = testFolder({ "a.md": "old" });
    expect(() => writeFileWhole(folder.at("nowhere/a.md"), "new")).toThrow("it does not exist");
    expect(() => writeFileWhole(folder.at("a.md/b.md"), "new")).toThrow("a part of its path is no folder");
    expect(folder.read("a.md")).toBe("old");
  });
});
