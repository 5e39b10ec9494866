import { describe, expect, it } from "vitest";
import { gateway, problemOf } from "./gateway.ts";
import { RUN_ID } from "./samples.ts";

const PATH = `/v1/runs/${RUN_ID}/values/noop/a.b`;
/** What the test's gateway answers: 14 bytes, the second character two of them. */
const BYTES = [...new TextEncoder().encode('"ÿ0123456789"')];
const TAG = `"${"0".repeat(64)}"`;

const read = async (headers: Record<string, string> = {}) => {
  const response = await gateway().get(PATH, headers);
  return {
    status: response.status,
    headers: response.headers,
    bytes: [...new Uint8Array(await response.arrayBuffer())],
  };
};

describe("GET /v1/runs/{id}/values/{step}/{key}", () => {
  it("is the value's JSON, with its hash as its tag", async () => {
    const { status, headers, bytes } = await read();
    expect([status, bytes]).toEqual([200, BYTES]);
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.get("etag")).toBe(TAG);
    expect(headers.get("accept-ranges")).toBe("bytes");
    expect(headers.get("content-length")).toBe("14");
  });

  it.each<[string, number, number]>([
    ["bytes=0-0", 0, 0],
    ["bytes=0-3", 0, 3],
    ["bytes=2-", 2, 13],
    ["bytes=2-999", 2, 13],
    ["bytes=-3", 11, 13],
    ["bytes=-999", 0, 13],
    ["BYTES=13-13", 13, 13],
  ])("%s is a part, within characters too", async (range, first, last) => {
    const { status, headers, bytes } = await read({ range });
    expect([status, bytes]).toEqual([206, BYTES.slice(first, last + 1)]);
    expect(headers.get("content-range")).toBe(`bytes ${first}-${last}/14`);
    expect(headers.get("etag")).toBe(TAG);
  });

  it.each(["bytes=14-", "bytes=99-100", "bytes=-0"])("%s is 416, with the size", async (range) => {
    const response = await gateway().get(PATH, { range });
    expect(response.headers.get("content-range")).toBe("bytes */14");
    expect(await problemOf(response)).toMatchObject({
      status: 416,
      code: "RANGE_NOT_SATISFIABLE",
      place: "header range",
    });
  });

  it.each([
    "bytes=5-2",
    "bytes=a-b",
    "bytes=-",
    "bytes=",
    "items=0-1",
    "bytes=0-1,3-4",
    "0-1",
    "bytes=0-1000000000000000000",
  ])("%s is no single range of bytes: the answer is the whole", async (range) => {
    expect(await read({ range })).toMatchObject({ status: 200, bytes: BYTES });
  });

  it("answers a range of the value that is meant, else the whole", async () => {
    const range = "bytes=0-3";
    expect((await read({ range, "if-range": TAG })).status).toBe(206);
    expect((await read({ range, "if-range": `W/${TAG}` })).status).toBe(200);
    expect((await read({ range, "if-range": '"another"' })).status).toBe(200);
    expect((await read({ range: "bytes=99-", "if-range": '"another"' })).status).toBe(200);
    expect((await read({ range, "if-range": "Wed, 21 Oct 2015 07:28:00 GMT" })).status).toBe(200);
  });

  it.each([TAG, `W/${TAG}`, `"x", ${TAG}`, "*"])("is not sent to whoever knows it: %s", async (known) => {
    const { status, headers, bytes } = await read({ "if-none-match": known, range: "bytes=99-" });
    expect([status, bytes, headers.get("etag")]).toEqual([304, [], TAG]);
    expect((await read({ "if-none-match": '"x"' })).status).toBe(200);
  });

  it("tells a HEAD the same without the bytes", async () => {
    const { app } = gateway();
    const { authorization } = { authorization: "Bearer a-token-of-the-tests-0123456789abcdef" };
    const response = await app.request(PATH, { method: "HEAD", headers: { authorization } });
    expect([response.status, response.headers.get("etag"), await response.text()]).toEqual([200, TAG, ""]);
  });

  it("names a step with a slash, and no run that is none", async () => {
    const asked: string[] = [];
    const { get } = gateway({
      runs: {
        value: (_, __, step, key) => {
          asked.push(step, key);
          return Promise.resolve({ ok: false, error: { code: "VALUE_NOT_FOUND", message: "there is none" } });
        },
      },
    });
    const response = await get(`/v1/runs/${RUN_ID}/values/outer%2Finner/a.b`);
    expect(await problemOf(response)).toMatchObject({ status: 404, code: "VALUE_NOT_FOUND" });
    expect(asked).toEqual(["outer/inner", "a.b"]);
    expect(await problemOf(await gateway().get("/v1/runs/nonsense/values/a/b"))).toMatchObject({
      code: "RUN_NOT_FOUND",
    });
    expect((await gateway().get(`${PATH}?x=1`)).status).toBe(400);
  });
});
