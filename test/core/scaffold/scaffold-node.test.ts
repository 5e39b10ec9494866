import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { TEMPLATES } from "../../../contracts/generated/templates.ts";
import { scaffoldSpecification, type ScaffoldSpecificationInput } from "../../../contracts/documents/scaffold.ts";
import { readBlock } from "../../../src/core/metadata/read.ts";
import { loadContract } from "../../../src/core/contract/load-contract.ts";
import { admitNode } from "../../../src/core/registry/admit.ts";
import { hashOf } from "../../../src/core/registry/artifact-hashes.ts";
import { scaffoldNode, type Birth, type ScaffoldedNode } from "../../../src/core/scaffold/scaffold-node.ts";

const BIRTH: Birth = { uuid: "7e2f9f8e-3b0a-4a52-9a0e-5b1f6e0c9d11", createdAt: "2026-01-02T03:04:05.000Z" };

const specification = (changes: Partial<ScaffoldSpecificationInput> = {}) =>
  scaffoldSpecification.parse({
    name: "word_count",
    description: "Counts words.",
    input_contract: { "document.text": { type: "string" } },
    output_contract: { "text.words": { type: "integer" } },
    code: "return { 'text.words': input['document.text'].split(' ').length };",
    examples: [{ input: { "document.text": "a b" }, output: { "text.words": 2 } }],
    ...changes,
  });

function built(changes: Partial<ScaffoldSpecificationInput> = {}): ScaffoldedNode {
  const node = scaffoldNode(specification(changes), BIRTH, "active");
  if (!node.ok) throw new Error(JSON.stringify(node.error, null, 2));
  return node.value;
}

describe("scaffoldNode", () => {
  it("makes a file of every template", () => {
    expect(Object.keys(built().files).sort()).toEqual(Object.keys(TEMPLATES).sort());
  });

  it("stamps the metadata with a true hash and the hashes of the files beside it", () => {
    const { files, definition } = built();
    const reading = readBlock(files["node.onex.yaml"], { path: "node.onex.yaml" });
    expect(reading).toMatchObject({ dialect: "ONEX", hash: "verified", declaredHash: definition.hash });
    expect(reading.fields).toMatchObject({
      uuid: BIRTH.uuid,
      created_at: BIRTH.createdAt,
      last_modified_at: BIRTH.createdAt,
      lifecycle: "active",
      entrypoint: { type: "function", target: "node.js" },
      x_extensions: {
        artifacts: {
          "contract.yaml": hashOf(files["contract.yaml"]),
          "node.js": hashOf(files["node.js"]),
          "README.md": hashOf(files["README.md"]),
          "cases.json": hashOf(files["cases.json"]),
        },
      },
    });
  });

  it("gives what the registry itself admits, and the definition it admits it as", () => {
    const { artifacts, definition } = built();
    expect(admitNode(artifacts)).toEqual({ ok: true, value: definition });
    expect(definition).toMatchObject({
      name: "word_count",
      version: "1.0.0",
      namespace: "onex.generated.word_count",
      kind: "compute",
      execution: { cost: 1, timeoutMs: 1_000 },
      inputs: { "document.text": { optional: false } },
    });
  });

  it("has the defaults every contract has, and the group the specification names", () => {
    const plain = loadContract("node_name: word_count\ninput_contract: {}\noutput_contract: {a: {}}\n");
    const { definition } = built({ group: "texts" });
    expect(plain).toMatchObject({
      ok: true,
      value: { contract: { execution: definition.execution, nodeVersion: null } },
    });
    expect(definition.group).toBe("texts");
    expect(built().definition.group).toBe(null);
    expect(parse(built({ group: "yes: no" }).files["contract.yaml"])).toMatchObject({ group: "yes: no" });
  });

  it("has its version in one place", () => {
    const { files } = built({ version: "7.8.9" });
    const places = Object.entries(files).flatMap(([name, text]) => (text.includes("7.8.9") ? [name] : []));
    expect(places).toEqual(["node.onex.yaml"]);
    expect(files["node.onex.yaml"].split("7.8.9")).toHaveLength(2);
  });

  it("gives the same bytes for the same arguments", () => {
    expect(built()).toEqual(built());
  });

  it("says where the author's first line is", () => {
    const { files, codeFirstLine } = built();
    expect(files["node.js"].split("\n")[codeFirstLine - 1]).toMatch(/^return \{ 'text.words'/);
  });

  it("carries any text through: quotes, colons, braces, line breaks, YAML and Markdown", () => {
    const tricky = fc.constantFrom(
      "say {{name}}",
      "{{x}} {{y}}",
      "a: b # c",
      "'\"`",
      "- x",
      "# === /ONEX:Metadata ===",
      "line\n\nbreak",
      "*/ --> ]]>",
      "null",
      "\u2028\u0085",
    );
    const text = fc
      .oneof(tricky, fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }))
      .filter((value) => value.trim() !== "");
    fc.assert(
      fc.property(text, text, text, (description, author, inside) => {
        const node = built({
          description,
          author,
          tags: [inside],
          code: `// ${inside.replaceAll(/[\n\r\u2028\u2029]/g, " ")}\nreturn {};`,
          examples: [{ name: inside.slice(0, 50), input: { "document.text": inside }, output: { "text.words": 1 } }],
        });
        const fields = readBlock(node.files["node.onex.yaml"], { path: "node.onex.yaml" }).fields;
        expect(fields).toMatchObject({ description: description.trim(), author: author.trim(), tags: [inside] });
        const contract = parse(node.files["contract.yaml"]) as JsonObject;
        expect(contract["examples"]).toEqual({
          valid_input: { "document.text": inside },
          valid_output: { "text.words": 1 },
        });
        expect((JSON.parse(node.files["cases.json"]) as JsonObject)["cases"]).toMatchObject([
          { input: { "document.text": inside } },
        ]);
        expect(node.files["node.js"]).toContain(inside.replaceAll(/[\n\r\u2028\u2029]/g, " ").trim());
      }),
      { numRuns: 60 },
    );
  });

  it("takes a text that is nothing but a token for what it looks like", () => {
    const node = scaffoldNode(specification({ description: "{{description}}" }), BIRTH, "active");
    expect(node).toMatchObject({ ok: false, error: [{ code: "SCAFFOLD_INVALID", place: "node.onex.yaml" }] });
  });

  it("leaves no token of any template unfilled", () => {
    for (const text of Object.values(built().files)) expect(text).not.toMatch(/\{\{|\}\}/);
  });

  it("keeps contracts as they were written", () => {
    const contracts = {
      input_contract: {
        "a.b": { type: "object", properties: { "x: y": { enum: ["yes", "1.0", null] } }, required: ["x: y"] },
      },
      output_contract: { c: { type: ["string", "null"], pattern: "^\\d{2}\\\\$" } },
    };
    const contract = parse(built({ ...contracts, examples: [] }).files["contract.yaml"]) as JsonObject;
    expect(contract).toMatchObject(contracts);
  });

  it("refuses a schema that is none, with its place", () => {
    const node = scaffoldNode(
      specification({ output_contract: { "text.words": { type: "objec" } }, examples: [] }),
      BIRTH,
      "active",
    );
    expect(node).toMatchObject({
      ok: false,
      error: [{ code: "CONTRACT_VALIDATION_ERROR", place: 'contract.yaml:$.output_contract["text.words"].type' }],
    });
  });

  it("refuses an example outside its own contract", () => {
    const node = scaffoldNode(
      specification({ examples: [{ input: {}, output: { "text.words": 1 } }] }),
      BIRTH,
      "active",
    );
    expect(node).toMatchObject({
      ok: false,
      error: [{ code: "CONTRACT_VALIDATION_ERROR", place: "contract.yaml:$.examples.valid_input" }],
    });
  });

  it.each([
    ["the description", { description: "half \ud83d a character" }],
    ["a schema's key", { output_contract: { words: { type: "object", properties: { "\udc00": {} } } }, examples: [] }],
    ["the code", { code: "return '\ud800';" }],
  ])("refuses half a character in %s", (_, changes) => {
    expect(scaffoldNode(specification(changes), BIRTH, "active")).toMatchObject({
      ok: false,
      error: [{ code: "SCAFFOLD_INVALID" }],
    });
  });

  it("writes placeholder code that satisfies the contract when there is no code", () => {
    const { code: _, ...rest } = specification();
    const output = {
      type: "object",
      required: ["n", "at", "tags"],
      properties: {
        n: { type: "integer", minimum: 3 },
        at: { type: "string", format: "date-time" },
        tags: { type: "array", minItems: 1, items: { enum: ["a"] } },
      },
    };
    const node = scaffoldNode({ ...rest, output_contract: { "text.report": output }, examples: [] }, BIRTH, "draft");
    if (!node.ok) throw new Error(JSON.stringify(node.error));
    expect(node.value.definition.lifecycle).toBe("draft");
    const contract = parse(node.value.files["contract.yaml"]) as { readonly examples: JsonValue };
    expect(contract.examples).toEqual({
      valid_input: { "document.text": "" },
      valid_output: { "text.report": { n: 3, at: "2000-01-01T00:00:00Z", tags: ["a"] } },
    });
    expect(node.value.files["node.js"]).toContain("A placeholder");
  });
});
