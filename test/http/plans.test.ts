import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../contracts/json.ts";
import { fault } from "../../src/core/errors.ts";
import { err, ok } from "../../src/core/result.ts";
import { gateway, PLAN, problemOf } from "./gateway.ts";

function recording() {
  const calls: [string, string, JsonObject, string | null][] = [];
  const made = gateway({
    plans: {
      preview: (...call) => {
        calls.push(call);
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
    expect(calls).toEqual([["default", "goal.run", { want: ["a.b"] }, null]]);
  });

  it("takes an operation, a whole envelope, and a registry version", async () => {
    const { post, calls } = recording();
    const envelope = { source_node: "me", operation: "graph.run", payload: { steps: [] } };
    await post("/v1/plans", envelope, { "x-onex-registry-version": "7.1" });
    expect(calls).toEqual([["default", "graph.run", { steps: [] }, "7.1"]]);
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
