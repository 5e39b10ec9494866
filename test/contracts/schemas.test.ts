import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { JsonObject, JsonSchema, JsonValue } from "../../contracts/json/json.ts";
import { checkSchema } from "../../src/core/contract/check-schema.ts";
import { validateState } from "../../src/core/contract/validate-state.ts";
import { readBlock } from "../../src/core/metadata/read.ts";
import { nodeNames, readNodeFile } from "../nodes/built-in.ts";

const FOLDER = fileURLToPath(new URL("../../contracts/schemas/", import.meta.url));
const EXAMPLES = new URL("../../docs/examples/", import.meta.url);
const schema = (name: string) => JSON.parse(readFileSync(`${FOLDER}${name}.schema.json`, "utf8")) as JsonSchema;
const names = readdirSync(FOLDER).map((file) => file.replace(/\.schema\.json$/, ""));

describe("the generated JSON Schemas", () => {
  it.each(names)("%s is a schema of 2020-12 that refuses something", (name) => {
    const one = schema(name);
    expect(one["$schema"]).toBe("https://json-schema.org/draft/2020-12/schema");
    expect(checkSchema(one, [])).toEqual([]);
    expect(validateState(one, "text")).not.toEqual([]);
  });

  it("accept the specification that ships, and refuse it with a slip of the pen", () => {
    const specification = JSON.parse(readFileSync(new URL("document_stats.spec.json", EXAMPLES), "utf8")) as JsonObject;
    expect(validateState(schema("scaffold-specification"), specification)).toEqual([]);
    expect(validateState(schema("scaffold-specification"), { ...specification, nmae: "x" })).not.toEqual([]);
  });

  it.each(nodeNames)("accept metadata and contract of %s", (name) => {
    const { fields } = readBlock(readNodeFile(name, "node.onex.yaml"), { path: "node.onex.yaml" });
    expect(validateState(schema("onex-node"), fields)).toEqual([]);
    expect(validateState(schema("state-contract"), parse(readNodeFile(name, "contract.yaml")) as JsonValue)).toEqual(
      [],
    );
    const { uuid: _, ...unidentified } = fields;
    expect(validateState(schema("onex-node"), unidentified)).not.toEqual([]);
  });
});
