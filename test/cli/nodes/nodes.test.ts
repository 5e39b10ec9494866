import { readdirSync, symlinkSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NodeDetail } from "../../../contracts/api/nodes-api.ts";
import { scaffoldSpecification } from "../../../contracts/documents/scaffold.ts";
import { scaffoldNode } from "../../../src/core/scaffold/scaffold-node.ts";
import { readBlock } from "../../../src/core/metadata/read.ts";
import { fetchedNode, folderOf } from "../../../src/cli/nodes/node-folder.ts";
import { artifactsOf, definitionOf } from "../../nodes/built-in.ts";
import { CALL } from "../../support/call.ts";
import { testFolder } from "../support/folder.ts";
import { onex } from "../support/onex.ts";
import { testServer, type TestServer } from "../support/test-server.ts";

const SPECIFICATION = {
  name: "doubler",
  description: "Doubles a number.",
  tags: ["arithmetic"],
  input_contract: { "number.in": { type: "number" } },
  output_contract: { "number.out": { type: "number" } },
  code: 'return { "number.out": input["number.in"] * 2 };',
  examples: [
    { name: "two", input: { "number.in": 2 }, output: { "number.out": 4 } },
    { name: "half", input: { "number.in": 0.5 }, output: { "number.out": 1 } },
  ],
};

let server: TestServer;
const run = (args: readonly string[], cwd?: string) =>
  onex(["nodes", ...args], { env: server.env, ...(cwd === undefined ? {} : { cwd }) });

beforeAll(async () => {
  server = await testServer([]);
  const { services, ports } = server.world.engine;
  for (const [at, changes] of [{}, { name: "draft", code: undefined, examples: [] }].entries()) {
    const specification = scaffoldSpecification.parse({ ...SPECIFICATION, ...changes });
    const birth = { uuid: `7e2f9f8e-3b0a-4a52-9a0e-5b1f6e0c9d1${at}`, createdAt: "2026-01-02T03:04:05.000Z" };
    const node = scaffoldNode(specification, birth, at === 0 ? "active" : "draft");
    if (!node.ok) throw new Error(JSON.stringify(node.error));
    const registered = await services.nodes.register(CALL, node.value.artifacts);
    if (!registered.ok) throw new Error(JSON.stringify(registered.error));
  }
  await ports.registry.register("default", definitionOf("noop"), artifactsOf("noop"), 1);
});
afterAll(() => server.close());

describe("onex nodes list and show", () => {
  it("lists what is asked for", async () => {
    const names = async (...args: string[]) =>
      (await run(["list", "--json", ...args])).json<{ nodes: { name: string }[] }>().nodes.map(({ name }) => name);
    expect(await names()).toEqual(["doubler", "draft", "noop"]);
    expect(await names("--lifecycle", "draft")).toEqual(["draft"]);
    expect(await names("--produces", "number.out", "--tag", "arithmetic")).toEqual(["doubler", "draft"]);
    expect(await names("--text", "DOUBLES", "--limit", "1")).toEqual(["doubler"]);
    expect((await run(["list", "--name", "nobody"])).stdout).toBe("no node was found\n");
    expect((await run(["list", "--limit", "1"])).stdout).toMatch(
      /^doubler@1\.0\.0 +active +compute +function .*\nthere are more/,
    );
    expect(await run(["list", "--lifecycle", "gone"])).toMatchObject({ code: 2 });
  });

  it("shows a version with what it says of itself", async () => {
    const shown = await run(["show", "doubler"]);
    expect(shown.stdout).toMatch(/^node +doubler@1\.0\.0$/m);
    expect(shown.stdout).toMatch(/^cases +the example, two, half$/m);
    expect(shown.stdout).toMatch(/^files +README\.md, cases\.json$/m);
    const detail = (await run(["show", "doubler@1.0.0", "--json"])).json<NodeDetail>();
    expect(detail.code).toContain('input["number.in"] * 2');
    expect(await run(["show", "nobody"])).toMatchObject({ code: 1, stderr: expect.stringContaining("NODE_NOT_FOUND") });
    expect(await run(["show", "doubler@9.0.0"])).toMatchObject({ code: 1 });
    for (const odd of ["../x", "a@b", "a@1.0.0@2", ""]) expect(await run(["show", odd])).toMatchObject({ code: 2 });
  });
});

describe("onex nodes lifecycle", () => {
  it("refuses a placeholder, and moves along the ways", async () => {
    expect(await run(["lifecycle", "draft", "--to", "active"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("placeholder"),
    });
    expect((await run(["lifecycle", "draft", "--to", "review"])).stdout).toBe("draft@1.0.0: draft -> review\n");
    expect((await run(["lifecycle", "draft", "--to", "review"])).stdout).toBe("draft@1.0.0: is review already\n");
    const archived = await run(["lifecycle", "draft@1.0.0", "--to", "archived", "--reason", "unused", "--json"]);
    expect(archived.json<object>()).toMatchObject({ from: "review", to: "archived", changed: true });
    expect((await run(["show", "draft"])).stdout).toMatch(/^archived +unused$/m);
  });
});

describe("onex nodes pull", () => {
  it("writes the very folder the node was registered from, which validates and passes its cases", async () => {
    const folder = testFolder();
    const pulled = await run(["pull", "doubler"], folder.path);
    expect(pulled).toMatchObject({ code: 0, stderr: "" });
    expect(readdirSync(folder.at("doubler")).sort()).toEqual([
      "README.md",
      "cases.json",
      "contract.yaml",
      "node.js",
      "node.onex.yaml",
    ]);
    expect(await onex(["validate", "."], { cwd: folder.path })).toMatchObject({ code: 0 });
    expect(await onex(["nodes", "test", "doubler"], { cwd: folder.path })).toMatchObject({ code: 0 });
    const again = await onex(["crawl", ".", "--register", server.env["ONEX_URL"] ?? "", "--json"], {
      cwd: folder.path,
      env: server.env,
    });
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining("known") });
    expect(await run(["pull", "doubler"], folder.path)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("left as it is"),
    });
  });

  it("says when the registry has moved on from what the files say", async () => {
    const folder = testFolder();
    const pulled = await run(["pull", "draft", "--dir", "deep/er"], folder.path);
    expect(pulled.stderr).toBe("note: it was registered as draft, and is archived now\n");
    expect(readBlock(folder.read("deep/er/draft/node.onex.yaml"), { path: "node.onex.yaml" }).hash).toBe("verified");
  });

  it("pulls a built-in node, whose code is nowhere", async () => {
    const folder = testFolder();
    expect(await run(["pull", "noop@1.0.0"], folder.path)).toMatchObject({ code: 0 });
    expect(await onex(["validate", "."], { cwd: folder.path })).toMatchObject({ code: 0 });
  });

  it("writes nothing through a link, neither that of the node's folder nor one on the way", async () => {
    const outside = testFolder();
    const folder = testFolder({ "real/x": "" });
    symlinkSync(outside.path, folder.at("doubler"));
    symlinkSync(outside.path, folder.at("real/way"));
    expect(await run(["pull", "doubler"], folder.path)).toMatchObject({ code: 1 });
    expect(await run(["pull", "doubler", "--dir", "real/way"], folder.path)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("symbolic link"),
    });
    expect(readdirSync(outside.path)).toEqual([]);
  });

  it.each<[string, (detail: NodeDetail) => Partial<NodeDetail>, string]>([
    ["another code than the hash says", () => ({ code: "export default () => ({});" }), "stamped"],
    ["another node", () => ({ name: "noop" }), "another node"],
    ["another digest", () => ({ digest: "0".repeat(64) }), "another node"],
    ["a file outside of the folder", ({ files }) => ({ files: { ...files, "../escaped": "x" } }), "folder"],
    ["an absolute path", ({ files }) => ({ files: { ...files, "/tmp/escaped": "x" } }), "folder"],
    ["too little", () => ({ files: {} }), "README\\.md"],
  ])("believes no server that tells %s", async (_, change, said) => {
    const told = await server.world.engine.services.nodes.detail(CALL, "doubler", "1.0.0");
    if (!told) throw new Error("the node is gone");
    expect(() => folderOf(fetchedNode(told))).not.toThrow();
    expect(() => folderOf(fetchedNode({ ...told, ...change(told) }))).toThrow(new RegExp(said));
  });
});

describe("onex nodes test with a registered node", () => {
  it("fetches it and tries it", async () => {
    expect(await run(["test", "doubler@1.0.0"])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("3 cases passed"),
    });
  });
});
