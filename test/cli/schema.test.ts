import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readBlock } from "../../src/core/metadata/read.ts";
import { testFolder } from "./support/folder.ts";
import { onex } from "./support/onex.ts";

const PROJECT = join(import.meta.dirname, "../..");
const UNTIDY = {
  properties: { b: { description: "the second" }, a: { type: "string" } },
  required: ["a", "b"],
  type: "object",
};

describe("onex schema", () => {
  it("lists the schemas and shows each", async () => {
    const { schemas } = (await onex(["schema", "list", "--json"])).json<{
      schemas: { name: string; title: string }[];
    }>();
    expect(schemas.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["envelope", "onex-node", "state-contract", "execution-result"]),
    );
    for (const { name } of schemas) {
      const shown = (await onex(["schema", "show", name])).json<object>();
      expect(shown).toEqual(JSON.parse(readFileSync(join(PROJECT, `contracts/schemas/${name}.schema.json`), "utf8")));
    }
    expect((await onex(["schema", "show", "onex_node", "--page"])).stdout).toContain("| `lifecycle` | string | yes |");
    const unknown = await onex(["schema", "show", "nothing"]);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("onex-node")]);
  });

  it("formats schema files, once, and checks that they are formatted", async () => {
    const folder = testFolder({ "schemas/tide-table.schema.json": JSON.stringify(UNTIDY) });
    const check = await onex(["schema", "format", "schemas", "--check"], { cwd: folder.path });
    expect([check.code, folder.read("schemas/tide-table.schema.json")]).toEqual([1, JSON.stringify(UNTIDY)]);
    expect((await onex(["schema", "format", "schemas"], { cwd: folder.path })).stdout).toContain("1 of 1 formatted");
    const formatted = folder.read("schemas/tide-table.schema.json");
    expect(JSON.parse(formatted)).toEqual({
      title: "Tide table",
      type: "object",
      required: ["b", "a"],
      properties: { b: { description: "The second." }, a: { type: "string" } },
    });
    expect(formatted.endsWith("}\n")).toBe(true);
    expect((await onex(["schema", "format", "schemas", "--check"], { cwd: folder.path })).code).toBe(0);
    expect((await onex(["schema", "format", "schemas"], { cwd: folder.path })).stdout).toContain("0 of 1 formatted");
  });

  it("writes stamped pages, renews those that change, and keeps their identity", async () => {
    const folder = testFolder({ "contracts/schemas/tide.schema.json": JSON.stringify(UNTIDY) });
    const docs = (...args: string[]) =>
      onex(["schema", "docs", ...args], { cwd: folder.path, now: "2027-01-01T00:00:00Z" });
    expect((await docs("--check")).code).toBe(1);
    expect(folder.has("docs/schemas/tide.md")).toBe(false);
    expect((await docs("--json")).json<object>()).toMatchObject({
      files: [
        { path: "docs/schemas/tide.md", changed: true },
        { path: "docs/schemas/README.md", changed: true },
      ],
    });
    const first = readBlock(folder.read("docs/schemas/tide.md"));
    expect(first.hash).toBe("verified");
    expect((await docs("--check")).code).toBe(0);
    folder.write({ "contracts/schemas/tide.schema.json": JSON.stringify({ ...UNTIDY, description: "more" }) });
    expect((await docs("--check")).code).toBe(1);
    await docs();
    const second = readBlock(folder.read("docs/schemas/tide.md"));
    expect([second.hash, second.fields["uuid"]]).toEqual(["verified", first.fields["uuid"]]);
    folder.write({ "docs/schemas/tide.md": `${folder.read("docs/schemas/tide.md")}by hand\n` });
    expect((await docs("--check")).code).toBe(1);
    expect((await docs()).code).toBe(0);
    expect((await docs("--check")).code).toBe(0);
  });

  it("says which file is no schema", async () => {
    const folder = testFolder({ "a.schema.json": "{", "b.schema.json": "[]" });
    expect((await onex(["schema", "format", "a.schema.json"], { cwd: folder.path })).stderr).toContain(
      "a.schema.json is not JSON",
    );
    expect((await onex(["schema", "docs", "b.schema.json"], { cwd: folder.path })).code).toBe(2);
    expect((await onex(["schema", "format"], { cwd: folder.path })).code).toBe(2);
  });
});
