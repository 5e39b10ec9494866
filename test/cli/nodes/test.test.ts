import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { nodeNames } from "../../nodes/built-in.ts";
import { stampedText, testFolder, type TestFolder } from "../support/folder.ts";
import { onex } from "../support/onex.ts";

const PROJECT = fileURLToPath(new URL("../../../", import.meta.url));

interface Report {
  readonly passed: number;
  readonly failed: number;
  readonly not_tried: number;
  readonly nodes: readonly {
    readonly node: string;
    readonly cases: readonly { readonly verdict: string; readonly problem: string | null; readonly place: string }[];
  }[];
}

const contract = (name: string, lines: readonly string[]): string =>
  ["contract_version: 1.0.0", `node_name: ${name}`, "node_version: 1.0.0", ...lines, ""].join("\n");

const metadata = (name: string, fields: Record<string, string | { type: string; target: string }>): string =>
  stampedText(`${name}/node.onex.yaml`, "", {
    name,
    version: "1.0.0",
    description: `The node ${name}.`,
    namespace: `onex.nodes.${name}`,
    meta_type: "node",
    state_contract: "state_contract://contract.yaml",
    lifecycle: "active",
    ...fields,
  });

const FUNCTION = { entrypoint: { type: "function", target: "node.js" } };
const DOUBLE = [
  "input_contract: { number.in: { type: number } }",
  "output_contract: { number.out: { type: number } }",
  "examples: { valid_input: { number.in: 2 }, valid_output: { number.out: 4 } }",
];

/** A tree of a doubling function, of a composite that doubles twice, and of a draft that is wrong. */
function project(): TestFolder {
  const folder = testFolder({
    "double/node.onex.yaml": metadata("double", FUNCTION),
    "double/contract.yaml": contract("double", DOUBLE),
    "double/node.js": 'export default (input) => ({ "number.out": input["number.in"] * 2 });\n',
    "double/cases.json": JSON.stringify({
      cases: [{ name: "zero", input: { "number.in": 0 }, output: { "number.out": 0 } }],
    }),
    "four/node.onex.yaml": metadata("four", { entrypoint: { type: "composite", target: "four" } }),
    "four/contract.yaml": contract("four", [
      "input_contract: { number.in: { type: number } }",
      "output_contract: { number.four: { type: number } }",
      "graph:",
      "  steps:",
      "    - { id: once, node: double }",
      "    - { id: twice, node: double, inputs: { number.in: { step: once, key: number.out } } }",
      "  outputs: { number.four: { step: twice, key: number.out } }",
      "examples: { valid_input: { number.in: 3 }, valid_output: { number.four: 12 } }",
    ]),
    "wrong/node.onex.yaml": metadata("wrong", { ...FUNCTION, lifecycle: "draft" }),
    "wrong/contract.yaml": contract("wrong", DOUBLE),
    "wrong/node.js": 'export default () => ({ "number.out": 7 });\n',
  });
  return folder;
}

async function treeOf(folder: TestFolder): Promise<void> {
  const made = await onex(["tree", "generate", "."], { cwd: folder.path });
  if (made.code !== 0) throw new Error(made.stderr);
}

const test = (cwd: string, ...args: string[]) => onex(["nodes", "test", ...args], { cwd });

describe("onex nodes test --all", () => {
  it("executes every node of this project with every case of its own, and none is left out", async () => {
    const outcome = await test(PROJECT, "--all", "--json");
    const report = outcome.json<Report>();
    expect({ code: outcome.code, failed: report.failed, skipped: report.not_tried }).toEqual({
      code: 0,
      failed: 0,
      skipped: 0,
    });
    expect(report.nodes.map(({ node }) => node.split("@")[0])).toEqual(nodeNames);
    for (const { cases } of report.nodes) expect(cases.length).toBeGreaterThan(0);
  });

  it("is a part of what is checked before anything is committed", async () => {
    const { scripts } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    expect(scripts["check"]).toContain("npm run nodes");
    expect(scripts["nodes"]).toMatch(/onex\.mjs nodes test --all$/);
  });

  it("tries the active nodes a tree leads to, composites with the nodes they are made of", async () => {
    const folder = project();
    await treeOf(folder);
    const outcome = await test(folder.path, "--all");
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    expect(outcome.stdout).toMatchInlineSnapshot(`
      "double@1.0.0
        passed     the example
        passed     zero
      four@1.0.0
        passed     the example
      2 nodes: 3 cases passed, 0 failed
      "
    `);
  });

  it.each<[string, string, (text: string) => string, string]>([
    [
      "the contract's example",
      "double/contract.yaml",
      (text) => text.replace("number.out: 4", "number.out: 5"),
      "contract.yaml:$.examples",
    ],
    [
      "a case of its file",
      "double/cases.json",
      (text) => text.replace('"number.out":0', '"number.out":1'),
      "cases.json:$.cases[0]",
    ],
    [
      "a composite's example",
      "four/contract.yaml",
      (text) => text.replace("number.four: 12", "number.four: 13"),
      "contract.yaml:$.examples",
    ],
    ["the code", "double/node.js", (text) => text.replace("* 2", "* 3"), "contract.yaml:$.examples"],
  ])("ends with 1 when %s says something else", async (_, file, change, place) => {
    const folder = project();
    await treeOf(folder);
    const before = folder.read(file);
    folder.write({ [file]: change(before) });
    expect(folder.read(file)).not.toBe(before);
    const outcome = await test(folder.path, "--all");
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toContain(place);
  });

  it("says what is no tree, and what holds no case", async () => {
    const empty = testFolder({ "a.md": "" });
    expect(await test(empty.path, "--all")).toMatchObject({ code: 2, stderr: expect.stringContaining(".onextree") });
    const bare = testFolder({
      "bare/node.onex.yaml": metadata("bare", FUNCTION),
      "bare/contract.yaml": contract("bare", DOUBLE.slice(0, 2)),
      "bare/node.js": "export default () => ({});\n",
    });
    await treeOf(bare);
    expect(await test(bare.path, "--all")).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("no example and no case"),
    });
  });
});

describe("onex nodes test with a folder", () => {
  it("tries a node in whatever state it is, and shows what it gave instead", async () => {
    const folder = project();
    const wrong = await test(folder.path, "wrong");
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toMatch(/failed {5}the example: .*(4.*7|7.*4)/s);
    expect(await test(folder.path, "double")).toMatchObject({ code: 0 });
  });

  it("finds a composite's parts where it is told of them", async () => {
    const folder = project();
    expect(await test(folder.path, "four")).toMatchObject({ code: 1 });
    expect(await test(folder.path, "four", "--nodes", "double")).toMatchObject({ code: 0 });
  });

  it("does not wait for waits, and keeps cases apart", async () => {
    const files = (waits: string) => ({
      "nap/node.onex.yaml": metadata("nap", { entrypoint: { type: "wait", target: "sleep" } }),
      "nap/contract.yaml": contract("nap", [
        "input_contract: { wait.ms: { type: number } }",
        "output_contract: { nap.slept: { type: object } }",
        `examples: { valid_input: { wait.ms: 86400000 }, valid_output: { nap.slept: { until: ${waits} } } }`,
      ]),
    });
    expect(await test(testFolder(files("1767312000000")).path, "nap")).toMatchObject({ code: 0 });
    expect(await test(testFolder(files("1767312000001")).path, "nap")).toMatchObject({ code: 1 });
  });

  it("tells of what nothing here executes", async () => {
    const folder = testFolder({
      "far/node.onex.yaml": metadata("far", {
        entrypoint: { type: "docker", target: `image@sha256:${"0".repeat(64)}` },
      }),
      "far/contract.yaml": contract("far", DOUBLE),
    });
    const outcome = await test(folder.path, "far");
    expect(outcome).toMatchObject({ code: 1, stdout: expect.stringContaining("nothing here executes docker nodes") });
  });

  it("says what it needs", async () => {
    expect(await test(PROJECT)).toMatchObject({ code: 2, stderr: expect.stringContaining("name a node") });
  });
});
