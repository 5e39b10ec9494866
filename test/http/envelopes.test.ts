import { describe, expect, it } from "vitest";
import { fault } from "../../src/core/errors.ts";
import { ok } from "../../src/core/result.ts";
import { gateway, NOW, problemOf } from "./gateway.ts";
import { ENVELOPE, RUN_ID, SUMMARY } from "./samples.ts";

describe("POST /v1/envelopes", () => {
  it("answers a finished run with 200 and the response envelope", async () => {
    const { post } = gateway();
    const request = { ...ENVELOPE, envelope_id: "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b", target_node: "planner" };
    const response = await post("/v1/envelopes", request);
    expect(response.status).toBe(200);
    expect(response.headers.has("location")).toBe(false);
    expect(await response.json()).toMatchObject({
      causation_id: request.envelope_id,
      envelope_version: "1.0.0",
      source_node: "planner",
      target_node: "caller",
      operation: "goal.run_RESPONSE",
      payload: SUMMARY,
      timestamp: new Date(NOW).toISOString(),
      is_response: true,
      success: true,
      error: null,
    });
  });

  it("answers a run that goes on with 202, where to look, and no verdict", async () => {
    const { post } = gateway({
      envelopes: {
        accept: () =>
          Promise.resolve(
            ok({ status: 202, runId: RUN_ID, success: null, fault: null, payload: { ...SUMMARY, status: "queued" } }),
          ),
      },
    });
    const response = await post("/v1/envelopes", ENVELOPE);
    expect(response.status).toBe(202);
    expect(response.headers.get("location")).toBe(`/v1/runs/${RUN_ID}`);
    expect(await response.json()).toMatchObject({
      success: null,
      error: null,
      payload: { run_id: RUN_ID, status: "queued" },
    });
  });

  it("answers a run that failed with 200 and an error envelope", async () => {
    const failure = fault("HANDLER_EXECUTION_ERROR", "the node broke", { place: "noop@1.0.0" });
    const { post } = gateway({
      envelopes: {
        accept: () =>
          Promise.resolve(ok({ status: 200, runId: RUN_ID, success: false, fault: failure, payload: SUMMARY })),
      },
    });
    const response = await post("/v1/envelopes", ENVELOPE);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      success: false,
      error: {
        code: "HANDLER_EXECUTION_ERROR",
        message: "the node broke",
        operation: "goal.run",
        details: { place: "noop@1.0.0" },
      },
      payload: { run_id: RUN_ID },
    });
  });

  it.each([
    [undefined, 0, null],
    ["wait=10", 10_000, "wait=10"],
    ["respond-async, wait=5", 5_000, "wait=5"],
    ["wait=3600", 60_000, "wait=60"],
    ["wait=soon", 0, null],
  ])("holds the answer as Prefer %j asks", async (prefer, waitMs, applied) => {
    const { post, accepted } = gateway();
    const response = await post("/v1/envelopes", ENVELOPE, prefer === undefined ? {} : { prefer });
    expect(accepted[0]?.options.waitMs).toBe(waitMs);
    expect(response.headers.get("preference-applied")).toBe(applied);
  });

  it("hands the demanded registry version on", async () => {
    const { post, accepted } = gateway();
    await post("/v1/envelopes", ENVELOPE, { "x-onex-registry-version": "7.1" });
    await post("/v1/envelopes", ENVELOPE);
    expect(accepted.map(({ options }) => options.registryVersion)).toEqual(["7.1", null]);
  });

  it.each([
    ["header", {}, { "idempotency-key": "k-1" }],
    ["quoted header", {}, { "idempotency-key": '"k-1"' }],
    ["metadata", { metadata: { idempotency_key: "k-1" } }, {}],
    ["both", { metadata: { idempotency_key: "k-1" } }, { "idempotency-key": "k-1" }],
  ])("takes the idempotency key from the %s", async (_, extra, headers) => {
    const { post, accepted } = gateway();
    expect((await post("/v1/envelopes", { ...ENVELOPE, ...extra }, headers)).status).toBe(200);
    expect(accepted[0]?.envelope.metadata.idempotencyKey).toBe("k-1");
  });

  it("refuses two idempotency keys that differ", async () => {
    const { post, accepted } = gateway();
    const body = { ...ENVELOPE, metadata: { idempotency_key: "a" } };
    const problem = await problemOf(await post("/v1/envelopes", body, { "idempotency-key": "b" }));
    expect(problem).toMatchObject({ status: 400, code: "ENVELOPE_VALIDATION_ERROR" });
    expect(accepted).toEqual([]);
  });

  it.each(["", '""', "k".repeat(256)])("refuses the idempotency key %j", async (key) => {
    const problem = await problemOf(await gateway().post("/v1/envelopes", ENVELOPE, { "idempotency-key": key }));
    expect(problem).toMatchObject({ status: 400, place: "header idempotency-key" });
  });

  it("lists every wrong field", async () => {
    const problem = await problemOf(
      await gateway().post("/v1/envelopes", { operation: 7, payload: [], timestamp: "now" }),
    );
    expect(problem).toMatchObject({ status: 400, code: "ENVELOPE_VALIDATION_ERROR" });
    const places = (problem["errors"] as { place: string }[]).map(({ place }) => place);
    expect(places.sort()).toEqual(["$.operation", "$.payload", "$.source_node", "$.timestamp"]);
  });

  it("hands the payload on as it came", async () => {
    const { post, accepted } = gateway();
    const payload = { want: ["x"], deep: [{ "a.b": null, __proto__x: 1 }], number: 1e21, empty: {} };
    await post("/v1/envelopes", { ...ENVELOPE, payload });
    expect(accepted[0]?.envelope.payload).toEqual(payload);
  });
});
