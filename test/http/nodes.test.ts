import { NODE } from "./samples.ts";
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
    expect(await response.json()).toEqual({ registry_version: "7.0", nodes: [NODE] });
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
