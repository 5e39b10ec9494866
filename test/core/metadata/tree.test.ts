import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Drift } from "../../../src/core/tree/tree-drift.ts";
import { compareTree } from "../../../src/core/tree/tree-drift.ts";
import { emitTree, parseTree } from "../../../src/core/tree/tree-text.ts";
import type { TreeEntry, TreeNode } from "../../../src/core/tree/tree.ts";
import { cleanPath, generateTree, isScanned } from "../../../src/core/tree/tree.ts";

const TREES = join(import.meta.dirname, "../../../../shared/fixtures/omnibase/trees");

const name = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9_.]{0,6}$/),
  fc.constantFrom("no", "1.0", "a b", "#x", "ключ", "-", "a: b", ".onexignore", ".wip", "'", "null"),
);
const entries: fc.Arbitrary<readonly TreeEntry[]> = fc
  .array(fc.tuple(fc.array(name, { minLength: 1, maxLength: 4 }), fc.constantFrom("file", "directory")), {
    maxLength: 20,
  })
  .map((rows) => {
    // A path is one thing: what is a parent of another is a directory.
    const parents = new Set(
      rows.flatMap(([parts]) => parts.slice(0, -1).map((_, i) => parts.slice(0, i + 1).join("/"))),
    );
    const kinds = new Map(rows.map(([parts, type]) => [parts.join("/"), type] as const));
    return [...kinds].map(([path, type]) => ({ path, type: parents.has(path) ? ("directory" as const) : type }));
  });

const shuffled = <T>(list: readonly T[]): readonly T[] => [...list].reverse();
const parsed = (text: string): TreeNode => {
  const reading = parseTree(text);
  if (!reading.ok || reading.value.tree.form !== "directory") throw new Error(JSON.stringify(reading));
  return reading.value.tree.root;
};
const kinds = (drifts: readonly Drift[]): readonly string[] => drifts.map(({ kind, path }) => `${kind} ${path}`);

describe("generate, emit, parse, compare", () => {
  it("a generated index agrees with what it was made from", () => {
    fc.assert(
      fc.property(entries, (found) => {
        expect(compareTree({ form: "directory", root: generateTree("root", found) }, found)).toEqual([]);
      }),
    );
  });

  it("the order of a scan does not matter", () => {
    fc.assert(
      fc.property(entries, (found) => {
        expect(generateTree("root", shuffled(found))).toEqual(generateTree("root", found));
      }),
    );
  });

  it("parse reads what emit writes", () => {
    fc.assert(
      fc.property(entries, (found) => {
        const root = generateTree("root", found);
        expect(parsed(emitTree(root))).toEqual(root);
      }),
    );
  });

  it("keeps metadata, mtime and size", () => {
    const root: TreeNode = {
      name: "root",
      type: "directory",
      metadata: { "odd: key": ["a", { b: 1 }], version: "1.0" },
      children: [{ name: "a", type: "file", mtime: 1748000000, size: 12, metadata: {} }],
    };
    expect(parsed(emitTree(root))).toEqual(root);
  });

  it("skips what a scan skips", () => {
    const skipped = [".git/config", "a/__pycache__/x.pyc", "node_modules/x/index.js", ".env"].map(
      (path) => ({ path, type: "file" }) as const,
    );
    const kept = [".onexignore", ".wip", "a/b"].map((path) => ({ path, type: "file" }) as const);
    expect(generateTree("root", [...skipped, ...kept])).toEqual(generateTree("root", kept));
    expect([".onexignore", ".wip", ".onextree", "__pycache__"].map(isScanned)).toEqual([true, true, false, false]);
    expect(cleanPath(".\\a//b/./c/")).toBe("a/b/c");
  });

  it("every change of one entry is one drift of its kind", () => {
    fc.assert(
      fc.property(entries, fc.nat(), (found, pick) => {
        const files = found.filter(({ type }) => type === "file");
        fc.pre(files.length > 0);
        const one = files[pick % files.length] as TreeEntry;
        const tree = { form: "directory", root: generateTree("root", found) } as const;
        const parents = found.filter((entry) => entry !== one);
        const implied = [...parents, { path: one.path.replace(/(^|\/)[^/]*$/, ""), type: "directory" } as const];
        expect(kinds(compareTree(tree, implied))).toEqual([`missing_file ${one.path}`]);
        expect(kinds(compareTree({ form: "directory", root: generateTree("root", implied) }, found))).toEqual([
          `extra_file ${one.path}`,
        ]);
        expect(kinds(compareTree(tree, [...implied, { ...one, type: "directory" }]))).toEqual([
          `type_mismatch ${one.path}`,
        ]);
        expect(kinds(compareTree(tree, [...implied, { ...one, type: "other" }]))).toEqual([`unknown ${one.path}`]);
      }),
    );
  });
});

describe("drift", () => {
  const scan: readonly TreeEntry[] = [
    { path: "nodes/tide/contract.yaml", type: "file" },
    { path: "nodes/tide/node.onex.yaml", type: "file", metadata: "valid" },
  ];
  const tree = { form: "directory", root: generateTree("root", scan) } as const;

  it("a directory on one side only is a structure mismatch, and its files are missing or extra", () => {
    expect(kinds(compareTree(tree, []))).toEqual([
      "structure_mismatch nodes",
      "structure_mismatch nodes/tide",
      "missing_file nodes/tide/contract.yaml",
      "missing_file nodes/tide/node.onex.yaml",
    ]);
    expect(kinds(compareTree(tree, [...scan, { path: "nodes/moon", type: "directory" }]))).toEqual([
      "structure_mismatch nodes/moon",
    ]);
  });

  it("a node folder without valid metadata is reported, whatever the index says", () => {
    const contract = scan[0] as TreeEntry;
    expect(kinds(compareTree({ form: "directory", root: generateTree("root", [contract]) }, [contract]))).toEqual([
      "missing_metadata nodes/tide",
    ]);
    const invalid = [contract, { ...(scan[1] as TreeEntry), metadata: "invalid" as const }];
    expect(kinds(compareTree(tree, invalid))).toEqual(["missing_metadata nodes/tide"]);
    const dotted: readonly TreeEntry[] = [contract, { path: "nodes/tide/.onex", type: "file", metadata: "valid" }];
    expect(kinds(compareTree({ form: "directory", root: generateTree("root", dotted) }, dotted))).toEqual([]);
  });

  it("each drift is a finding with a hint", () => {
    const [first] = compareTree(tree, [scan[1] as TreeEntry]);
    expect(first?.problem).toMatchObject({ code: "RG005", severity: "error", field: "nodes/tide/contract.yaml" });
    expect(first?.problem.hint).toContain("onex tree generate");
  });

  it("an index of nodes lists folders or files, and every node folder must be in it", () => {
    const nodes = [{ name: "tide", path: "./nodes/tide/" }];
    expect(compareTree({ form: "nodes", nodes }, scan)).toEqual([]);
    expect(compareTree({ form: "nodes", nodes: [{ name: "tide", path: "nodes/tide/node.onex.yaml" }] }, scan)).toEqual(
      [],
    );
    expect(kinds(compareTree({ form: "nodes", nodes: [{ name: "moon", path: "nodes/moon" }] }, scan))).toEqual([
      "missing_file nodes/moon",
      "extra_file nodes/tide",
    ]);
  });
});

describe("parseTree", () => {
  const codes = (text: string): readonly string[] => {
    const reading = parseTree(text);
    return (reading.ok ? reading.value.warnings : reading.error).map(
      (found) => `${found.code} ${found.field ?? found.line}`,
    );
  };

  it.each([
    [
      "a file with children",
      "name: r\ntype: directory\nchildren:\n- {name: a, type: file, children: [{name: b, type: file}]}",
      ["SC002 r/a"],
    ],
    ["a directory without children", "name: r\ntype: directory\nchildren: [{name: a, type: directory}]", ["SC003 r/a"]],
    ["missing types", "name: r\nchildren: [{name: a, type: file}, {name: b}]", ["SC003 r/b", "SC003 r"]],
    ["a root that is a file", "name: r\ntype: file", ["SC005 r"]],
    ["an unknown type", "name: r\ntype: folder", ["SC005 r"]],
    [
      "a name twice",
      "name: r\ntype: directory\nchildren: [{name: a, type: file}, {name: a, type: file}]",
      ["SC002 r/a"],
    ],
    ["a path for a name", "name: r\ntype: directory\nchildren: [{name: ../a, type: file}]", ["SC007 r/../a"]],
    ["no mapping", "- a", ["SC002 null"]],
    ["broken YAML", "name: [r", ["SC001 1"]],
    ["an alias", "name: &a r\ntype: directory\nchildren: [*a]", ["SC001 3"]],
    ["entries without name or path", "nodes: [{name: a}, b]", ["SC003 nodes[0]", "SC003 nodes[1]"]],
  ])("refuses %s", (_, text, expected) => {
    expect(parseTree(text).ok).toBe(false);
    expect([...codes(text)].sort()).toEqual([...expected].sort());
  });

  it("warns of a file with null children and of unknown fields", () => {
    expect(codes("name: r\ntype: directory\nchildren: [{name: a, type: file, children: null, owner: x}]")).toEqual([
      "SC010 r/a",
      "SC009 r/a",
    ]);
  });

  it("reads the list form, JSON, and a byte order mark", () => {
    const listed = parseTree("nodes:\n  - name: tide\n    path: nodes/tide\n");
    expect(listed.ok && listed.value.tree).toEqual({ form: "nodes", nodes: [{ name: "tide", path: "nodes/tide" }] });
    expect(parsed('\ufeff{"name": "r", "type": "directory", "children": []}')).toEqual({
      name: "r",
      type: "directory",
      children: [],
    });
  });
});

describe.skipIf(!existsSync(TREES))("real trees (skipped when ../shared is absent)", () => {
  it("reads every valid one and refuses every invalid one", () => {
    for (const folder of ["valid", "invalid"]) {
      for (const file of readdirSync(join(TREES, folder))) {
        expect([file, parseTree(readFileSync(join(TREES, folder, file), "utf8")).ok]).toEqual([
          file,
          folder === "valid",
        ]);
      }
    }
  });

  it("writes the real index of a repository back as it was, byte for byte", () => {
    const text = readFileSync(join(TREES, "root-2025-05-27.onextree"), "utf8");
    expect(emitTree(parsed(text))).toBe(text);
  });
});
