import { describe, expect, it } from "vitest";
import { gateway, problemOf } from "./gateway.ts";
import { CORRELATION, ENVELOPE } from "./samples.ts";

const OTHER = "11111111-2222-4333-8444-555555555555";
const header = { "x-correlation-id": CORRELATION };

describe("correlation", () => {
  it("is assigned when nobody brings one, and comes back in header and envelope", async () => {
    const { post, accepted } = gateway();
    const response = await post("/v1/envelopes", ENVELOPE);
    const assigned = response.headers.get("x-correlation-id");
    expect(assigned).toMatch(/^[0-9a-f-]{36}$/);
    expect(accepted[0]?.envelope.correlationId).toBe(assigned);
    expect(await response.json()).toMatchObject({ correlation_id: assigned });
  });

  it("of the envelope is kept letter by letter", async () => {
    const { post, accepted } = gateway();
    const given = CORRELATION.toUpperCase();
    const response = await post("/v1/envelopes", { ...ENVELOPE, correlation_id: given });
    expect(response.headers.get("x-correlation-id")).toBe(given);
    expect(accepted[0]?.envelope.correlationId).toBe(given);
    expect(await response.json()).toMatchObject({ correlation_id: given });
  });

  it("of the header serves an envelope that has none", async () => {
    const { post, accepted } = gateway();
    await post("/v1/envelopes", ENVELOPE, header);
    expect(accepted[0]?.envelope.correlationId).toBe(CORRELATION);
  });

  it("may be in both when it is the same", async () => {
    const { post } = gateway();
    expect((await post("/v1/envelopes", { ...ENVELOPE, correlation_id: CORRELATION }, header)).status).toBe(200);
  });

  it("may not differ between header and envelope", async () => {
    const { post, accepted } = gateway();
    const problem = await problemOf(await post("/v1/envelopes", { ...ENVELOPE, correlation_id: OTHER }, header));
    expect(problem).toMatchObject({ status: 400, code: "ENVELOPE_VALIDATION_ERROR", place: "$.correlation_id" });
    expect(accepted).toEqual([]);
  });

  it.each(["x", "", 7, {}])("malformed in the envelope (%j) is refused, never replaced", async (correlation_id) => {
    const { post, accepted } = gateway();
    const problem = await problemOf(await post("/v1/envelopes", { ...ENVELOPE, correlation_id }));
    expect(problem).toMatchObject({ status: 400, code: "ENVELOPE_VALIDATION_ERROR", place: "$.correlation_id" });
    expect(accepted).toEqual([]);
  });

  it.each(["/v1/nodes", "/health", "/", "/nothing"])("malformed in the header is refused on %s", async (path) => {
    const problem = await problemOf(await gateway().get(path, { "x-correlation-id": "nonsense" }));
    expect(problem).toMatchObject({ status: 400, code: "ENVELOPE_VALIDATION_ERROR", place: "header x-correlation-id" });
    expect(problem["correlation_id"]).not.toBe("nonsense");
  });

  it("of an envelope that is refused for something else is the refusal's", async () => {
    const { post } = gateway();
    const problem = await problemOf(
      await post("/v1/envelopes", { correlation_id: CORRELATION, operation: "goal.run" }),
    );
    expect(problem).toMatchObject({ status: 400, correlation_id: CORRELATION });
  });

  it.each(["/v1/nodes", "/health", "/", "/openapi.json", "/nothing"])("comes back on %s", async (path) => {
    const response = await gateway().get(path, header);
    expect(response.headers.get("x-correlation-id")).toBe(CORRELATION);
  });

  it("and the caller's trace are part of the call; a malformed trace is none", async () => {
    const { post, accepted } = gateway();
    const trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    await post("/v1/envelopes", ENVELOPE, { ...header, traceparent: trace });
    await post("/v1/envelopes", { ...ENVELOPE, correlation_id: OTHER }, { traceparent: "somewhere" });
    expect(accepted.map(({ call }) => [call.correlationId, call.trace])).toEqual([
      [CORRELATION, trace],
      [OTHER, null],
    ]);
  });
});
