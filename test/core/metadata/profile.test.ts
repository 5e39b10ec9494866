import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { judgeDocument } from "../../../src/core/metadata/judge-document.ts";
import { hasErrors } from "../../../src/core/metadata/problem.ts";
import type { Profile } from "../../../src/core/metadata/profile.ts";
import { completeMetadata, validateMetadata } from "../../../src/core/metadata/profile.ts";
import { readBlock } from "../../../src/core/metadata/read.ts";
import { FIELDS, fields, OTHER_UUID, stamped } from "./support/blocks.ts";

const SHARED = join(import.meta.dirname, "../../../../shared/fixtures/omnibase");

const found = (change: JsonObject, profile: Profile = "canonical"): readonly string[] =>
  validateMetadata({ ...FIELDS, ...change }, profile).map((one) => `${one.code} ${one.field}`);
const without = (...names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(FIELDS).filter(([name]) => !names.includes(name)));

describe("the canonical profile", () => {
  it("accepts a complete block, with or without nulls", () => {
    expect(found({})).toEqual([]);
    expect(found({ tools: null, tags: null, trust_score: null, deprecated_by: null })).toEqual([]);
  });

  it.each(Object.keys(FIELDS))("requires %s", (name) => {
    const code = name === "version" ? "MD006" : "SC003";
    expect(validateMetadata(without(name), "canonical").map((one) => `${one.code} ${one.field}`)).toEqual([
      `${code} ${name}`,
    ]);
    expect(found({ [name]: null })).toEqual([`${code} ${name}`]);
  });

  it.each<readonly [JsonObject, string]>([
    [{ schema_version: "not-a-semver" }, "SC007 schema_version"],
    [{ name: 123 }, "SC004 name"],
    [{ version: "1.0" }, "MD007 version"],
    [{ uuid: "not-a-uuid" }, "MD004 uuid"],
    [{ created_at: "2025-05-17" }, "MD005 created_at"],
    [{ last_modified_at: "2025-02-31T99:00:00Z" }, "MD005 last_modified_at"],
    [{ description: 42 }, "SC004 description"],
    [{ lifecycle: "template" }, "LC001 lifecycle"],
    [{ lifecycle: "deprecated" }, "LC005 deprecated_by"],
    [{ lifecycle: "archived" }, "LC006 archived_reason"],
    [{ hash: "short" }, "SC007 hash"],
    [{ entrypoint: "python@x.py" }, "SC004 entrypoint"],
    [{ entrypoint: { type: "pythonn", target: "x" } }, "SC005 entrypoint.type"],
    [{ namespace: "invalid namespace" }, "MD008 namespace"],
    [{ meta_type: "pr_description" }, "SC005 meta_type"],
    [{ trust_score: "high" }, "SC004 trust_score"],
    [{ trust_score: 2 }, "SC006 trust_score"],
    [{ tags: 123 }, "SC004 tags"],
    [{ protocols_supported: [123] }, "SC004 protocols_supported.0"],
    [{ architectures: ["z80"] }, "SC005 architectures.0"],
    [{ dependencies: [{ name: "x", type: "spell", target: "y" }] }, "SC004 dependencies.0"],
    [{ schema_version: "2.0.0" }, "SC008 schema_version"],
    [{ metadata_version: "3.1.0" }, "MD010 metadata_version"],
    [{ author: { AUTHOR: null } }, "MD002 author"],
    [{ uuid: "<to-be-generated>" }, "MD002 uuid"],
    [{ description: "{{description}}" }, "MD002 description"],
  ])("%j is %s", (change, expected) => {
    expect(found(change)).toEqual([expected]);
  });

  it("accepts newer minor versions and odd but real values", () => {
    expect(found({ schema_version: "1.7.0", metadata_version: "0.9.0" })).toEqual([]);
    expect(found({ uuid: "6D13EB78-0599-F830-8038-457AF03B5A8C", created_at: "2025-05-19T16:19:52.918924" })).toEqual(
      [],
    );
    expect(found({ lifecycle: "deprecated", deprecated_by: OTHER_UUID, meta_type: "project" })).toEqual([]);
  });

  it("reports unknown fields without refusing them, and everything wrong at once", () => {
    expect(validateMetadata({ ...FIELDS, contracts: {} }, "canonical")).toMatchObject([
      { code: "SC010", severity: "warning" },
    ]);
    expect(found({ name: 1, version: "x", lifecycle: "wip" })).toHaveLength(3);
  });

  it("names the line of every finding and how to correct it", () => {
    const text = stamped("text")
      .replace("lifecycle: active", "lifecycle: template")
      .replace("version: 1.0.0", "version: one");
    const reading = readBlock(text);
    for (const one of validateMetadata(reading.fields, "canonical", reading.fieldLines)) {
      expect(text.split("\n")[(one.line ?? 0) - 1]).toContain(`${one.field}:`);
      expect(one.hint).not.toBe("");
    }
    expect(validateMetadata(reading.fields, "canonical", reading.fieldLines)).toHaveLength(2);
  });

  it("is total", () => {
    fc.assert(
      fc.property(
        fields,
        (given) =>
          Array.isArray(validateMetadata(given, "canonical")) && Array.isArray(validateMetadata(given, "permissive")),
      ),
    );
  });
});

describe("the permissive profile", () => {
  const minimal = without("schema_version", "version", "description", "state_contract", "lifecycle", "meta_type");

  it("requires eight fields and fills the rest", () => {
    expect(validateMetadata(minimal, "permissive")).toEqual([]);
    const completed = completeMetadata(minimal);
    expect(completed.ok && completed.value).toMatchObject({
      version: "1.0.0",
      schema_version: "0.1.0",
      lifecycle: "active",
      meta_type: "tool",
      owner: "OmniNode Team",
      state_contract: "state_contract://default",
      author: "Tide Desk",
    });
    for (const name of Object.keys(minimal)) {
      expect(validateMetadata({ ...minimal, [name]: null }, "permissive").map((one) => one.field)).toEqual([name]);
    }
    expect(completeMetadata({}).ok).toBe(false);
  });

  it("accepts every spelling of entrypoint and namespace", () => {
    for (const entrypoint of ["python@x.py", "python://a.b", "{'type': 'markdown', 'target': 'x.md'}", "x.py"])
      expect(found({ entrypoint }, "permissive")).toEqual([]);
    for (const namespace of ["markdown://README", { value: "py://a.b" }, "yaml://a"])
      expect(found({ namespace }, "permissive")).toEqual([]);
    expect(found({ namespace: "two words" }, "permissive")).toEqual(["MD008 namespace"]);
    expect(found({ entrypoint: "spell://x" }, "permissive")).toEqual(["SC005 entrypoint.type"]);
  });
});

describe("judgeDocument keeps verdicts apart", () => {
  const fixture = (file: string): string =>
    readFileSync(join(import.meta.dirname, "../../fixtures/dialects", file), "utf8");

  it("a verified hash does not make a lifecycle valid, nor a mismatch a schema invalid", () => {
    const verified = judgeDocument(fixture("g1_verified.md"));
    expect(verified).toMatchObject({
      dialect: "G1",
      hash: "verified",
      schema: "valid",
      lifecycle: "valid",
      references: "unchecked",
      problems: [],
    });
    const edited = judgeDocument(fixture("g1_owner_edited.md"));
    expect(edited).toMatchObject({ hash: "mismatch", schema: "valid", lifecycle: "valid" });
    const odd = judgeDocument(fixture("g1_verified.md").replace("lifecycle: active", "lifecycle: template"));
    expect(odd).toMatchObject({ hash: "mismatch", schema: "valid", lifecycle: "invalid" });
    expect(odd.problems.map((one) => one.code).sort()).toEqual(["LC001", "MD003"]);
  });

  it("an unstamped document has one finding", () => {
    expect(judgeDocument(fixture("unstamped.md"))).toMatchObject({
      hash: "absent",
      schema: "absent",
      lifecycle: "absent",
      problems: [{ code: "MD001" }],
    });
    expect(judgeDocument(fixture("unclosed_block.md"))).toMatchObject({
      hash: "malformed",
      schema: "absent",
      problems: [{ code: "MD002", line: 1 }],
    });
  });

  it("checks references where somebody knows the files", () => {
    const text = fixture("g1_verified.md").replace("state_contract://default", "state_contract://gone.yaml");
    const world = { hasFile: (path: string): boolean => path === "there.yaml" };
    expect(judgeDocument(text, { world })).toMatchObject({ references: "invalid" });
    expect(judgeDocument(text, { world }).problems).toContainEqual(
      expect.objectContaining({ code: "ST008", line: 14 }),
    );
    expect(judgeDocument(text.replace("gone", "there"), { world })).toMatchObject({ references: "valid" });
  });

  it("checks dependencies where somebody knows the artifacts", () => {
    const dependencies = [
      "tool://known@1.0.0",
      { name: "x", type: "onex_node", target: "tool://gone@1" },
      { name: "y", type: "library", target: "tool://gone@1", optional: true },
      "plain",
    ];
    const text = stamped("", { fields: { dependencies } });
    const world = { hasFile: (): boolean => true, hasArtifact: (name: string): boolean => name === "known" };
    expect(judgeDocument(text, { world }).problems).toMatchObject([{ code: "RG007", field: "dependencies[1]" }]);
  });
});

describe.skipIf(!existsSync(SHARED))("real metadata (skipped when ../shared is absent)", () => {
  const json = (name: string): JsonObject =>
    JSON.parse(readFileSync(join(SHARED, "schemas_testdata", name), "utf8")) as JsonObject;

  it("the valid example is valid, in both its forms", () => {
    expect(hasErrors(validateMetadata(json("valid_onex_node.json"), "canonical"))).toBe(false);
    const yaml = readBlock(readFileSync(join(SHARED, "schemas_testdata/valid_onex_node.yaml"), "utf8"));
    expect(hasErrors(validateMetadata(yaml.fields, "canonical"))).toBe(false);
  });

  it("every fault of the invalid example is found", () => {
    const codes = new Set(
      validateMetadata(json("invalid_onex_node.json"), "canonical")
        .filter((one) => one.severity === "error")
        .map((one) => one.field?.split(".")[0]),
    );
    const faulty = [
      "schema_version",
      "name",
      "version",
      "uuid",
      "created_at",
      "description",
      "state_contract",
      "lifecycle",
      "hash",
      "entrypoint",
      "namespace",
      "trust_score",
      "capabilities",
      "tags",
      "protocols_supported",
      "dependencies",
      "inputs",
      "outputs",
    ];
    expect(faulty.filter((field) => !codes.has(field))).toEqual([]);
  });

  it("real nodes satisfy the permissive profile, and the canonical one but for their spelling of entrypoint and namespace", () => {
    const text = readFileSync(join(SHARED, "nodes/logger_node/node.onex.yaml"), "utf8");
    expect(judgeDocument(text, { path: "node.onex.yaml" })).toMatchObject({
      schema: "valid",
      lifecycle: "valid",
      problems: [],
    });
    const strict = judgeDocument(text, { path: "node.onex.yaml", profile: "canonical" });
    expect(strict.problems.map((one) => one.field)).toEqual(["entrypoint", "namespace"]);
  });
});
