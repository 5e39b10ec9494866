import { describe, expect, it } from "vitest";
import { structureProblems } from "../../../src/core/crawl/structure.ts";

const FIELDS = { name: "tide", entrypoint: { type: "function", target: "node.js" } };
const FILES = ["contract.yaml", "README.md", "node.js"];

const codes = (
  path: string,
  fields: Parameters<typeof structureProblems>[2] = FIELDS,
  files: readonly string[] = FILES,
) => structureProblems("node", path, fields, (file) => files.includes(file)).map(({ code }) => code);

describe("the canonical structure", () => {
  it("is a folder called what the node is called, or versions of it in one", () => {
    expect(codes("nodes/tide/node.onex.yaml")).toEqual([]);
    expect(codes("nodes/tide/v1_0_0/node.onex.yaml")).toEqual([]);
    expect(codes("node.onex.yaml")).toEqual([]);
    expect(codes("nodes/ebb/node.onex.yaml")).toEqual(["RG005"]);
    expect(codes("nodes/tide/.onex")).toEqual(["RG005"]);
  });

  it("wants the files a node consists of", () => {
    expect(codes("tide/node.onex.yaml", FIELDS, [])).toEqual(["ST008", "RG001", "RG001"]);
    const dotted = { name: "tide", entrypoint: "python://tide.main" };
    expect(codes("tide/node.onex.yaml", dotted, ["contract.yaml", "README.md"])).toEqual([]);
    const builtin = { name: "tide", entrypoint: { type: "builtin", target: "tide" } };
    expect(codes("tide/node.onex.yaml", builtin, ["contract.yaml", "README.md"])).toEqual([]);
  });

  it("wants test modules in test folders", () => {
    expect(structureProblems("test", "tests/test_a.py", {}, () => true)).toEqual([]);
    expect(structureProblems("test", "src/test_a.py", {}, () => true)).toHaveLength(1);
    expect(structureProblems("agent", "anywhere/a.py", {}, () => false)).toEqual([]);
    const entrypoint = { type: "builtin", target: "judge" };
    const judge = structureProblems("validator", "nodes/a/node.onex.yaml", { name: "judge", entrypoint }, () => false);
    expect(judge.map(({ code }) => code)).toEqual(["RG005", "ST008", "RG001"]);
  });
});
