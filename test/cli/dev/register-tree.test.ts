import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RegisterNode } from "../../../contracts/api/nodes-api.ts";
import { explain, registerTree } from "../../../src/cli/dev/register-tree.ts";
import { readTreeNodes } from "../../../src/cli/dev/tree-nodes.ts";
import { OnexError, type WireClient } from "../../../src/client/wire-client.ts";

const TREE = `
name: example
type: directory
children:
  - name: README.md
    type: file
  - name: nodes
    type: directory
    children:
      - name: built
        type: directory
        children:
          - { name: contract.yaml, type: file }
          - { name: node.onex.yaml, type: file }
      - name: written
        type: directory
        children:
          - { name: contract.yaml, type: file }
          - { name: node.js, type: file }
          - { name: node.onex.yaml, type: file }
      - name: empty
        type: directory
        children: []
`;

/** What a node says whose code is a file beside it. */
const WRITTEN = [
  "# === ONEX:Metadata ===",
  "# entrypoint:",
  "#   target: node.js",
  "#   type: function",
  "# === /ONEX:Metadata ===",
  "",
].join("\n");

const FILES = {
  ".onextree": TREE,
  "README.md": "",
  "nodes/built/node.onex.yaml": "built metadata",
  "nodes/built/contract.yaml": "built contract",
  "nodes/written/node.onex.yaml": WRITTEN,
  "nodes/written/contract.yaml": "written contract",
  "nodes/written/node.js": "written code",
  // Not in the tree, so not registered.
  "nodes/stray/node.onex.yaml": "stray metadata",
};

describe("registering a tree", () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "onex-tree-"));
    for (const [path, text] of Object.entries(FILES)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
  });
  afterEach(() => rm(root, { recursive: true }));

  const clientOf = (register: (node: RegisterNode) => Promise<unknown>): WireClient =>
    ({ nodes: { register } }) as unknown as WireClient;

  it("reads every listed folder that has metadata, with its code when there is some", () => {
    expect(readTreeNodes(root)).toEqual([
      { folder: "nodes/built", texts: { metadata: "built metadata", contract: "built contract" } },
      {
        folder: "nodes/written",
        texts: { metadata: WRITTEN, contract: "written contract", code: "written code" },
      },
    ]);
  });

  it("registers them in order and says which were new and which registry version shows them", async () => {
    const seen: string[] = [];
    const client = clientOf(({ metadata, contract }) => {
      seen.push(metadata);
      return Promise.resolve({
        created: seen.length > 1,
        registry_version: `${seen.length}.0`,
        node: { name: contract.split(" ")[0], version: "1.0.0" },
      });
    });
    expect(await registerTree(client, root)).toEqual({
      nodes: [
        { node: "built@1.0.0", created: false },
        { node: "written@1.0.0", created: true },
      ],
      registryVersion: "2.0",
    });
  });

  it("names the folder of a refused node, with everything that is wrong", async () => {
    const refusal = new OnexError({
      code: "METADATA_INVALID",
      message: "the node is refused",
      status: 422,
      hint: "stamp it",
      place: null,
      correlationId: null,
      errors: [{ code: "METADATA_INVALID", detail: "name is missing", place: "node.onex.yaml:3" }],
      retryAfterSeconds: null,
    });
    const registering = registerTree(
      clientOf(() => Promise.reject(refusal)),
      root,
    );
    await expect(registering).rejects.toThrow(
      "nodes/built was not registered: METADATA_INVALID: the node is refused\n  node.onex.yaml:3: name is missing\n  stamp it",
    );
  });

  it.each([
    ["a tree that is none", "just text"],
    ["a path for a name", "name: root\ntype: directory\nchildren: [{ name: ../etc, type: directory }]"],
    ["a name that leads up", "name: root\ntype: directory\nchildren: [{ name: .., type: directory }]"],
  ])("refuses %s", async (_, tree) => {
    await writeFile(join(root, ".onextree"), tree);
    expect(() => readTreeNodes(root)).toThrow("is not a tree");
  });

  it("explains what is no refusal by its message", () => {
    expect(explain(new Error("broken"))).toBe("broken");
    expect(explain("odd")).toBe("odd");
  });
});
