import { NODE, NODE_DETAIL } from "./samples.ts";
import { describe, expect, it } from "vitest";
import { fault } from "../../src/core/errors.ts";
import { err, ok } from "../../src/core/result.ts";
import type { NodeArtifacts } from "../../src/core/registry/node.ts";
import { gateway, problemOf } from "./gateway.ts";

const TEXTS = { metadata: "name: noop", contract: "node_name: noop" };

function registering(created: boolean) {
  const calls: [string, NodeArtifacts][] = [];
  const made = gateway({
    nodes: {
      register: (call, artifacts) => {
        calls.push([call.tenant, artifacts]);
        return Promise.resolve(ok({ created, registryVersion: "8.0", node: NODE }));
      },
    },
  });
  return { ...made, calls };
}

describe("POST /v1/nodes", () => {
  it("registers with 201, the node's page and the registry version", async () => {
    const { post, calls } = registering(true);
    const response = await post("/v1/nodes", { ...TEXTS, code: "export default (input) => input" });
    expect(response.status).toBe(201);
    expect(response.headers.get("location")).toBe("/v1/nodes/noop");
    expect(response.headers.get("x-onex-registry-version")).toBe("8.0");
    expect(await response.json()).toEqual({
      created: true,
      registry_version: "8.0",
      node: NODE,
    });
    expect(calls).toEqual([["default", { ...TEXTS, code: "export default (input) => input" }]]);
  });

  it("answers the very same node again with 200", async () => {
    const response = await registering(false).post("/v1/nodes", TEXTS);
    expect(response.status).toBe(200);
    expect(response.headers.has("location")).toBe(false);
    expect(await response.json()).toMatchObject({ created: false });
  });

  it("does not make up code that was not sent", async () => {
    const { post, calls } = registering(true);
    await post("/v1/nodes", TEXTS);
    expect(calls[0]?.[1]).not.toHaveProperty("code");
  });

  it("lists every fault of a refused node", async () => {
    const faults = [
      fault("METADATA_HASH_MISMATCH", "the hash does not match", { place: "node.onex.yaml:7", hint: "stamp it" }),
      fault("CONTRACT_VALIDATION_ERROR", "unknown type objec", { place: "contract.yaml:$.input_state" }),
    ];
    const { post } = gateway({ nodes: { register: () => Promise.resolve(err(faults)) } });
    expect(await problemOf(await post("/v1/nodes", TEXTS))).toMatchObject({
      status: 422,
      code: "METADATA_HASH_MISMATCH",
      place: "node.onex.yaml:7",
      errors: [
        {
          code: "METADATA_HASH_MISMATCH",
          detail: "the hash does not match",
          place: "node.onex.yaml:7",
          hint: "stamp it",
        },
        { code: "CONTRACT_VALIDATION_ERROR", detail: "unknown type objec", place: "contract.yaml:$.input_state" },
      ],
    });
  });

  it("answers a taken name with 409", async () => {
    const taken = fault("DUPLICATE_REGISTRATION", "noop@1.0.0 has other content");
    const { post } = gateway({ nodes: { register: () => Promise.resolve(err([taken])) } });
    expect(await problemOf(await post("/v1/nodes", TEXTS))).toMatchObject({
      status: 409,
      code: "DUPLICATE_REGISTRATION",
    });
  });

  it.each([
    [{ contract: "x" }, "$.metadata"],
    [{ metadata: "x" }, "$.contract"],
    [{ ...TEXTS, metadata: "" }, "$.metadata"],
    [{ ...TEXTS, metadata: { name: "noop" } }, "$.metadata"],
    [{ ...TEXTS, code: 7 }, "$.code"],
    [{ ...TEXTS, cod: "export default (input) => input" }, "$.cod"],
    ["text", "$"],
  ])("refuses %j and says where", async (body, place) => {
    const { post, calls } = registering(true);
    expect(await problemOf(await post("/v1/nodes", JSON.stringify(body)))).toMatchObject({
      status: 400,
      code: "INVALID_PARAMETER",
      place,
    });
    expect(calls).toEqual([]);
  });
});

describe("GET /v1/nodes", () => {
  it("lists the nodes with their registry version", async () => {
    const response = await gateway().get("/v1/nodes");
    expect(response.headers.get("x-onex-registry-version")).toBe("7.0");
    expect(await response.json()).toEqual({ registry_version: "7.0", nodes: [NODE], next: null });
  });

  it("hands the conditions and the page on, and answers where the next one begins", async () => {
    const asked: unknown[] = [];
    const { get } = gateway({
      nodes: {
        list: (_, ...rest) => {
          asked.push(rest);
          return Promise.resolve({ registryVersion: "7.0", nodes: [], next: "noop@1.0.0" });
        },
      },
    });
    const response = await get("/v1/nodes?kind=compute&produces=a.b&lifecycle=active&limit=7&cursor=abc@1.2.3");
    expect(await response.json()).toMatchObject({ next: "noop@1.0.0" });
    expect(asked).toEqual([
      [
        { kind: "compute", produces: "a.b", lifecycle: "active" },
        { limit: 7, after: "abc@1.2.3" },
      ],
    ]);
  });

  it.each([
    "kind=odd",
    "lifecycle=",
    "cursor=nonsense",
    "limit=0",
    "limit=101",
    "produces=%20",
    "name=UPPER",
    "nam=noop",
    "kind=effect&kind=compute",
  ])("refuses ?%s with its place", async (query) => {
    expect(await problemOf(await gateway().get(`/v1/nodes?${query}`))).toMatchObject({
      status: 400,
      code: "INVALID_PARAMETER",
      place: `query ${query.split("=")[0]}`,
    });
  });

  it("shows one", async () => {
    expect(await (await gateway().get("/v1/nodes/noop")).json()).toEqual({ name: "noop", versions: [] });
  });

  it.each(["absent", "no-such-node", "UPPER", "%22quoted%22", "..%2f..%2fetc"])("%s is a 404 problem", async (name) => {
    expect(await problemOf(await gateway().get(`/v1/nodes/${name}`))).toMatchObject({
      status: 404,
      code: "NODE_NOT_FOUND",
    });
  });
});

describe("GET /v1/nodes/{name}/{version}", () => {
  it("shows a version with its texts and cases", async () => {
    const response = await gateway().get("/v1/nodes/noop/1.0.0");
    expect([response.status, await response.json()]).toEqual([200, NODE_DETAIL]);
  });

  it.each(["noop/9.9.9", "absent/1.0.0", "noop/latest", "..%2f..%2fetc/passwd", "noop/%00"])(
    "%s is a 404 problem",
    async (path) => {
      expect(await problemOf(await gateway().get(`/v1/nodes/${path}`))).toMatchObject({
        status: 404,
        code: "NODE_NOT_FOUND",
      });
    },
  );
});

describe("POST /v1/nodes/{name}/{version}/lifecycle", () => {
  const move = (body: unknown, overrides = {}) =>
    gateway({ nodes: overrides }).post("/v1/nodes/noop/1.0.0/lifecycle", body);

  it("moves, and answers the registry version that shows it", async () => {
    const response = await move({ to: "active" });
    expect(response.headers.get("x-onex-registry-version")).toBe("8.0");
    expect(await response.json()).toEqual({
      ...{ name: "noop", version: "1.0.0", from: "draft", to: "active" },
      ...{ changed: true, registry_version: "8.0" },
    });
  });

  it("answers a refusal with its place", async () => {
    const refused = fault("LIFECYCLE_INVALID", "a node cannot go from active to draft", { place: "$.to", hint: "x" });
    const response = await move({ to: "draft" }, { move: () => Promise.resolve(err(refused)) });
    expect(await problemOf(response)).toMatchObject({ status: 422, code: "LIFECYCLE_INVALID", place: "$.to" });
  });

  it.each([
    [{}, "$.to"],
    [{ to: "gone" }, "$.to"],
    [{ to: "active", why: "x" }, "$.why"],
    [{ to: "archived", reason: "" }, "$.reason"],
    [{ to: "deprecated", replaced_by: "NOT A NODE" }, "$.replaced_by"],
  ])("refuses %j", async (body, place) => {
    expect(await problemOf(await move(body))).toMatchObject({ status: 400, code: "INVALID_PARAMETER", place });
  });
});
