import { describe, expect, it } from "vitest";
import type { HttpCall } from "../../../contracts/documents/call.ts";
import { httpResult } from "../../../src/core/declared/answer.ts";

const call: HttpCall = {
  method: "get",
  url: "https://api.example.com/users",
  output: { "user.first": "/body/items/0", "user.etag": "/headers/etag", "user.none": "/body/gone", "user.whole": "" },
};
const answer = (status_code: number) => ({ status_code, headers: { etag: "w1" }, body: { items: [{ id: 1 }] } });

describe("what an HTTP response means for a node", () => {
  it("maps a success by JSON Pointers; what is not there yields no value", () => {
    expect(httpResult(call, answer(200))).toEqual({
      ok: true,
      value: { "user.first": { id: 1 }, "user.etag": "w1", "user.whole": answer(200) },
    });
  });

  it.each([
    [400, "REQUEST_REJECTED", false],
    [401, "AUTHENTICATION_ERROR", false],
    [403, "AUTHENTICATION_ERROR", false],
    [404, "REQUEST_REJECTED", false],
    [408, "TIMEOUT_ERROR", true],
    [425, "REQUEST_REJECTED", true],
    [429, "RATE_LIMIT_ERROR", true],
    [500, "SERVICE_UNAVAILABLE", true],
    [503, "SERVICE_UNAVAILABLE", true],
    [504, "TIMEOUT_ERROR", true],
    [301, "REQUEST_REJECTED", false],
  ] as const)("status %i is %s, retried: %s", (status, code, retryable) => {
    expect(httpResult(call, answer(status), 7)).toMatchObject({
      ok: false,
      error: { code, retryable, details: { status_code: status }, ...(retryable ? { retryAfterSeconds: 7 } : {}) },
    });
  });

  it("goes by the statuses the call names", () => {
    expect(httpResult({ ...call, success: [404, "3xx"] }, answer(404)).ok).toBe(true);
    expect(httpResult({ ...call, success: [404, "3xx"] }, answer(302)).ok).toBe(true);
    expect(httpResult({ ...call, success: [404] }, answer(200)).ok).toBe(false);
    expect(httpResult({ ...call, retry: [409] }, answer(409))).toMatchObject({ error: { retryable: true } });
    expect(httpResult({ ...call, retry: [409] }, answer(503))).toMatchObject({ error: { retryable: false } });
  });
});
