import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emitBlock } from "../../../src/core/metadata/emit.ts";
import { readBlock } from "../../../src/core/metadata/read.ts";
import { readYaml } from "../../../src/core/metadata/yaml.ts";
import { FIELDS, fields, style, STYLES, text } from "./support/blocks.ts";

/** -0 and 0 are one number in JSON. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("emitBlock", () => {
  it("writes what readBlock reads back", () => {
    fc.assert(
      fc.property(fields, style, (given, as) => {
        const reading = readBlock(emitBlock(given, as));
        expect(reading.errors.filter((found) => found.severity === "error" && found.field !== "hash")).toEqual([]);
        expect(asJson(reading.fields)).toEqual(asJson(given));
      }),
      { numRuns: 400 },
    );
  });

  it("keeps fields that are text whatever they look like", () => {
    for (const as of STYLES) {
      const given = {
        version: "1.0",
        schema_version: "2",
        uuid: "12345",
        hash: "1".repeat(64),
        created_at: "2026-01-31",
      };
      expect(readBlock(emitBlock(given, as)).fields).toEqual(given);
    }
  });

  it("sorts keys and quotes timestamps", () => {
    const lines = emitBlock(FIELDS, "yaml").split("\n");
    const keys = lines.filter((line) => /^[a-z_]+:/.test(line)).map((line) => line.split(":")[0]);
    expect(keys).toEqual([
      "author",
      "created_at",
      "description",
      "entrypoint",
      "hash",
      "last_modified_at",
      "lifecycle",
      "meta_type",
      "name",
      "namespace",
      "schema_version",
      "state_contract",
      "uuid",
      "version",
    ]);
    expect(lines).toContain("created_at: '2026-01-31T12:00:00Z'");
  });

  it("keeps a markup block one HTML comment", () => {
    fc.assert(
      fc.property(text, (value) => {
        const block = emitBlock({ description: value, map: { [value]: [value] } }, "markup");
        expect(block.slice(4, -3)).not.toContain("--");
        expect(block.startsWith("<!--") && block.endsWith("-->")).toBe(true);
      }),
    );
  });

  it("prefixes every line of the comment styles, so that no value can leave the comment", () => {
    fc.assert(
      fc.property(fields, (given) => {
        for (const [as, prefix] of [
          ["hash", "# "],
          ["slash", "// "],
          ["dash", "-- "],
        ] as const) {
          for (const line of emitBlock(given, as).split("\n")) expect(line.startsWith(prefix)).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("makes the yaml style a YAML document of the fields", () => {
    fc.assert(
      fc.property(fields, (given) => {
        const yaml = readYaml(emitBlock(given, "yaml"));
        expect(asJson(yaml.ok ? (yaml.value ?? {}) : yaml.error)).toEqual(asJson(given));
      }),
      { numRuns: 100 },
    );
  });
});
