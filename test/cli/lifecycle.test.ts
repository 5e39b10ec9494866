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

describe("onex lifecycle --to active", () => {
  const SPECIFICATION = {
    input_contract: { "number.in": { type: "number" } },
    output_contract: { "number.out": { type: "number" } },
    examples: [
      { input: { "number.in": 2 }, output: { "number.out": 4 } },
      { name: "nothing", input: { "number.in": 0 }, output: { "number.out": 0 } },
    ],
  };

  /** A draft in a folder, and the way to make it active. */
  async function draft(specification: object) {
    const folder = testFolder({ "spec.json": JSON.stringify(specification) });
    await onex(["generate", "node", "doubler", "--spec", "spec.json"], { cwd: folder.path });
    const metadata = () => readBlock(folder.read("doubler/node.onex.yaml"), { path: "node.onex.yaml" }).fields;
    if (metadata()["lifecycle"] === "active")
      folder.write({
        "doubler/node.onex.yaml": folder
          .read("doubler/node.onex.yaml")
          .replace("lifecycle: active", "lifecycle: draft"),
      });
    const stamp = () => onex(["stamp", "doubler/node.onex.yaml"], { cwd: folder.path });
    await stamp();
    const activate = () => onex(["lifecycle", "doubler", "--to", "active"], { cwd: folder.path });
    return { folder, stamp, activate, lifecycle: () => metadata()["lifecycle"] };
  }

  it("runs the node's example and its cases first", async () => {
    const { activate, lifecycle } = await draft({
      ...SPECIFICATION,
      code: 'return { "number.out": input["number.in"] * 2 };',
    });
    expect(lifecycle()).toBe("draft");
    expect((await activate()).stdout).toBe("doubler/node.onex.yaml: draft -> active\n");
    expect(lifecycle()).toBe("active");
  });

  it("refuses a node whose case fails although its example does not, and changes nothing", async () => {
    const { activate, lifecycle, folder } = await draft({
      ...SPECIFICATION,
      code: 'return { "number.out": input["number.in"] ? 4 : 1 };',
    });
    const before = folder.read("doubler/node.onex.yaml");
    const outcome = await activate();
    expect([outcome.code, outcome.stderr]).toEqual([1, expect.stringContaining("cases.json:$.cases[1]")]);
    expect(outcome.stderr).toContain("does not do what it says: nothing");
    expect([lifecycle(), folder.read("doubler/node.onex.yaml")]).toEqual(["draft", before]);
  });

  it("refuses a placeholder, and takes it once it is written", async () => {
    const { activate, lifecycle, folder, stamp } = await draft({ ...SPECIFICATION, examples: [] });
    const outcome = await activate();
    expect([outcome.code, outcome.stderr]).toEqual([1, expect.stringContaining("is a placeholder")]);
    expect(lifecycle()).toBe("draft");
    const code = folder.read("doubler/node.js").replace(/^.*A placeholder.*\n/m, "");
    folder.write({ "doubler/node.js": code });
    await stamp();
    expect((await activate()).code).toBe(0);
  });

  it("refuses what the registry would refuse", async () => {
    const folder = testFolder(nodeFiles("tide"));
    folder.write({ "tide/contract.yaml": folder.read("tide/contract.yaml").replace("1.0.0\ninput", "1.0.1\ninput") });
    const outcome = await onex(["lifecycle", "tide", "--to", "active"], { cwd: folder.path });
    expect([outcome.code, outcome.stderr]).toEqual([1, expect.stringContaining("node_version is 1.0.1")]);
  });
});
