import { describe, expect, it } from "vitest";
import { problem as problemContract } from "../../contracts/api/problem.ts";
import { fault, HTTP_STATUS, RuntimeHostError, type ErrorCode } from "../../src/core/errors.ts";
import { err } from "../../src/core/result.ts";
import { TOKEN, gateway, problemOf } from "./gateway.ts";
import { CORRELATION, ENVELOPE } from "./samples.ts";

const refusing = (code: ErrorCode, extra = {}) =>
  gateway({ envelopes: { accept: () => Promise.resolve(err(fault(code, "what is wrong", extra))) } });

describe("problem documents", () => {
  it.each(Object.entries(HTTP_STATUS))("%s is answered with %i", async (code, status) => {
    const response = await refusing(code as ErrorCode).post("/v1/envelopes", ENVELOPE);
    const document = await problemOf(response);
    expect(response.status).toBe(status);
    expect(problemContract.safeParse(document).error).toBeUndefined();
    expect(document).toMatchObject({
      type: `urn:onex:problem:${code}`,
      code,
      detail: "what is wrong",
      instance: "/v1/envelopes",
    });
  });

  it("says where, what to do, and the details", async () => {
    const extra = { place: "$.payload.want[0]", hint: "register a node", details: { missing: ["a.b"] } };
    const document = await problemOf(await refusing("PLAN_UNREACHABLE", extra).post("/v1/envelopes", ENVELOPE));
    expect(document).toMatchObject(extra);
    expect(document).toMatchObject({ title: "Plan unreachable" });
  });

  it("says when to try again, in the document and in Retry-After", async () => {
    const response = await refusing("RATE_LIMIT_ERROR").post("/v1/envelopes", ENVELOPE);
    expect(response.headers.get("retry-after")).toBe("30");
    expect(await problemOf(response)).toMatchObject({ status: 429, retry_after_seconds: 30 });
  });

  it("says nothing about trying again where that is pointless", async () => {
    const response = await refusing("PLAN_CYCLE").post("/v1/envelopes", ENVELOPE);
    expect(response.headers.has("retry-after")).toBe(false);
    expect(await problemOf(response)).not.toHaveProperty("retry_after_seconds");
  });

  it("lifts the entries of a refusal of many faults", async () => {
    const errors = [
      { code: "PLAN_DANGLING_EDGE", detail: "one" },
      { code: "PLAN_UNKNOWN_INPUT", detail: "two", place: "$.x" },
    ];
    const document = await problemOf(
      await refusing("PLAN_DANGLING_EDGE", { details: { errors } }).post("/v1/envelopes", ENVELOPE),
    );
    expect(document["errors"]).toEqual(errors);
    expect(document).not.toHaveProperty("details");
  });
});

describe("unknown places", () => {
  it.each(["/nothing", "/v1/nothing", "/v1/envelopes/", "/v1/runs/", "/HEALTH"])(
    "%s is a 404 problem",
    async (path) => {
      expect(await problemOf(await gateway().get(path))).toMatchObject({
        status: 404,
        code: "ROUTE_NOT_FOUND",
        instance: path,
      });
    },
  );

  it.each([
    ["GET", "/v1/envelopes", "POST"],
    ["PUT", "/v1/nodes", "GET"],
    ["DELETE", "/v1/nodes", "POST"],
    ["POST", "/v1/nodes/noop", "GET"],
    ["PATCH", "/v1/runs/r0a_01J00000000000000000000000/result", "GET"],
    ["POST", "/health", "GET"],
    ["POST", "/", "GET"],
    ["DELETE", "/openapi.json", "GET"],
    ["OPTIONS", "/v1/plans", "POST"],
  ])("%s %s is a 405 problem that names %s", async (method, path, allowed) => {
    const { app } = gateway();
    const response = await app.request(path, { method, headers: { authorization: `Bearer ${TOKEN}` } });
    expect(await problemOf(response)).toMatchObject({ status: 405, code: "METHOD_NOT_ALLOWED" });
    expect(response.headers.get("allow")?.split(", ")).toContain(allowed);
    expect(response.headers.get("allow")?.split(", ")).not.toContain(method);
  });

  it("answers HEAD like GET without the body", async () => {
    const response = await gateway().app.request("/health", { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });
});

describe("exceptions", () => {
  const throwing = (thrown: unknown) =>
    gateway({
      nodes: {
        list: () => {
          throw thrown;
        },
      },
    });

  it("never tell their text, but their correlation id finds them in the log", async () => {
    const cause = new Error("D1_ERROR: no such table: nodes");
    const { get, logs } = throwing(new TypeError("secret-of-the-stack is not a function", { cause }));
    const response = await get("/v1/nodes", { "x-correlation-id": CORRELATION });
    const document = await problemOf(response);
    expect(document).toMatchObject({ status: 500, code: "RUNTIME_ERROR", correlation_id: CORRELATION });
    expect(JSON.stringify(document)).not.toMatch(/secret-of-the-stack|D1_ERROR|TypeError|\.ts|node_modules/);
    expect(logs).toHaveLength(1);
    expect(logs[0]).toMatchObject({
      level: "error",
      fields: {
        correlation_id: CORRELATION,
        method: "GET",
        path: "/v1/nodes",
        error: "TypeError: secret-of-the-stack is not a function",
        cause: "Error: D1_ERROR: no such table: nodes",
      },
    });
  });

  it("that are ours keep their code, and lose their cause", async () => {
    const { get } = throwing(
      new RuntimeHostError(fault("SERVICE_UNAVAILABLE", "the registry does not answer"), {
        cause: new Error("socket"),
      }),
    );
    const response = await get("/v1/nodes");
    expect(response.headers.get("retry-after")).toBe("15");
    const document = await problemOf(response);
    expect(document).toMatchObject({
      status: 503,
      code: "SERVICE_UNAVAILABLE",
      detail: "the registry does not answer",
    });
    expect(JSON.stringify(document)).not.toContain("socket");
  });

  it("from a promise are caught like any other", async () => {
    const { post } = gateway({ plans: { preview: () => Promise.reject(new Error("late")) } });
    expect(await problemOf(await post("/v1/plans", { payload: {} }))).toMatchObject({ code: "RUNTIME_ERROR" });
  });

  it("log long texts shortened", async () => {
    const { get, logs } = throwing(new Error("x".repeat(10_000)));
    await get("/v1/nodes");
    expect(String(logs[0]?.fields["error"]).length).toBeLessThanOrEqual(500);
  });
});

describe("the log", () => {
  it("has a line for a failure that was answered without an exception", async () => {
    const { post, logs } = refusing("EVENT_BUS_ERROR");
    const response = await post("/v1/envelopes", ENVELOPE);
    expect(logs).toEqual([
      {
        level: "warn",
        message: expect.any(String),
        fields: {
          correlation_id: response.headers.get("x-correlation-id"),
          method: "POST",
          path: "/v1/envelopes",
          status: 503,
          code: "EVENT_BUS_ERROR",
        },
      },
    ]);
  });

  it("is silent about refusals that are the caller's", async () => {
    const { post, logs } = refusing("PLAN_CYCLE");
    await post("/v1/envelopes", ENVELOPE);
    expect(logs).toEqual([]);
  });
});

describe("headers", () => {
  it("say that answers are what they say they are, and are not to be kept", async () => {
    const response = await gateway().get("/v1/nodes");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("cache-control")).toBe("no-store");
  });
});
