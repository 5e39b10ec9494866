import { describe, expect, it } from "vitest";
import { gateway, problemOf, TOKEN } from "./gateway.ts";
import { ENVELOPE } from "./samples.ts";

const PROTECTED = [
  ["POST", "/v1/envelopes"],
  ["POST", "/v1/plans"],
  ["POST", "/v1/nodes"],
  ["GET", "/v1/nodes"],
  ["GET", "/v1/nodes/noop"],
  ["GET", "/v1/runs/r0a_01J00000000000000000000000"],
  ["GET", "/v1/runs/r0a_01J00000000000000000000000/result"],
  ["GET", "/v1/runs/r0a_01J00000000000000000000000/events"],
  ["GET", "/v1/nothing/here"],
  ["DELETE", "/v1/nodes"],
  ["GET", "/v1"],
] as const;

/** As long as a token must be. */
const LONG = "0123456789".repeat(4);

describe("authentication", () => {
  it.each(PROTECTED)("%s %s answers nobody without a token", async (method, path) => {
    const response = await gateway().app.request(path, { method });
    expect(await problemOf(response)).toMatchObject({ status: 401, code: "AUTHENTICATION_ERROR" });
    expect(response.headers.get("www-authenticate")).toBe('Bearer realm="onex"');
  });

  it.each([
    "Bearer wrong",
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(1)}`,
    `Bearer ${TOKEN.toUpperCase()}`,
    "Bearer",
    "Bearer ",
    `Basic ${TOKEN}`,
    TOKEN,
    `Bearer ${TOKEN} ${TOKEN}`,
  ])("%j opens nothing", async (authorization) => {
    const response = await gateway().app.request("/v1/nodes", { headers: { authorization } });
    const problem = await problemOf(response);
    expect(problem).toMatchObject({ status: 401, code: "AUTHENTICATION_ERROR" });
    expect(problem["hint"]).toContain("ONEX_TOKEN");
    expect(JSON.stringify(problem)).not.toContain(TOKEN);
    expect(response.headers.get("www-authenticate")).toBe('Bearer realm="onex", error="invalid_token"');
  });

  it.each([`Bearer ${TOKEN}`, `bearer ${TOKEN}`, `BEARER   ${TOKEN}`])("%j opens", async (authorization) => {
    expect((await gateway().app.request("/v1/nodes", { headers: { authorization } })).status).toBe(200);
  });

  it.each([undefined, "", "   "])("fails closed when the token is %j, whatever is sent", async (token) => {
    const { app } = gateway({}, { token: () => token });
    for (const authorization of [undefined, "Bearer ", "Bearer undefined", `Bearer ${TOKEN}`]) {
      const response = await app.request(
        "/v1/nodes",
        authorization === undefined ? {} : { headers: { authorization } },
      );
      const problem = await problemOf(response);
      expect(problem).toMatchObject({ status: 401, code: "AUTHENTICATION_ERROR" });
      expect(problem["hint"]).toContain("ONEX_TOKEN");
      expect(response.headers.has("www-authenticate")).toBe(true);
    }
  });

  it("lets nobody in by a token of fewer than 32 characters", async () => {
    for (const [token, status] of [
      ["x".repeat(31), 401],
      ["x".repeat(32), 200],
    ] as const) {
      const { app } = gateway({}, { token: () => token });
      const response = await app.request("/v1/nodes", { headers: { authorization: `Bearer ${token}` } });
      expect(response.status).toBe(status);
      if (status === 401) expect((await problemOf(response))["hint"]).toContain("32 characters");
    }
  });

  it("takes no part of a token for the whole, nor its repetition", async () => {
    for (const [expected, given] of [
      ["ab".repeat(16), "ab"],
      ["ab".repeat(16), "ab".repeat(17)],
      ["a".repeat(32), "a"],
      ["a".repeat(32), "a".repeat(64)],
      [`${LONG}c`, `${LONG}d`],
      [`a${LONG}`, `b${LONG}`],
    ] as const) {
      const { app } = gateway({}, { token: () => expected });
      const status = async (token: string) =>
        (await app.request("/v1/nodes", { headers: { authorization: `Bearer ${token}` } })).status;
      expect(await status(expected)).toBe(200);
      expect(await status(given)).toBe(401);
    }
  });

  it("follows a token that is changed while the app lives", async () => {
    let token = `first-${LONG}`;
    const { app } = gateway({}, { token: () => token });
    const status = async (given: string) =>
      (await app.request("/v1/nodes", { headers: { authorization: `Bearer ${given}` } })).status;
    expect(await status(`first-${LONG}`)).toBe(200);
    token = `second-${LONG}`;
    expect(await status(`first-${LONG}`)).toBe(401);
    expect(await status(token)).toBe(200);
  });

  it("comes before the body is looked at", async () => {
    const { app, accepted } = gateway();
    const response = await app.request("/v1/envelopes", {
      method: "POST",
      body: "{",
      headers: { "content-type": "text/plain" },
    });
    expect(response.status).toBe(401);
    expect(accepted).toEqual([]);
  });

  it("does not tell the token", async () => {
    const { app, logs } = gateway();
    const response = await app.request("/v1/nodes", { headers: { authorization: "Bearer a-guess" } });
    expect(await response.text()).not.toContain("a-guess");
    expect(JSON.stringify(logs)).not.toContain("a-guess");
  });

  it("takes the tenant from the token, never from a header", async () => {
    const { post, accepted } = gateway();
    await post("/v1/envelopes", ENVELOPE, { "x-tenant": "other", "x-onex-tenant": "other", tenant: "other" });
    expect(accepted[0]?.call).toMatchObject({ tenant: "default", principal: { kind: "token", name: "default" } });
  });

  it.each(["/", "/health", "/openapi.json"])("%s needs no token", async (path) => {
    expect((await gateway().app.request(path)).status).toBe(200);
  });
});
