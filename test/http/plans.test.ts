import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../contracts/json/json.ts";
import { fault } from "../../src/core/errors.ts";
import { err, ok } from "../../src/core/result.ts";
import { CALL_OF_TOKEN, gateway, problemOf } from "./gateway.ts";
import { PLAN } from "./samples.ts";

function recording() {
  const calls: [string, string, JsonObject, string | null, string | null][] = [];
  const made = gateway({
    plans: {
      preview: ({ tenant }, { operation, payload, targetNode, registryVersion }) => {
        calls.push([tenant, operation, payload, targetNode, registryVersion]);
        return Promise.resolve(ok(PLAN));
      },
    },
  });
  return { ...made, calls };
}

describe("POST /v1/plans", () => {
  it("plans a goal unless told otherwise", async () => {
    const { post, calls } = recording();
    const response = await post("/v1/plans", { payload: { want: ["a.b"] } });
    expect([response.status, await response.json()]).toEqual([200, PLAN]);
    expect(calls).toEqual([["default", "goal.run", { want: ["a.b"] }, null, null]]);
  });

  it("takes an operation, a whole envelope, and a registry version", async () => {
    const { post, calls } = recording();
    const envelope = { source_node: "me", operation: "graph.run", payload: { steps: [] } };
    await post("/v1/plans", envelope, { "x-onex-registry-version": "7.1" });
    expect(calls).toEqual([["default", "graph.run", { steps: [] }, null, "7.1"]]);
  });

  it("passes on which node an envelope is for", async () => {
    const { post, calls } = recording();
    await post("/v1/plans", { operation: "node.execute", target_node: "noop", payload: { input: { "a.b": 1 } } });
    expect(calls).toEqual([["default", "node.execute", { input: { "a.b": 1 } }, "noop", null]]);
  });

  it.each([
    [{}, "$.payload"],
    [{ payload: [] }, "$.payload"],
    [{ payload: {}, operation: 7 }, "$.operation"],
    [[], "$"],
  ])("refuses %j and says where", async (body, place) => {
    expect(await problemOf(await recording().post("/v1/plans", body))).toMatchObject({
      status: 400,
      code: "INVALID_PARAMETER",
      place,
    });
  });

  it.each(["tree", "mermaid", "dot"])("shows it as text: %s", async (format) => {
    const calls: unknown[][] = [];
    const { post } = gateway({
      plans: {
        show: (...call) => {
          calls.push(call);
          return Promise.resolve(ok({ text: "a.b ← given\n", registryVersion: "7.2" }));
        },
      },
    });
    const version = { "x-onex-registry-version": "7.1" };
    const response = await post(`/v1/plans?format=${format}`, { payload: { want: ["a.b"] } }, version);
    expect([response.status, await response.text()]).toEqual([200, "a.b ← given\n"]);
    expect(response.headers.get("content-type")).toMatch(/^text\/plain; ?charset=utf-8$/i);
    expect(response.headers.get("x-onex-registry-version")).toBe("7.2");
    const asked = { operation: "goal.run", payload: { want: ["a.b"] }, targetNode: null };
    expect(calls).toEqual([[CALL_OF_TOKEN, { ...asked, registryVersion: "7.1" }, format]]);
  });

  it("documents every form and every code it refuses with", async () => {
    const { paths } = (await (await gateway().app.request("/openapi.json")).json()) as {
      paths: Record<
        string,
        { post: { parameters: object[]; responses: Record<string, { content: object; description: string }> } }
      >;
    };
    const { parameters, responses } = paths["/v1/plans"]!.post;
    expect(parameters).toContainEqual(
      expect.objectContaining({
        name: "format",
        schema: expect.objectContaining({ enum: ["json", "tree", "mermaid", "dot"] }),
      }),
    );
    expect(Object.keys(responses["200"]!.content)).toEqual(["application/json", "text/plain"]);
    expect(responses["422"]!.description).toContain("PLAN_TOO_MANY_STEPS");
    expect(responses["409"]!.description).toContain("PLAN_GATE_LATER_OUTPUT");
  });

  it("answers with JSON when told to, and refuses forms it does not know before it plans", async () => {
    const { post, calls } = recording();
    expect(await (await post("/v1/plans?format=json", { payload: {} })).json()).toEqual(PLAN);
    expect(await problemOf(await post("/v1/plans?format=png", { payload: {} }))).toMatchObject({
      status: 400,
      code: "INVALID_PARAMETER",
      place: "query format",
    });
    expect(calls).toHaveLength(1);
  });

  it("refuses as a problem document whatever form was asked for", async () => {
    const { post } = gateway({
      plans: {
        show: () => Promise.resolve(err(fault("PLAN_TOO_DEEP", "the plan has 3 steps", { place: "policy.max_depth" }))),
      },
    });
    expect(await problemOf(await post("/v1/plans?format=tree", { payload: {} }))).toMatchObject({
      status: 422,
      code: "PLAN_TOO_DEEP",
      place: "policy.max_depth",
    });
  });

  it("passes a refusal of the planner on", async () => {
    const { post } = gateway({
      plans: {
        preview: () => Promise.resolve(err(fault("PLAN_CYCLE", "a -> b -> a", { details: { path: ["a", "b", "a"] } }))),
      },
    });
    expect(await problemOf(await post("/v1/plans", { payload: {} }))).toMatchObject({
      status: 409,
      code: "PLAN_CYCLE",
      details: { path: ["a", "b", "a"] },
    });
  });
});
