import { describe, expect, it } from "vitest";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { contractDocument, loadContract } from "../../../src/core/contract/load-contract.ts";
import { importOpenApi, type ImportedApi } from "../../../src/core/openapi/import-openapi.ts";
import { admitNode } from "../../../src/core/registry/admit.ts";

const birth = { createdAt: "2026-11-30T08:00:00.000Z", author: "Test" };
const api = (paths: JsonObject, more: JsonObject = {}): JsonObject => ({
  openapi: "3.1.0",
  info: { title: "Pet Store", version: "1" },
  servers: [{ url: "https://pets.example.com/v1/" }],
  paths,
  ...more,
});
const json = (schema: JsonValue) => ({ "application/json": { schema } });
const answers = (schema: JsonValue) => ({ "200": { description: "", content: json(schema) } });

function imported(document: JsonObject, wishes: { operations?: string[]; server?: string } = {}): ImportedApi {
  const made = importOpenApi(document, { operations: [], birth, ...wishes });
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
}

function contractOf(made: ImportedApi, name: string): JsonObject {
  const node = made.imported.find((one) => one.name === name);
  const read = contractDocument(node?.files["contract.yaml"] ?? "");
  if (!read.ok) throw new Error(read.error[0]?.message);
  return read.value;
}

describe("an OpenAPI document's operations", () => {
  it("become nodes that the registry takes, with parameters, body, response and credentials", () => {
    const made = imported(
      api(
        {
          "/pets/{petId}": {
            parameters: [{ name: "petId", in: "path", required: true, schema: { type: "integer" } }],
            put: {
              operationId: "updatePet",
              summary: "Update a pet",
              tags: ["Pets and more"],
              parameters: [
                { name: "fields", in: "query", explode: false, schema: { type: "array", items: { type: "string" } } },
                { name: "filter", in: "query", style: "deepObject", schema: { type: "object" } },
                { name: "X-Request-ID", in: "header", schema: { type: "string" } },
                { name: "Authorization", in: "header", schema: { type: "string" } },
              ],
              requestBody: { required: true, content: json({ $ref: "#/components/schemas/Pet" }) },
              responses: answers({ $ref: "#/components/schemas/Pet" }),
              security: [{ bearer: [] }],
            },
          },
        },
        {
          components: {
            securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
            schemas: {
              Pet: {
                type: "object",
                required: ["id", "name", "secret"],
                properties: {
                  id: { type: "integer", readOnly: true },
                  name: { type: "string", example: "Rex" },
                  secret: { type: "string", writeOnly: true },
                  friends: { type: "array", items: { $ref: "#/components/schemas/Pet" } },
                },
              },
            },
          },
        },
      ),
    );
    expect(made).toMatchObject({ prefix: "pet_store", operations: 1, skipped: [] });
    const [node] = made.imported;
    expect(node).toMatchObject({
      name: "pet_store_update_pet",
      operation: "updatePet",
      place: "/paths/~1pets~1{petId}/put",
    });
    expect(
      admitNode({ metadata: node?.files["node.onex.yaml"] ?? "", contract: node?.files["contract.yaml"] ?? "" }),
    ).toMatchObject({
      ok: true,
      value: {
        entrypoint: { type: "http", target: "https://pets.example.com" },
        lifecycle: "active",
        tags: ["openapi", "pet_store", "pets-and-more"],
      },
    });
    const pet = (required: string[]) => ({
      type: "object",
      required,
      properties: {
        id: { type: "integer" },
        name: { type: "string" },
        secret: { type: "string" },
        friends: { type: "array", items: { $ref: "#/$defs/Pet" } },
      },
    });
    expect(contractOf(made, "pet_store_update_pet")).toMatchObject({
      kind: "effect",
      input_contract: {
        "pet_store.pet_id": { type: "integer" },
        "pet_store.update_pet_body": { $ref: "#/$defs/Pet", $defs: { Pet: pet(["name", "secret"]) } },
      },
      optional_inputs: ["pet_store.fields", "pet_store.filter", "pet_store.x_request_id"],
      output_contract: { "pet_store.update_pet": { $defs: { Pet: pet(["id", "name"]) } } },
      call: {
        http: {
          method: "put",
          url: "https://pets.example.com/v1/pets/{petId}",
          path: { petId: "pet_store.pet_id" },
          query: {
            fields: { key: "pet_store.fields", style: "comma" },
            filter: { key: "pet_store.filter", style: "deep" },
          },
          headers: {
            "X-Request-ID": "pet_store.x_request_id",
            authorization: { secret_ref: "PET_STORE_BEARER", prefix: "Bearer " },
          },
          body: { json: "pet_store.update_pet_body" },
          output: { "pet_store.update_pet": "/body" },
        },
      },
    });
  });

  it("are pure functions of the document: the same twice, names unique", () => {
    const twins = api({
      "/a": { get: { operationId: "get-a", responses: answers({}) } },
      "/b": { get: { operationId: "get_a", responses: answers({}) } },
    });
    expect(imported(twins)).toEqual(imported(twins));
    expect(imported(twins).imported.map(({ name }) => name)).toEqual(["pet_store_get_a", "pet_store_get_a_2"]);
  });

  it("can be chosen by id, or by method and path", () => {
    const two = api({
      "/a": { get: { operationId: "one", responses: answers({}) }, post: { responses: answers({}) } },
    });
    expect(imported(two, { operations: ["POST /a"] }).imported.map(({ operation }) => operation)).toEqual(["POST /a"]);
    expect(importOpenApi(two, { operations: ["nothing"], birth })).toMatchObject({
      ok: false,
      error: { code: "INVALID_PARAMETER", message: expect.stringContaining("nothing") },
    });
  });

  it.each<[string, JsonObject, RegExp]>([
    [
      "a file upload",
      { post: { requestBody: { required: true, content: { "multipart/form-data": {} } }, responses: answers({}) } },
      /multipart\/form-data/,
    ],
    ["an image that comes back", { get: { responses: { "200": { content: { "image/png": {} } } } } }, /image\/png/],
    [
      "a get with a body",
      { get: { requestBody: { required: true, content: json({}) }, responses: answers({}) } },
      /get with a body/,
    ],
    ["a method nobody sends", { trace: { responses: answers({}) } }, /method/],
    [
      "a cookie that is needed",
      { get: { parameters: [{ name: "c", in: "cookie", required: true }], responses: answers({}) } },
      /cookie/,
    ],
    [
      "a matrix in the path",
      { get: { parameters: [{ name: "m", in: "path", style: "matrix" }], responses: answers({}) } },
      /matrix/,
    ],
    ["an unknown security scheme", { get: { security: [{ gone: [] }], responses: answers({}) } }, /not defined/],
    ["mutual TLS", { get: { security: [{ tls: [] }], responses: answers({}) } }, /mutualTLS/],
    ["a response elsewhere", { get: { responses: { "200": { $ref: "other.yaml#/x" } } } }, /elsewhere/],
    ["a server that is relative", { get: { servers: [{ url: "/v2" }], responses: answers({}) } }, /--server/],
  ])("are left out and named: %s", (_, item, reason) => {
    const made = imported(api({ "/x": item }, { components: { securitySchemes: { tls: { type: "mutualTLS" } } } }));
    expect(made.imported).toEqual([]);
    expect(made.skipped).toEqual([
      {
        operation: expect.any(String),
        place: expect.stringMatching(/^\/paths\/~1x\//),
        reason: expect.stringMatching(reason),
        partly: false,
      },
    ]);
  });

  it.each<[string, JsonObject, RegExp]>([
    [
      "an optional parameter in a style",
      { get: { parameters: [{ name: "q", in: "query", schema: { type: "object" } }], responses: answers({}) } },
      /parameter q is left out/,
    ],
    [
      "a pattern of look-around",
      { get: { responses: answers({ type: "string", pattern: "^(?!x)" }) } },
      /pattern is left out/,
    ],
    ["a schema elsewhere", { get: { responses: answers({ $ref: "other.yaml#/x" }) } }, /leads out of the document/],
    [
      "a number beyond 2^53",
      { get: { responses: answers({ type: "integer", maximum: 1e300 }) } },
      /maximum is left out/,
    ],
    ["a schema the registry refuses", { get: { responses: answers({ type: "strin" }) } }, /schemas are left out/],
  ])("are imported without a part, which is named: %s", (_, item, reason) => {
    const made = imported(api({ "/x": item }));
    expect(made.imported).toHaveLength(1);
    expect(made.skipped.map((one) => one.reason).join("\n")).toMatch(reason);
    expect(made.skipped.every(({ partly }) => partly)).toBe(true);
  });

  it("survive circles of every kind", () => {
    const schemas = {
      Node: { type: "object", properties: { next: { $ref: "#/components/schemas/Node" } } },
      A: { $ref: "#/components/schemas/B" },
      B: { $ref: "#/components/schemas/A" },
      All: { allOf: [{ $ref: "#/components/schemas/All" }] },
    };
    const paths = Object.fromEntries(
      Object.keys(schemas).map((name) => [
        `/${name}`,
        { get: { responses: answers({ $ref: `#/components/schemas/${name}` }) } },
      ]),
    );
    const made = imported(api({ ...paths, "/self": { $ref: "#/paths/~1self" } }, { components: { schemas } }));
    expect(made.imported.map(({ operation }) => operation)).toEqual(["GET /Node", "GET /A", "GET /B", "GET /All"]);
    expect(contractOf(made, "pet_store_get_node")).toMatchObject({
      output_contract: {
        "pet_store.get_node": { $defs: { Node: { properties: { next: { $ref: "#/$defs/Node" } } } } },
      },
    });
  });

  it("cut what is too large for a contract, and say so", () => {
    const wide = (depth: number): JsonObject => ({
      type: "object",
      properties: Object.fromEntries(
        Array.from({ length: 8 }, (_, i) => [`p${i}`, depth === 0 ? { type: "string" } : wide(depth - 1)]),
      ),
    });
    const made = imported(api({ "/x": { get: { responses: answers(wide(4)) } } }));
    expect(made.skipped[0]?.reason).toMatch(/the schema is large/);
    expect(loadContract(made.imported[0]?.files["contract.yaml"] ?? "").ok).toBe(true);
  });

  it("read nothing that is no such document", () => {
    for (const wrong of [null, [], "x", {}, { openapi: "3.1.0" }, { openapi: 3, paths: {} }]) {
      expect(importOpenApi(wrong, { operations: [], birth })).toMatchObject({
        ok: false,
        error: { code: "INVALID_PARAMETER" },
      });
    }
  });
});
