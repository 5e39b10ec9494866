import { describe, expect, it } from "vitest";
import { readBlock } from "../../src/core/metadata/read.ts";
import { nodeFiles, testFolder } from "./support/folder.ts";
import { onex } from "./support/onex.ts";

describe("onex lifecycle", () => {
  it("moves a node along the ways there are, and stamps it", async () => {
    const folder = testFolder({ ...nodeFiles("tide"), ...nodeFiles("ebb") });
    const move = (...args: string[]) => onex(["lifecycle", "tide", ...args], { cwd: folder.path });
    const state = () => {
      const { fields, hash } = readBlock(folder.read("tide/node.onex.yaml"), { path: "node.onex.yaml" });
      return [fields["lifecycle"], hash];
    };
    expect((await move("--to", "active")).stdout).toBe("tide/node.onex.yaml: draft -> active\n");
    expect(state()).toEqual(["active", "verified"]);
    expect((await move("--to", "active", "--json")).json<object>()).toMatchObject({
      from: "active",
      to: "active",
      changed: false,
    });
    expect((await move("--to", "deprecated", "--replaced-by", "ebb")).code).toBe(0);
    const ebb = readBlock(folder.read("ebb/node.onex.yaml"), { path: "node.onex.yaml" }).fields["uuid"];
    expect(readBlock(folder.read("tide/node.onex.yaml"), { path: "node.onex.yaml" }).fields["deprecated_by"]).toBe(ebb);
    expect((await move("--to", "archived", "--reason", "nobody uses it")).code).toBe(0);
    expect(state()).toEqual(["archived", "verified"]);
    expect((await move("--to", "active")).stderr).toContain("archived is final");
  });

  it("refuses a way that does not exist or lacks its reason, and changes nothing", async () => {
    const folder = testFolder(nodeFiles("tide"));
    const before = folder.read("tide/node.onex.yaml");
    const refused = await onex(["lifecycle", "tide", "--to", "deprecated"], { cwd: folder.path });
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("LC003")]);
    const archived = await onex(["lifecycle", "tide", "--to", "archived"], { cwd: folder.path });
    expect([archived.code, archived.stderr]).toEqual([1, expect.stringContaining("LC006")]);
    expect(folder.read("tide/node.onex.yaml")).toBe(before);
  });

  it("does not put a true stamp on an edit nobody looked at", async () => {
    const folder = testFolder(nodeFiles("tide"));
    const edited = folder.read("tide/node.onex.yaml").replace("The node tide.", "Another node.");
    folder.write({ "tide/node.onex.yaml": edited });
    const outcome = await onex(["lifecycle", "tide", "--to", "active"], { cwd: folder.path });
    expect([outcome.code, folder.read("tide/node.onex.yaml")]).toEqual([1, edited]);
  });

  it("says what is no node, no state, and no replacement", async () => {
    const folder = testFolder({ "a.md": "# A\n", "empty/x.md": "", ...nodeFiles("tide", { lifecycle: "active" }) });
    const run = (...args: string[]) => onex(["lifecycle", ...args], { cwd: folder.path });
    expect((await run("empty", "--to", "active")).code).toBe(2);
    expect((await run("nowhere", "--to", "active")).code).toBe(2);
    expect((await run("a.md", "--to", "active")).stderr).toContain("has no metadata");
    expect((await run("tide", "--to", "template")).code).toBe(2);
    expect((await run("tide")).code).toBe(2);
    expect((await run("tide", "--to", "deprecated", "--replaced-by", "a.md")).code).toBe(2);
  });
});
