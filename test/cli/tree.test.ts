import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readBlock } from "../../src/core/metadata/read.ts";
import { nodeFiles, testFolder } from "./support/folder.ts";
import { onex } from "./support/onex.ts";

interface Check {
  readonly in_sync: boolean;
  readonly fixed: boolean;
  readonly drift: readonly { readonly kind: string; readonly path: string }[];
}

describe("onex tree", () => {
  it("writes a stamped index that its check finds true, and the same bytes for the same folder", async () => {
    const folder = testFolder({
      ...nodeFiles("tide"),
      ".hidden": "",
      ".onexignore": "/out/\n",
      "out/x.md": "",
      "node_modules/y/z.js": "",
    });
    expect((await onex(["tree", "generate"], { cwd: folder.path })).stdout).toContain("written");
    const text = folder.read(".onextree");
    expect(readBlock(text, { path: ".onextree" }).hash).toBe("verified");
    expect(text).not.toContain("hidden");
    expect(text).not.toContain("out");
    expect(text).not.toContain("node_modules");
    expect((await onex(["tree", "generate"], { cwd: folder.path, now: "2027-01-01T00:00:00Z" })).stdout).toContain(
      "unchanged",
    );
    expect(folder.read(".onextree")).toBe(text);
    const check = await onex(["tree", "check", "--json"], { cwd: folder.path });
    expect([check.code, check.json<Check>().in_sync]).toEqual([0, true]);
  });

  it("tells every kind of drift, and mends what an index can mend", async () => {
    const folder = testFolder({ ...nodeFiles("tide"), "gone.md": "", "kind.md": "", "odd.md": "" });
    await onex(["tree", "generate"], { cwd: folder.path });
    for (const name of ["gone.md", "kind.md", "odd.md"]) rmSync(folder.at(name));
    mkdirSync(folder.at("kind.md"));
    symlinkSync("nowhere", folder.at("odd.md"));
    folder.write({ "new/a.md": "", "ebb/contract.yaml": "x: 1\n", "tide/node.onex.yaml": "edited: true\n" });
    const check = (await onex(["tree", "check", "--json"], { cwd: folder.path })).json<Check>();
    expect(check.drift.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      "missing_metadata ebb",
      "structure_mismatch ebb",
      "extra_file ebb/contract.yaml",
      "missing_file gone.md",
      "type_mismatch kind.md",
      "structure_mismatch new",
      "extra_file new/a.md",
      "unknown odd.md",
      "missing_metadata tide",
    ]);
    const fixed = await onex(["tree", "check", "--fix", "--json"], { cwd: folder.path });
    expect([fixed.code, fixed.json<Check>().fixed]).toEqual([1, true]);
    const rest = (await onex(["tree", "check", "--json"], { cwd: folder.path })).json<Check>();
    expect(rest.drift.map(({ kind }) => kind)).toEqual(["missing_metadata", "unknown", "missing_metadata"]);
  });

  it("keeps an index to its scope", async () => {
    const folder = testFolder({ "src/nodes/a.md": "", "src/other.md": "", "README.md": "" });
    await onex(["tree", "generate", "--scope", "src/nodes"], { cwd: folder.path });
    expect((await onex(["tree", "check"], { cwd: folder.path })).code).toBe(0);
    folder.write({ "more.md": "" });
    expect((await onex(["tree", "check"], { cwd: folder.path })).code).toBe(0);
    folder.write({ "src/nodes/b.md": "" });
    expect((await onex(["tree", "check", "--fix"], { cwd: folder.path })).code).toBe(0);
    expect(folder.read(".onextree")).toContain("b.md");
    expect(folder.read(".onextree")).not.toContain("other.md");
    await onex(["tree", "generate", "--whole"], { cwd: folder.path });
    expect(folder.read(".onextree")).toContain("other.md");
    expect((await onex(["tree", "generate", "--scope", "../elsewhere"], { cwd: folder.path })).code).toBe(2);
  });

  it("reads an index in the form of a list of nodes, and one called .tree", async () => {
    const list = testFolder({
      ...nodeFiles("tide"),
      ".onextree": "nodes:\n  - name: tide\n    path: tide/node.onex.yaml\n",
    });
    expect((await onex(["tree", "check"], { cwd: list.path })).code).toBe(0);
    list.write(Object.fromEntries(Object.entries(nodeFiles("ebb"))));
    expect((await onex(["tree", "check", "--json"], { cwd: list.path })).json<Check>().drift).toMatchObject([
      { kind: "extra_file", path: "ebb" },
    ]);
    const old = testFolder({
      ".tree": "name: x\ntype: directory\nchildren:\n  - name: a.md\n    type: file\n",
      "a.md": "",
    });
    expect((await onex(["tree", "check"], { cwd: old.path })).code).toBe(0);
  });

  it("says what is wrong when there is no index, or none that can be read", async () => {
    const folder = testFolder({ "bad/.onextree": "name: x\ntype: file\n" });
    expect((await onex(["tree", "check"], { cwd: folder.path })).stderr).toContain("has no index");
    const bad = await onex(["tree", "check", "bad"], { cwd: folder.path });
    expect([bad.code, bad.stderr]).toEqual([1, expect.stringContaining("SC005")]);
    expect((await onex(["tree", "check", "nowhere"], { cwd: folder.path })).code).toBe(2);
    expect((await onex(["tree", "generate", "bad"], { cwd: folder.path })).code).toBe(0);
    expect((await onex(["tree", "check", "bad"], { cwd: folder.path })).code).toBe(0);
  });

  it("prints an index without writing it", async () => {
    const folder = testFolder({ "a.md": "" });
    const outcome = await onex(["tree", "generate", "--stdout"], { cwd: folder.path });
    expect(outcome.stdout).toContain("- name: a.md");
    expect(folder.has(".onextree")).toBe(false);
  });
});
