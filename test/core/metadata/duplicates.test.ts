import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findDuplicates } from "../../../src/core/metadata/duplicates.ts";
import { readBlock } from "../../../src/core/metadata/read.ts";
import { OTHER_UUID, stamped, UUID } from "./support/blocks.ts";

const node = (name: string, version: string, uuid: string): { path: string; reading: ReturnType<typeof readBlock> } => {
  const path = `nodes/${name}/v${version}/node.onex.yaml`;
  return { path, reading: readBlock(stamped("", { path, uuid, fields: { name, version } }), { path }) };
};

describe("findDuplicates", () => {
  it("one uuid shared by six nodes is one finding that names them all", () => {
    const six = ["logger", "loader", "generator", "stamper", "template", "tree"].map((name) =>
      node(name, "1.0.0", UUID),
    );
    const [found, ...rest] = findDuplicates(six);
    expect(rest).toEqual([]);
    expect(found).toMatchObject({ kind: "uuid", value: UUID, problem: { code: "MD009" } });
    expect(found?.places.map(({ path }) => path)).toEqual(six.map(({ path }) => path).sort());
    expect(found?.places.every(({ line }) => line === six[0]?.reading.fieldLines["uuid"])).toBe(true);
  });

  it("versions of one node share its uuid", () => {
    expect(findDuplicates([node("tide", "1.0.0", UUID), node("tide", "1.1.0", UUID)])).toEqual([]);
  });

  it("the same name and version twice is a finding", () => {
    const second = { ...node("tide", "1.0.0", OTHER_UUID), path: "elsewhere/node.onex.yaml" };
    expect(findDuplicates([node("tide", "1.0.0", UUID), second])).toMatchObject([
      { kind: "name_version", value: "tide@1.0.0", problem: { code: "RG002" } },
    ]);
  });

  it("documents share names, and letters of a uuid have no case", () => {
    const readme = (path: string, uuid: string): { path: string; reading: ReturnType<typeof readBlock> } => ({
      path,
      reading: readBlock(stamped("x", { path, uuid })),
    });
    expect(findDuplicates([readme("a/README.md", UUID), readme("b/README.md", OTHER_UUID)])).toEqual([]);
    expect(findDuplicates([readme("a/README.md", UUID), readme("b/README.md", UUID.toUpperCase())])).toMatchObject([
      { kind: "uuid", value: UUID },
    ]);
  });

  it("does not depend on the order of the files", () => {
    const all = [
      node("a", "1.0.0", UUID),
      node("b", "1.0.0", UUID),
      node("c", "1.0.0", OTHER_UUID),
      node("c", "1.0.0", OTHER_UUID),
      node("d", "1.0.0", OTHER_UUID),
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (order) => {
        expect(findDuplicates(order)).toEqual(findDuplicates(all));
      }),
    );
  });
});
