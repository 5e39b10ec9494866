import { describe, expect, it } from "vitest";
import type { Tree, TreeEntry } from "../../../src/core/tree/tree.ts";
import { entriesInScope, treeScope, withScope } from "../../../src/core/scan/tree-scope.ts";

const root = { name: "root", type: "directory", children: [] } as const;
const file = (path: string): TreeEntry => ({ path, type: "file" });

describe("the scope of an index", () => {
  it("is what its root says, cleaned, or everything", () => {
    expect(treeScope({ form: "directory", root })).toBeNull();
    const scoped: Tree = { form: "directory", root: withScope(root, ["src/nodes"]) };
    expect(treeScope(scoped)).toEqual(["src/nodes"]);
    expect(treeScope({ form: "directory", root: { ...root, metadata: { scope: ["./src//nodes/", "", 3] } } })).toEqual([
      "src/nodes",
    ]);
    expect(treeScope({ form: "nodes", nodes: [] })).toBeNull();
  });

  it("keeps what is at and below its paths, and the folders that lead there", () => {
    const entries = [
      { path: "src", type: "directory" } as const,
      { path: "srcs", type: "directory" } as const,
      file("src/nodes/a/node.ts"),
      file("src/nodesque.ts"),
      file("README.md"),
    ];
    expect(entriesInScope(entries, ["src/nodes"]).map(({ path }) => path)).toEqual(["src", "src/nodes/a/node.ts"]);
    expect(entriesInScope(entries, null)).toEqual(entries);
  });
});
