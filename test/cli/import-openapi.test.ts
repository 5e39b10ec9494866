import { existsSync, readdirSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { testFolder } from "./support/folder.ts";
import { onex } from "./support/onex.ts";
import { testServer } from "./support/test-server.ts";

const SPEC = `
openapi: 3.0.3
info: {title: Harbour, version: "1"}
servers: [{url: "https://harbour.example.com"}]
paths:
  /ports/{id}:
    get:
      operationId: getPort
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        "200":
          description: a port
          content:
            application/json:
              schema: {type: object, properties: {name: {type: string, nullable: true}, depth: {type: number, minimum: 0, exclusiveMinimum: true}}}
  /ports/{id}/map:
    get:
      operationId: getMap
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: a map, content: {image/png: {}}}}
`;

describe("onex import openapi", () => {
  it("writes nodes that validate and register, and names what it left out", async () => {
    const folder = testFolder({ "harbour.yaml": SPEC });
    const outcome = await onex(["import", "openapi", "harbour.yaml"], { cwd: folder.path });
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    expect(outcome.stdout).toContain("1 node of 2 operations in harbour");
    expect(outcome.stdout).toContain("getMap: it answers with image/png, which is not supported");
    expect(readdirSync(folder.at("harbour"))).toEqual(["harbour_get_port"]);
    // OpenAPI 3.0's words are JSON Schema's by now.
    const contract = folder.read("harbour/harbour_get_port/contract.yaml");
    expect(contract).toMatch(/type:\s+- "string"\s+- "null"/);
    expect(contract).toMatch(/exclusiveMinimum: 0/);
    expect(await onex(["validate", "harbour", "--fail-on", "warning"], { cwd: folder.path })).toMatchObject({
      code: 0,
    });
    const server = await testServer([]);
    onTestFinished(() => server.close());
    const registered = await onex(["crawl", "harbour", "--register", server.env["ONEX_URL"] ?? ""], {
      cwd: folder.path,
      env: server.env,
    });
    expect(registered).toMatchObject({ code: 0 });
    const again = await onex(["crawl", "harbour", "--check", server.env["ONEX_URL"] ?? ""], {
      cwd: folder.path,
      env: server.env,
    });
    expect(again).toMatchObject({ code: 0 });
  });

  it("says the same as one JSON document", async () => {
    const folder = testFolder({ "harbour.yaml": SPEC });
    const outcome = await onex(["import", "openapi", "-", "--prefix", "sea", "--dry-run", "--json"], {
      cwd: folder.path,
      stdin: SPEC,
    });
    expect(outcome.json<object>()).toEqual({
      title: "Harbour",
      prefix: "sea",
      out: "sea",
      operations: 2,
      imported: [
        {
          operation: "getPort",
          place: "/paths/~1ports~1{id}/get",
          name: "sea_get_port",
          version: "1.0.0",
          path: "sea/sea_get_port",
        },
      ],
      skipped: [
        {
          operation: "getMap",
          place: "/paths/~1ports~1{id}~1map/get",
          reason: "it answers with image/png, which is not supported",
          partly: false,
        },
      ],
    });
    expect(existsSync(folder.at("sea"))).toBe(false);
  });

  it("writes all or nothing where something is there already", async () => {
    const two = SPEC.replace("image/png: {}", "application/json: {}");
    const folder = testFolder({ "harbour.yaml": two, "out/harbour_get_map/mine.txt": "mine" });
    const outcome = await onex(["import", "openapi", "harbour.yaml", "--out", "out"], { cwd: folder.path });
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toContain("out/harbour_get_map");
    expect(readdirSync(folder.at("out"))).toEqual(["harbour_get_map"]);
    expect(folder.read("out/harbour_get_map/mine.txt")).toBe("mine");
  });

  it.each([
    ["text", "x: [", /correct the document there/],
    ["a document of something else", "a: 1", /no version of OpenAPI/],
    ["a future version", "openapi: 9.0.0\npaths: {}", /no version of OpenAPI/],
    [
      "anchors without end",
      `a: &a [1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nopenapi: 3.1.0\npaths: {x: *e}`,
      /anchors without end|no OpenAPI|not an OpenAPI/,
    ],
    ["an operation that is not there", SPEC, /no operation "gone"/],
  ])("refuses %s as a wrong call", async (_, text, hint) => {
    const folder = testFolder({ "spec.yaml": text });
    const outcome = await onex(["import", "openapi", "spec.yaml", "--operation", "gone"], { cwd: folder.path });
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toMatch(hint);
    expect(readdirSync(folder.path)).toEqual(["spec.yaml"]);
  });
});
