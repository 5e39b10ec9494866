import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ScanSummary } from "../../src/core/scan/summary.ts";
import type { FileVerdict } from "../../src/core/scan/verdict.ts";
import { nodeFiles, stampedText, testFolder } from "./support/folder.ts";
import { onex } from "./support/onex.ts";

interface Document {
  readonly files: readonly FileVerdict[];
  readonly summary: ScanSummary;
}

const DIALECTS = join(import.meta.dirname, "../fixtures/dialects");
const codesOf = (file: FileVerdict | undefined): readonly string[] => file?.errors.map(({ code }) => code) ?? [];

describe("onex validate", () => {
  it("agrees with what is expected of every dialect", async () => {
    const expected = JSON.parse(readFileSync(join(DIALECTS, "expected.json"), "utf8")) as {
      file: string;
      dialect: string | null;
      hash: string;
    }[];
    const outcome = await onex(["validate", DIALECTS, "--json"]);
    const { files } = outcome.json<Document>();
    const verdicts = new Map(
      files.map(({ path, dialect, hash }) => [path.slice(path.lastIndexOf("/") + 1), { dialect, hash }]),
    );
    for (const { file, dialect, hash } of expected)
      expect([file, verdicts.get(file)]).toEqual([file, { dialect, hash }]);
    expect(outcome.code).toBe(1);
  });

  it("prints one document of the promised shape", async () => {
    const folder = testFolder({ "a.md": stampedText("a.md", "# A\n"), "b.md": "# B\n" });
    const { files, summary } = (await onex(["validate", ".", "--json"], { cwd: folder.path })).json<Document>();
    expect(files).toEqual([
      {
        path: "a.md",
        dialect: "ONEX",
        hash: "verified",
        schema: { canonical: "valid", permissive: "valid" },
        lifecycle: "active",
        references: "absent",
        duplicates: "unique",
        tree: "absent",
        errors: [],
        warnings: [],
      },
      {
        path: "b.md",
        dialect: null,
        hash: "absent",
        schema: { canonical: "absent", permissive: "absent" },
        lifecycle: "absent",
        references: "absent",
        duplicates: "absent",
        tree: "absent",
        errors: [],
        warnings: [],
      },
    ]);
    expect(summary).toEqual({
      files: 2,
      by_hash: { verified: 1, mismatch: 0, placeholder: 0, absent: 1, malformed: 0, unverifiable: 0 },
      by_dialect: { G0: 0, G1: 0, G2: 0, G3: 0, ONEX: 1, null: 1 },
      errors: 0,
      warnings: 0,
      failed: 0,
    });
  });

  it("finds one changed byte, in the block and in the body, and ends with 1", async () => {
    const text = stampedText("a.md", "# Tides\n\nHigh water at noon.\n");
    for (const edited of [text.replace("noon", "moon"), text.replace("Tide Desk", "Tide Dusk"), `${text} `]) {
      const folder = testFolder({ "a.md": edited });
      const outcome = await onex(["validate", ".", "--json"], { cwd: folder.path });
      expect(outcome.code).toBe(1);
      const [file] = outcome.json<Document>().files;
      expect([file?.hash, codesOf(file)]).toEqual(["mismatch", ["MD003"]]);
      expect(file?.errors[0]).toMatchObject({
        line: expect.any(Number) as number,
        hint: expect.stringContaining("stamp") as string,
      });
    }
  });

  it("does not let zeros stand for a hash in our dialect", async () => {
    const text = stampedText("a.md", "# Tides\n").replace(/hash: '?[0-9a-f]{64}'?/, `hash: '${"0".repeat(64)}'`);
    const outcome = await onex(["validate", ".", "--json"], { cwd: testFolder({ "a.md": text }).path });
    expect([outcome.code, outcome.json<Document>().files[0]?.hash]).toEqual([1, "placeholder"]);
  });

  it("tells every file of a shared uuid, and lets versions of a node and twins in JSON share theirs", async () => {
    const text = stampedText("a.md", "# A\n");
    const uuid = /uuid: (\S+)/.exec(text)?.[1] ?? "";
    const twin = {
      uuid,
      name: "x",
      author: "a",
      created_at: "2026-01-01T00:00:00Z",
      hash: "a".repeat(64),
      lifecycle: "active",
    };
    const shared = testFolder({ "a.md": text, "copies/b.md": text, "c.md": stampedText("c.md", "# C\n") });
    const outcome = await onex(["validate", ".", "--json"], { cwd: shared.path });
    const { files } = outcome.json<Document>();
    expect(files.map(({ path, duplicates, errors }) => [path, duplicates, errors.map(({ code }) => code)])).toEqual([
      ["a.md", "shared", ["MD009"]],
      ["c.md", "unique", []],
      ["copies/b.md", "shared", ["MD009"]],
    ]);
    expect(files[0]?.errors[0]?.message).toContain("copies/b.md");
    expect(outcome.code).toBe(1);

    const twins = testFolder({
      "one_onex_node.json": JSON.stringify(twin),
      "one_onex_node.yaml": Object.entries(twin)
        .map(([key, value]) => `${key}: '${value}'`)
        .join("\n"),
    });
    const both = (await onex(["validate", ".", "--json"], { cwd: twins.path })).json<Document>();
    expect(both.files.map(({ duplicates }) => duplicates)).toEqual(["unique", "unique"]);
  });

  it("finds two nodes of one name and version", async () => {
    const folder = testFolder({ ...nodeFiles("tide") });
    const other = nodeFiles("tide");
    folder.write(Object.fromEntries(Object.entries(other).map(([name, text]) => [`other/${name}`, text])));
    const { files } = (await onex(["validate", ".", "--json"], { cwd: folder.path })).json<Document>();
    const nodes = files.filter(({ path }) => path.endsWith("node.onex.yaml"));
    expect(nodes.map(codesOf)).toEqual([["RG002"], ["RG002"]]);
  });

  it("follows a node to its contract and to the files whose hashes it declares", async () => {
    const folder = testFolder(nodeFiles("tide"));
    const verdict = async () => {
      const { files } = (await onex(["validate", ".", "--json"], { cwd: folder.path })).json<Document>();
      const node = files.find(({ path }) => path === "tide/node.onex.yaml");
      return [node?.references, codesOf(node)];
    };
    expect(await verdict()).toEqual(["ok", []]);
    await onex(["stamp", "tide"], { cwd: folder.path });
    expect(await verdict()).toEqual(["ok", []]);
    folder.write({ "tide/contract.yaml": `${folder.read("tide/contract.yaml")}# more\n` });
    expect(await verdict()).toEqual(["broken", ["MD003"]]);
    const gone = testFolder({ "tide/node.onex.yaml": nodeFiles("tide")["tide/node.onex.yaml"] ?? "" });
    const { files } = (await onex(["validate", ".", "--json"], { cwd: gone.path })).json<Document>();
    expect([files[0]?.references, codesOf(files[0])]).toEqual(["broken", ["ST008"]]);
  });

  it("never follows a reference out of the node's folder", async () => {
    const metadata =
      nodeFiles("tide", { state_contract: "state_contract://../../outside.yaml" })["tide/node.onex.yaml"] ?? "";
    const folder = testFolder({ "outside.yaml": "x: 1\n", "deep/tide/node.onex.yaml": metadata });
    const { files } = (await onex(["validate", "deep", "--json"], { cwd: folder.path })).json<Document>();
    expect([files[0]?.references, codesOf(files[0])]).toEqual(["broken", ["ST008"]]);
  });

  it("names a lifecycle that does not exist", async () => {
    const text = stampedText("a.md", "# A\n").replace("lifecycle: active", "lifecycle: template");
    const [file] = (
      await onex(["validate", ".", "--json"], { cwd: testFolder({ "a.md": text }).path })
    ).json<Document>().files;
    expect(file?.lifecycle).toBe("invalid");
    expect(file?.errors.find(({ code }) => code === "LC001")?.message).toContain("template");
  });

  it("judges an index by its folder", async () => {
    const folder = testFolder({ ...nodeFiles("tide") });
    await onex(["tree", "generate"], { cwd: folder.path });
    const verdict = async () => {
      const { files } = (await onex(["validate", ".", "--json"], { cwd: folder.path })).json<Document>();
      const index = files.find(({ path }) => path === ".onextree");
      return [index?.hash, index?.schema.tree_format, index?.tree, codesOf(index)];
    };
    expect(await verdict()).toEqual(["verified", "valid", "in_sync", []]);
    folder.write({ "more.md": "x" });
    expect(await verdict()).toEqual(["verified", "valid", "drift", ["RG005"]]);
  });
});

describe("onex validate, what it is held to", () => {
  const G2 = join(DIALECTS, "g2_verified.md");

  it("holds older dialects to the permissive profile unless it is told otherwise", async () => {
    expect((await onex(["validate", G2])).code).toBe(0);
    expect((await onex(["validate", G2, "--profile", "permissive"])).code).toBe(0);
    const strict = await onex(["validate", G2, "--profile", "canonical", "--json"]);
    expect([strict.code, strict.json<Document>().files[0]?.schema]).toEqual([1, { canonical: "invalid" }]);
    const both = (await onex(["validate", G2, "--json"])).json<Document>().files[0];
    expect([both?.schema, both?.errors, (both?.warnings.length ?? 0) > 0]).toEqual([
      { canonical: "invalid", permissive: "valid" },
      [],
      true,
    ]);
  });

  it("fails on what it is told to fail on, and on nothing else", async () => {
    const folder = testFolder({ "a.md": `${stampedText("a.md", "# A\n")}x`, "b.md": "# B\n" });
    const code = async (list: string) => (await onex(["validate", ".", "--fail-on", list], { cwd: folder.path })).code;
    expect(await code("error")).toBe(1);
    expect(await code("mismatch")).toBe(1);
    expect(await code("absent,placeholder")).toBe(1);
    expect(await code("placeholder,duplicates")).toBe(0);
    expect(await code("none")).toBe(0);
  });

  it("wants metadata where .onexrequire and --require want it", async () => {
    const folder = testFolder({
      ".onexrequire": "/docs/**/*.md\n!/docs/generated/\n",
      "docs/a.md": "# A\n",
      "docs/generated/b.md": "# B\n",
      "c.md": "# C\n",
      "node.onex.yaml": "",
    });
    const missing = async (...args: string[]) => {
      const { files } = (await onex(["validate", "--json", ...args], { cwd: folder.path })).json<Document>();
      return files.filter((file) => codesOf(file).includes("MD001")).map(({ path }) => path);
    };
    expect(await missing(".")).toEqual(["docs/a.md", "node.onex.yaml"]);
    expect(await missing(".", "--require", "c.md")).toEqual(["c.md", "docs/a.md", "node.onex.yaml"]);
  });
});

describe("onex validate, for a person", () => {
  it("prints findings with line, code, hint and a summary, in colours on a terminal alone", async () => {
    const folder = testFolder({ "a.md": `${stampedText("a.md", "# A\n")}x` });
    const plain = await onex(["validate", "."], { cwd: folder.path });
    expect(plain.stdout).toContain("a.md\n");
    expect(plain.stdout).toMatch(/\d+ {2}error {2}MD003 {2}.+\n +stamp/);
    expect(plain.stdout).toContain("1 file\n  hash     1 mismatch\n");
    expect(plain.stdout).not.toContain("\u001B");
    const coloured = await onex(["validate", "."], { cwd: folder.path, terminal: true });
    expect(coloured.stdout).toContain("\u001B[31m");
    const asked = await onex(["validate", "."], { cwd: folder.path, terminal: true, env: { NO_COLOR: "1" } });
    expect(asked.stdout).toBe(plain.stdout);
    const forced = await onex(["validate", "."], { cwd: folder.path, env: { FORCE_COLOR: "1", NO_COLOR: "1" } });
    expect(forced.stdout).toBe(coloured.stdout);
  });

  it("shows progress on a terminal and nowhere else", async () => {
    const folder = testFolder({ "a.md": "a", "b.md": "b" });
    expect((await onex(["validate", "."], { cwd: folder.path, terminal: true })).stderr).toContain("2 files");
    expect((await onex(["validate", "."], { cwd: folder.path })).stderr).toBe("");
  });
});
