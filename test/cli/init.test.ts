import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { admitNode } from "../../src/core/registry/admit.ts";
import { readRuntimeContract } from "../../src/core/runtime-contract/read.ts";
import { testFolder } from "./support/folder.ts";
import { onex } from "./support/onex.ts";

describe("onex init", () => {
  it("writes a whole project, with a token that only its owner reads", async () => {
    const folder = testFolder();
    const { code, stdout } = await onex(["init", "my-nodes", "--json"], { cwd: folder.path });
    expect(code).toBe(0);
    const made = JSON.parse(stdout) as { readonly name: string; readonly files: readonly string[] };
    expect(made).toMatchObject({ name: "my-nodes", path: "my-nodes" });
    for (const file of made.files) expect(folder.has(`my-nodes/${file}`)).toBe(true);
    expect(statSync(folder.at("my-nodes/.dev.vars")).mode & 0o777).toBe(0o600);
    expect(folder.read("my-nodes/.gitignore")).toContain(".dev.vars");
    const [metadata, contract, code2] = ["node.onex.yaml", "contract.yaml", "node.py"].map((file) =>
      folder.read(`my-nodes/nodes/word_lengths/${file}`),
    );
    const admitted = admitNode({ metadata: metadata ?? "", contract: contract ?? "", code: code2 ?? "" });
    expect(admitted).toMatchObject({ ok: true, value: { name: "word_lengths", lifecycle: "active" } });
  });

  it("takes an empty folder, and another name than the folder's", async () => {
    const folder = testFolder();
    mkdirSync(folder.at("My Project"));
    const { code } = await onex(["init", "My Project", "--name", "mine"], { cwd: folder.path });
    expect(code).toBe(0);
    expect(JSON.parse(folder.read("My Project/package.json"))).toMatchObject({ name: "mine" });
    expect(folder.read("My Project/wrangler.toml")).toContain('queue = "mine-execute-dlq"');
  });

  it.each([
    ["a folder with something in it", "full", 1, "FILE_UNWRITABLE", "is not empty"],
    ["a file", "a-file", 1, "FILE_UNWRITABLE", "it is no folder|a part of its path is no folder"],
    ["a folder behind a link", "link/project", 1, "FILE_IS_LINK", "symbolic link"],
    ["a link", "link", 1, "FILE_IS_LINK", "symbolic link"],
    ["the folder above", "..", 1, "INVALID_PARAMETER", "is not below"],
    ["a place outside", "../elsewhere", 1, "INVALID_PARAMETER", "is not below"],
    ["an absolute place outside", "/onex-somewhere", 1, "INVALID_PARAMETER", "is not below"],
    ["this very folder", ".", 1, "INVALID_PARAMETER", "is not below"],
    ["capitals", "MyNodes", 2, null, "is no name of a project"],
    ["a name that begins with a digit", "2nodes", 2, null, "is no name of a project"],
    ["a name that ends with a dash", "nodes-", 2, null, "is no name of a project"],
    ["a name that is too long", "n".repeat(41), 2, null, "is no name of a project"],
    ["a name with quotes", 'a"b', 2, null, "is no name of a project"],
    ["a name of another alphabet", "узлы", 2, null, "is no name of a project"],
    ["a name with a line break", "a\nb", 2, null, "is no name of a project"],
  ])("refuses %s, and writes nothing", async (_, target, exit, code, message) => {
    const folder = testFolder({ "full/kept.txt": "kept", "a-file": "kept", "real/kept.txt": "kept" });
    symlinkSync(folder.at("real"), folder.at("link"));
    const answer = await onex(["init", target, "--json"], { cwd: folder.path });
    expect(answer.code).toBe(exit);
    const { error } = JSON.parse(answer.stdout) as {
      readonly error: { code: string | null; message: string; hint: string };
    };
    expect(error.code).toBe(code);
    expect(error.message).toMatch(new RegExp(message));
    expect(error.hint).not.toBeNull();
    expect([folder.read("full/kept.txt"), folder.read("a-file"), folder.read("real/kept.txt")]).toEqual([
      "kept",
      "kept",
      "kept",
    ]);
    for (const place of ["full", "real"]) expect(folder.has(`${place}/package.json`)).toBe(false);
  });

  it.skipIf(process.getuid?.() === 0)("says that it may not write there", async () => {
    const folder = testFolder({ "shut/x": "" });
    chmodSync(folder.at("shut"), 0o555);
    const { code, stdout } = await onex(["init", "shut/project", "--json"], { cwd: folder.path });
    expect(code).toBe(1);
    expect(stdout).toContain("permission denied");
  });

  it("binds everything that our own Worker is bound to, but its database for trying", async () => {
    const folder = testFolder();
    await onex(["init", "mine"], { cwd: folder.path });
    const bound = (toml: string): readonly string[] =>
      [...toml.matchAll(/^(?:(?:binding|name) = "([A-Z_]+)"|([A-Z_]+) = )/gm)].map(([, a, b]) => a ?? b ?? "").sort();
    const [ours = ""] = readFileSync("wrangler.toml", "utf8").split("\n[env.production]");
    const toml = folder.read("mine/wrangler.toml");
    expect(bound(toml)).toEqual(bound(ours).filter((name) => name !== "APP_DB"));
    expect(/new_sqlite_classes = (.*)/.exec(toml)?.[1]).toBe('["RunRing", "TrustMemory", "Limiter", "RunnerPool"]');
    const contract = /RUNTIME_CONTRACT = """\n([^]*?)"""/.exec(toml)?.[1] ?? "";
    const world = { environment: "production", databases: [], nodes: [] };
    expect(readRuntimeContract(contract, "wrangler.toml", world)).toMatchObject({ ok: true });
  });
});
