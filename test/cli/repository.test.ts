import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { testFolder } from "./support/folder.ts";
import { onex } from "./support/onex.ts";

const NODES = join(import.meta.dirname, "../../src/nodes");

/** A copy of the built-in nodes, to be edited. */
function nodes() {
  const folder = testFolder();
  cpSync(NODES, folder.at("nodes"), { recursive: true });
  const names = readdirSync(NODES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  return { folder, names };
}

describe("the built-in nodes", () => {
  it("have nothing against them", async () => {
    const { folder } = nodes();
    const outcome = await onex(["validate", "nodes", "--fail-on", "warning"], { cwd: folder.path });
    expect([outcome.code, outcome.stdout]).toEqual([0, expect.stringContaining("no findings")]);
  });

  it("fail the check after a change of one byte in the metadata or the contract of any of them", async () => {
    const { folder, names } = nodes();
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      for (const file of ["node.onex.yaml", "contract.yaml"]) {
        const path = `nodes/${name}/${file}`;
        const text = folder.read(path);
        folder.write({ [path]: text.replace(/(?<=description: .*)[a-z]/, "X") });
        expect(folder.read(path)).not.toBe(text);
        const outcome = await onex(["validate", "."], { cwd: folder.path });
        expect([path, outcome.code]).toEqual([path, 1]);
        expect(outcome.stdout).toContain("MD003");
        folder.write({ [path]: text });
      }
    }
    expect((await onex(["validate", "."], { cwd: folder.path })).code).toBe(0);
  });
});
