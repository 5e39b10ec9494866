import { describe, expect, it } from "vitest";
import { gateway, problemOf, TOKEN } from "./gateway.ts";
import { ENVELOPE } from "./samples.ts";

const MAX = 1_048_576;
const POSTS = ["/v1/envelopes", "/v1/plans", "/v1/nodes"];

/** A JSON document of exactly this many bytes. */
function documentOf(bytes: number): string {
  const empty = JSON.stringify({ ...ENVELOPE, payload: { filler: "" } });
  return JSON.stringify({ ...ENVELOPE, payload: { filler: "x".repeat(bytes - empty.length) } });
}

/** A body whose length nobody declares, and how many bytes of it were asked for. */
function streamOf(totalBytes: number) {
  const chunk = new Uint8Array(65_536).fill(0x20);
  const read = { bytes: 0 };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (read.bytes >= totalBytes) return controller.close();
        read.bytes += chunk.byteLength;
        controller.enqueue(chunk);
      },
    },
    { highWaterMark: 0 },
  );
  return { body, read };
}

const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
const streamed = (body: ReadableStream<Uint8Array>, more: Record<string, string> = {}) =>
  ({ method: "POST", headers: { ...headers, ...more }, body, duplex: "half" }) as RequestInit;

describe("body limit", () => {
  it.each(POSTS)("%s refuses more than 1 MiB by the declared length, reading nothing", async (path) => {
    const { body, read } = streamOf(MAX * 2);
    const response = await gateway().app.request(path, streamed(body, { "content-length": String(MAX + 1) }));
    expect(await problemOf(response)).toMatchObject({ status: 413, code: "PAYLOAD_TOO_LARGE" });
    expect(read.bytes).toBe(0);
  });

  it.each(POSTS)("%s refuses more than 1 MiB that nobody declared, and stops reading", async (path) => {
    const { body, read } = streamOf(MAX * 100);
    const response = await gateway().app.request(path, streamed(body));
    expect(await problemOf(response)).toMatchObject({ status: 413, code: "PAYLOAD_TOO_LARGE" });
    expect(read.bytes).toBeLessThan(MAX * 2);
  });

  it("does not believe a declared length that is too small", async () => {
    const { body } = streamOf(MAX * 2);
    const response = await gateway().app.request("/v1/envelopes", streamed(body, { "content-length": "10" }));
    expect(response.status).toBe(413);
  });

  it("accepts exactly 1 MiB, and not one byte more", async () => {
    const { post } = gateway();
    expect((await post("/v1/envelopes", documentOf(MAX))).status).toBe(200);
    expect((await post("/v1/envelopes", documentOf(MAX + 1))).status).toBe(413);
  });

  it("counts bytes, not characters", async () => {
    const { post } = gateway();
    const text = JSON.stringify({ ...ENVELOPE, payload: { filler: "é".repeat(600_000) } });
    expect(text.length).toBeLessThan(MAX);
    expect((await post("/v1/envelopes", text)).status).toBe(413);
  });
});

describe("content type", () => {
  it.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/jsonp",
    "multipart/form-data; boundary=x",
    "",
  ])("%j is refused", async (type) => {
    const { post, accepted } = gateway();
    const response = await post("/v1/envelopes", ENVELOPE, { "content-type": type });
    expect(await problemOf(response)).toMatchObject({ status: 415, code: "UNSUPPORTED_MEDIA_TYPE" });
    expect(response.headers.get("accept")).toBe("application/json");
    expect(accepted).toEqual([]);
  });

  it.each([
    "application/json",
    "Application/JSON",
    "application/json; charset=utf-8",
    'application/json;charset="UTF-8"',
    "application/vnd.onex+json",
  ])("%j is read", async (type) => {
    expect((await gateway().post("/v1/envelopes", ENVELOPE, { "content-type": type })).status).toBe(200);
  });

  it("refuses another character set rather than read it wrongly", async () => {
    const response = await gateway().post("/v1/envelopes", ENVELOPE, {
      "content-type": "application/json; charset=latin1",
    });
    expect(response.status).toBe(415);
  });
});

describe("JSON", () => {
  it.each([
    ["", 1, 1],
    ["{", 1, 2],
    ['{\n  "a": 1,\n}', 3, 1],
    ["nope", 1, 1],
    ["[1] trailing", 1, 5],
  ])("%j is refused with its place", async (text, line, column) => {
    const problem = await problemOf(await gateway().post("/v1/plans", text));
    expect(problem).toMatchObject({ status: 400, code: "MALFORMED_JSON", place: `line ${line}, column ${column}` });
    expect(problem["detail"]).not.toContain("Unexpected");
  });

  it("refuses a POST without a body", async () => {
    const response = await gateway().app.request("/v1/plans", { method: "POST", headers });
    expect(await problemOf(response)).toMatchObject({ status: 400, code: "MALFORMED_JSON" });
  });

  it("refuses bytes that are not UTF-8", async () => {
    const body = new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
    const response = await gateway().app.request("/v1/plans", { method: "POST", headers, body });
    expect(await problemOf(response)).toMatchObject({ status: 400, code: "MALFORMED_JSON" });
  });

  it("reads a body that begins with a byte order mark", async () => {
    expect((await gateway().post("/v1/envelopes", `\uFEFF${JSON.stringify(ENVELOPE)}`)).status).toBe(200);
  });

  it("reads a body that comes in many pieces, split inside a character", async () => {
    const { app, accepted } = gateway();
    const bytes = new TextEncoder().encode(JSON.stringify({ ...ENVELOPE, payload: { text: "é".repeat(10) } }));
    let at = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (at >= bytes.length) controller.close();
        else controller.enqueue(bytes.slice(at, ++at));
      },
    });
    expect((await app.request("/v1/envelopes", streamed(body))).status).toBe(200);
    expect(accepted[0]?.envelope.payload).toEqual({ text: "é".repeat(10) });
  });
});
