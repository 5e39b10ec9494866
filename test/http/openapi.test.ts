import { Validator } from "@cfworker/json-schema";
import { describe, expect, it } from "vitest";
import { err } from "../../src/core/result.ts";
import { gateway, signals, TOKEN, type Gateway } from "./gateway.ts";
import { ENVELOPE, NODE, RUN, RUN_ID, UNKNOWN_RUN } from "./samples.ts";
import { describedBy, problemsOfDocument } from "./openapi-check.ts";

interface Document {
  readonly openapi: string;
  readonly info: { readonly version: string };
  readonly paths: Record<string, Record<string, { responses: Record<string, unknown>; security?: unknown }>>;
  readonly components: { readonly schemas: Record<string, { title?: string; description?: string }> };
}

/** What remote nodes may ask too, which sign. */
const SIGNED = new Set(["/v1/work-items/{token}", "/v1/work-items/{token}/heartbeat"]);
const securityOf = (path: string): readonly object[] | undefined => {
  if (!path.startsWith("/v1/")) return undefined;
  return SIGNED.has(path) ? [{ bearer: [] }, { signature: [] }] : [{ bearer: [] }];
};

const documentOf = async ({ app }: Gateway): Promise<Document> =>
  (await (await app.request("/openapi.json")).json()) as Document;
// oxlint-disable-next-line typescript/no-explicit-any -- faults are planted at places the types know nothing of
type Loose = Record<string, any>;
const copyOf = async (): Promise<Loose> => structuredClone(await documentOf(gateway()));

describe("GET /openapi.json", () => {
  it("is valid OpenAPI 3.1", async () => {
    expect(problemsOfDocument(await documentOf(gateway()))).toEqual([]);
  });

  it("carries the version of the deployment", async () => {
    expect(await documentOf(gateway({}, { version: "9.8.7" }))).toMatchObject({
      openapi: "3.1.0",
      info: { version: "9.8.7" },
    });
  });

  it("has every route of the app, and no other", async () => {
    const made = gateway();
    const { paths } = await documentOf(made);
    const documented = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const served = new Set(
      made.app.routes
        .filter(({ method }) => method !== "ALL")
        .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`),
    );
    expect(documented.sort()).toEqual([...served].sort());
    expect(documented.length).toBeGreaterThanOrEqual(11);
  });

  it("secures everything under /v1 and nothing else", async () => {
    const { paths } = await documentOf(gateway());
    for (const [path, item] of Object.entries(paths)) {
      for (const operation of Object.values(item)) {
        expect([path, operation.security]).toEqual([path, securityOf(path)]);
      }
    }
  });

  it("titles and describes every schema", async () => {
    const { schemas } = (await documentOf(gateway())).components;
    for (const [name, schema] of Object.entries(schemas)) {
      expect([name, schema.title?.length, schema.description?.length]).toEqual([
        name,
        expect.any(Number),
        expect.any(Number),
      ]);
    }
    expect(Object.keys(schemas)).toEqual(
      expect.arrayContaining(["Envelope", "Problem", "Plan", "Run", "ExecutionResult"]),
    );
  });

  it("may be kept for a while", async () => {
    const response = await gateway().app.request("/openapi.json");
    expect(response.headers.get("cache-control")).toBe("public, max-age=300");
  });
});

/** What a server may always say, of no one answer. */
const EVERYWHERE = new Set(["content-type", "content-length", "cache-control", "x-content-type-options"]);
const headersOf = async (path: string, method: string, status: string): Promise<Record<string, Loose>> =>
  (await copyOf())["paths"][path][method.toLowerCase()].responses[status].headers;

describe("what is documented is what is answered", () => {
  const runs = { view: () => Promise.reject(new Error("x")) };
  const cases: [string, string, string, () => Promise<Response>][] = [
    ["GET", "/health", "200", () => gateway().get("/health")],
    [
      "GET",
      "/health",
      "503",
      () => gateway({ health: { check: () => Promise.reject(new Error("x")) } }).get("/health"),
    ],
    ["POST", "/v1/envelopes", "200", () => gateway().post("/v1/envelopes", ENVELOPE)],
    ["POST", "/v1/envelopes", "400", () => gateway().post("/v1/envelopes", {})],
    ["POST", "/v1/envelopes", "401", () => gateway().post("/v1/envelopes", {}, { authorization: "Bearer x" })],
    ["POST", "/v1/envelopes", "413", () => gateway().post("/v1/envelopes", "x".repeat(1_048_577))],
    ["POST", "/v1/envelopes", "415", () => gateway().post("/v1/envelopes", {}, { "content-type": "text/plain" })],
    ["POST", "/v1/plans", "200", () => gateway().post("/v1/plans", { payload: {} })],
    ["POST", "/v1/plans", "400", () => gateway().post("/v1/plans", "{")],
    ["POST", "/v1/nodes", "201", () => gateway().post("/v1/nodes", { metadata: "m", contract: "c" })],
    [
      "POST",
      "/v1/nodes",
      "422",
      () =>
        gateway({
          nodes: {
            register: () =>
              Promise.resolve(
                err([
                  { code: "METADATA_INVALID", message: "a" },
                  { code: "METADATA_INVALID", message: "b" },
                ]),
              ),
          },
        }).post("/v1/nodes", { metadata: "m", contract: "c" }),
    ],
    ["GET", "/v1/nodes", "200", () => gateway().get("/v1/nodes")],
    ["GET", "/v1/nodes/{name}", "200", () => gateway().get("/v1/nodes/noop")],
    ["GET", "/v1/nodes/{name}/{version}", "200", () => gateway().get("/v1/nodes/noop/1.0.0")],
    ["GET", "/v1/nodes/{name}/{version}", "404", () => gateway().get("/v1/nodes/noop/9.0.0")],
    [
      "POST",
      "/v1/nodes/{name}/{version}/lifecycle",
      "200",
      () => gateway().post("/v1/nodes/noop/1.0.0/lifecycle", { to: "active" }),
    ],
    ["GET", "/v1/runs/{id}/values/{step}/{key}", "200", () => gateway().get(`/v1/runs/${RUN_ID}/values/noop/a.b`)],
    [
      "GET",
      "/v1/runs/{id}/values/{step}/{key}",
      "404",
      () => gateway().get("/v1/runs/r00_01J00000000000000000000009/values/noop/a.b"),
    ],
    ["GET", "/v1/nodes/{name}", "404", () => gateway().get("/v1/nodes/absent")],
    ["GET", "/v1/runs/{id}", "200", () => gateway().get(`/v1/runs/${RUN_ID}`)],
    ["GET", "/v1/runs/{id}", "404", () => gateway().get(`/v1/runs/${UNKNOWN_RUN}`)],
    ["GET", "/v1/runs/{id}", "500", () => gateway({ runs }).get(`/v1/runs/${RUN_ID}`)],
    ["GET", "/v1/runs/{id}/result", "200", () => gateway().get(`/v1/runs/${RUN_ID}/result`)],
    ["GET", "/v1/runs/{id}/result", "400", () => gateway().get(`/v1/runs/${RUN_ID}/result?wait=x`)],
    ["GET", "/v1/runs/{id}/events", "200", () => gateway().get(`/v1/runs/${RUN_ID}/events`)],
    ["GET", "/v1/runs/{id}/events", "404", () => gateway().get("/v1/runs/x/events")],
    ["GET", "/v1/runs", "200", () => gateway().get("/v1/runs?status=failed&limit=5")],
    ["GET", "/v1/runs", "400", () => gateway().get("/v1/runs?status=odd")],
    ["DELETE", "/v1/runs/{id}", "404", () => gateway().remove(`/v1/runs/${UNKNOWN_RUN}`)],
    ["GET", "/v1/dead-letters", "200", () => gateway().get("/v1/dead-letters")],
    ["GET", "/v1/dead-letters", "400", () => gateway().get("/v1/dead-letters?cursor=x")],
    ["GET", "/v1/dead-letters/{id}", "200", () => gateway().get("/v1/dead-letters/m1")],
    ["GET", "/v1/dead-letters/{id}", "404", () => gateway().get("/v1/dead-letters/absent")],
    ["GET", "/v1/dead-letters/{id}/payload", "200", () => gateway().get("/v1/dead-letters/m1/payload")],
    ["POST", "/v1/dead-letters/{id}/redrive", "200", () => gateway().post("/v1/dead-letters/m1/redrive", {})],
    ["POST", "/v1/dead-letters/{id}/redrive", "404", () => gateway().post("/v1/dead-letters/absent/redrive", {})],
    ["POST", "/v1/dead-letters/redrive", "200", () => gateway().post("/v1/dead-letters/redrive", { ids: ["m1"] })],
    ["POST", "/v1/dead-letters/redrive", "400", () => gateway().post("/v1/dead-letters/redrive", {})],
    ["GET", "/openapi.json", "200", () => gateway().get("/openapi.json")],
    [
      "PUT",
      "/v1/nodes",
      "405",
      async () => gateway().app.request("/v1/nodes", { method: "PUT", headers: { authorization: `Bearer ${TOKEN}` } }),
    ],
  ];
  it.each(cases)("%s %s %s", async (method, path, status, ask) => {
    const response = await ask();
    expect(String(response.status)).toBe(status);
    const type = response.headers.get("content-type")?.split(";")[0] ?? "";
    const described = describedBy(
      await documentOf(gateway()),
      path,
      method === "PUT" ? "GET" : method,
      response.status,
      type,
    );
    expect(described?.validate(await response.json())).toEqual({ valid: true, errors: [] });
    const declared = await headersOf(path, method === "PUT" ? "GET" : method, status);
    const sent = [...response.headers.keys()].filter((name) => !EVERYWHERE.has(name));
    expect(sent.filter((name) => !(name in declared))).toEqual([]);
    const missing = Object.entries(declared).filter(([name, { required }]) => required && !sent.includes(name));
    expect(missing).toEqual([]);
  });
});

describe("what is described whole", () => {
  const schemas = async () => (await copyOf())["components"].schemas;
  const judge = async (name: string, value: unknown): Promise<boolean> => {
    const components = { schemas: await schemas() };
    return new Validator({ ...components.schemas[name], components }, "2020-12").validate(value).valid;
  };

  const without = (from: object, field: string): object =>
    Object.fromEntries(Object.entries(from).filter(([name]) => name !== field));

  it("the payload of an envelope, by its operation", async () => {
    const asked = (operation: string, payload: object) => judge("Envelope", { source_node: "a", operation, payload });
    expect(await asked("goal.run", { want: ["a.b"] })).toBe(true);
    expect(await asked("graph.run", { steps: [{ id: "a", node: "noop" }] })).toBe(true);
    expect(await asked("node.execute", { node: "noop" })).toBe(true);
    expect(await asked("goal.run", { node: "noop" })).toBe(false);
    expect(await asked("node.execute", { want: ["a.b"] })).toBe(false);
    expect(await asked("goal.walk", { want: ["a.b"] })).toBe(false);
  });

  it("a node in a list and on its page, a run with every field, a signal by its type", async () => {
    expect(await judge("NodeListItem", NODE)).toBe(true);
    expect(await judge("NodePage", NODE)).toBe(false);
    expect(await judge("Run", RUN)).toBe(true);
    for (const field of Object.keys(RUN)) {
      expect([field, await judge("Run", without(RUN, field))]).toEqual([field, false]);
    }
    const [first] = signals(1);
    expect(await judge("Signal", first)).toBe(true);
    expect(await judge("Signal", { ...first, type: "signal.node.result" })).toBe(false);
  });

  it("nothing of a view is left open but JSON of any shape, which says so", async () => {
    const open: string[] = [];
    const look = (place: string, schema: Loose): void => {
      if (schema === null || typeof schema !== "object") return;
      const any = schema["additionalProperties"];
      const isOpen = any === true || (typeof any === "object" && any !== null && Object.keys(any).length === 0);
      if (isOpen && schema["properties"]) open.push(place);
      for (const [key, inner] of Object.entries(schema)) look(`${place}.${key}`, inner as Loose);
    };
    look("$", await schemas());
    expect(open).toEqual([]);
  });
});

describe("the check itself", () => {
  const planted: [string, (document: Loose) => void][] = [
    ["is not 3.1.x", (d) => (d["openapi"] = "3.0.3")],
    ["is missing", (d) => delete d["info"].title],
    ["is no field of a document", (d) => (d["definitions"] = {})],
    ["does not start with a slash", (d) => (d["paths"]["v1"] = {})],
    ["is no method", (d) => (d["paths"]["/health"].fetch = d["paths"]["/health"].get)],
    ["has no operation id of its own", (d) => (d["paths"]["/"].get.operationId = "health")],
    ["has no description", (d) => delete d["paths"]["/health"].get.responses["200"].description],
    ["has no responses", (d) => (d["paths"]["/health"].get.responses = {})],
    ["has the unknown tag", (d) => (d["paths"]["/health"].get.tags = ["typo"])],
    ["is secured by the unknown", (d) => delete d["components"].securitySchemes.bearer],
    ["does not declare path id", (d) => (d["paths"]["/v1/runs/{id}"].get.parameters = [])],
    ["has no path name in it", (d) => (d["paths"]["/v1/renamed"] = d["paths"]["/v1/nodes/{name}"])],
    ["points nowhere", (d) => delete d["components"].schemas.Problem],
    ["has the unknown type", (d) => (d["components"].schemas.Run.properties.want.type = "list")],
    ["uses nullable", (d) => (d["components"].schemas.Run.properties.want.nullable = true)],
    ["has a pattern that is none", (d) => (d["components"].schemas.Plan.properties.hash.pattern = "(")],
    ["has an example that breaks it", (d) => (d["components"].schemas.Health.examples[0].healthy = "odd")],
    ["has no schema for", (d) => (d["paths"]["/health"].get.responses["200"].content["application/json"] = {})],
  ];

  it.each(planted)("finds a document that %s", async (what, plant) => {
    const document = await copyOf();
    plant(document);
    expect(problemsOfDocument(document).join("\n")).toContain(what);
  });
});
