import { existsSync, readdirSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { admitNode } from "../../src/core/registry/admit.ts";
import { testFolder, type TestFolder } from "./support/folder.ts";
import { AUTHOR, NOW, onex } from "./support/onex.ts";
import { testServer } from "./support/test-server.ts";

const SPECIFICATION = {
  description: "Counts words.",
  input_contract: { "document.text": { type: "string" } },
  output_contract: { "document.words": { type: "integer" } },
  code: 'return { "document.words": input["document.text"].split(/\\s+/).filter(Boolean).length };',
  examples: [{ input: { "document.text": "high water at noon" }, output: { "document.words": 4 } }],
};

function admitted(folder: TestFolder, name: string) {
  const [metadata, contract, code] = ["node.onex.yaml", "contract.yaml", "node.js"].map((file) =>
    folder.read(`${name}/${file}`),
  );
  return admitNode({ metadata: metadata ?? "", contract: contract ?? "", code: code ?? "" });
}

describe("onex generate node", () => {
  it("writes a folder that admission takes and validation finds nothing against", async () => {
    const folder = testFolder();
    const outcome = await onex(
      ["generate", "node", "tide", "--input", "port.name:string", "--output", "tide.height:number"],
      {
        cwd: folder.path,
      },
    );
    expect(outcome.code).toBe(0);
    expect(outcome.stdout).toContain("tide@1.0.0, draft");
    expect(readdirSync(folder.at("tide")).sort()).toEqual([
      "README.md",
      "cases.json",
      "contract.yaml",
      "node.js",
      "node.onex.yaml",
    ]);
    const node = admitted(folder, "tide");
    expect(node).toMatchObject({ ok: true, value: { name: "tide", lifecycle: "draft", inputs: { "port.name": {} } } });
    const validation = await onex(["validate", ".", "--fail-on", "warning"], { cwd: folder.path });
    expect([validation.code, validation.stdout]).toEqual([0, expect.stringContaining("no findings")]);
  });

  it("makes a node active whose code passes its examples, and a draft of one that does not", async () => {
    const folder = testFolder({ "good.json": JSON.stringify(SPECIFICATION), "node.js": "return {};" });
    const good = (
      await onex(["generate", "node", "words", "--spec", "good.json", "--json"], { cwd: folder.path })
    ).json<object>();
    expect(good).toMatchObject({ name: "words", lifecycle: "active", reasons: [], examples: [{ passed: true }] });
    expect(folder.read("words/node.onex.yaml")).toContain(`author: ${AUTHOR}`);
    expect(folder.read("words/node.onex.yaml")).toContain(NOW.slice(0, 10));
    const bad = await onex(["generate", "node", "bad_words", "--spec", "good.json", "--code", "node.js", "--json"], {
      cwd: folder.path,
    });
    expect(bad.json<object>()).toMatchObject({ lifecycle: "draft", examples: [{ passed: false }] });
  });

  it("writes a README whose order works: edit, stamp under a higher version, register", async () => {
    const server = await testServer([]);
    onTestFinished(() => server.close());
    const folder = testFolder({ "good.json": JSON.stringify(SPECIFICATION) });
    const call = (line: string) => {
      const words = line.replace("NEXT", "1.4.0").replace("http://127.0.0.1:8787", server.env["ONEX_URL"] ?? "");
      return onex(words.split(" ").slice(1), { cwd: folder.path, env: server.env });
    };
    await onex(["generate", "node", "words", "--spec", "good.json"], { cwd: folder.path });
    expect((await call(`onex crawl words --register ${server.env["ONEX_URL"]}`)).code).toBe(0);
    for (const file of ["node.js", "README.md", "contract.yaml", "cases.json"])
      folder.write({ [`words/${file}`]: folder.read(`words/${file}`).replace(/\n$/, "\n\n") });
    const commands = [...folder.read("words/README.md").matchAll(/`(onex [^`]+)`/g)].map(([, line]) => line ?? "");
    expect(commands.map((line) => line.split(" ")[1])).toEqual(["stamp", "crawl"]);
    for (const line of commands) expect(await call(line)).toMatchObject({ code: 0, stderr: "" });
    expect((await onex(["validate", "words", "--fail-on", "warning"], { cwd: folder.path })).code).toBe(0);
    const check = ["crawl", "words", "--check", server.env["ONEX_URL"] ?? "", "--ignore-extra"];
    expect((await onex(check, { cwd: folder.path, env: server.env })).code).toBe(0);
    expect(folder.read("words/node.onex.yaml")).toContain("version: 1.4.0\n");
  });

  it("leaves a folder that exists as it is", async () => {
    const folder = testFolder({ "tide/notes.md": "mine" });
    const outcome = await onex(["generate", "node", "tide"], { cwd: folder.path });
    expect([outcome.code, readdirSync(folder.at("tide")), folder.read("tide/notes.md")]).toEqual([
      1,
      ["notes.md"],
      "mine",
    ]);
    const file = testFolder({ tide: "a file" });
    expect((await onex(["generate", "node", "tide"], { cwd: file.path })).code).toBe(1);
    expect(file.read("tide")).toBe("a file");
  });

  it("refuses what is no specification, with everything that is wrong, and writes nothing", async () => {
    const folder = testFolder({ "spec.json": JSON.stringify({ ...SPECIFICATION, tags: "x", version: "one" }) });
    const outcome = await onex(["generate", "node", "tide", "--spec", "spec.json"], { cwd: folder.path });
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain("$.tags");
    expect(outcome.stderr).toContain("$.version");
    expect((await onex(["generate", "node", "Tide"], { cwd: folder.path })).code).toBe(2);
    expect((await onex(["generate", "node", "../tide"], { cwd: folder.path })).code).toBe(2);
    expect((await onex(["generate", "node", "tide", "--input", "a:b:c"], { cwd: folder.path })).code).toBe(2);
    expect((await onex(["generate", "node", "tide", "--spec", "nowhere.json"], { cwd: folder.path })).code).toBe(2);
    expect(readdirSync(folder.path)).toEqual(["spec.json"]);
  });

  it("shows what it would write", async () => {
    const folder = testFolder();
    const outcome = await onex(["generate", "node", "tide", "--dir", "src/nodes", "--dry-run"], { cwd: folder.path });
    expect(outcome.stdout).toContain("would write  src/nodes/tide/node.onex.yaml");
    expect(existsSync(folder.at("src"))).toBe(false);
  });

  it("passes text with braces through its templates untouched", async () => {
    const folder = testFolder();
    await onex(["generate", "node", "tide", "--description", "Fills {{name}} and {{ more }}."], { cwd: folder.path });
    expect(folder.read("tide/contract.yaml")).toContain("{{name}} and {{ more }}");
    expect(admitted(folder, "tide").ok).toBe(true);
  });
});
