import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { NO_METADATA } from "../../../contracts/documents/envelope.ts";
import { faultOf } from "../../../src/core/errors.ts";
import { httpHandler, type HttpPorts } from "../../../src/infra/handlers/http/http-handler.ts";
import { fixedClock } from "../../../src/infra/memory/clock.ts";
import { loopbackServer, rawServer, type LoopbackServer } from "../../support/hostile-server.ts";

const NOW = Date.UTC(2026, 0, 1);
const MIB = 1_048_576;
const LOOPBACK: JsonObject = { egress: { allow_loopback: true } };

async function call(
  operation: string,
  payload: JsonObject,
  config: JsonObject = LOOPBACK,
  { signal = new AbortController().signal, ...ports }: Partial<HttpPorts> & { readonly signal?: AbortSignal } = {},
) {
  const handler = httpHandler({ fetch, clock: fixedClock(NOW), ...ports });
  await handler.initialize(config);
  return handler.execute(
    {
      envelopeId: "a",
      correlationId: "b",
      causationId: null,
      envelopeVersion: "1.0.0",
      sourceNode: "t",
      targetNode: null,
      operation,
      handlerType: "http",
      payload,
      metadata: NO_METADATA,
      timestamp: "",
      isResponse: false,
      success: null,
      error: null,
    },
    { tenant: "default", signal },
  );
}

const refusalOf = async (asked: Promise<unknown>) =>
  asked.then(
    (answer) => ({ code: "none", answer }),
    (thrown: unknown) => faultOf(thrown),
  );

let server: LoopbackServer;
beforeAll(async () => {
  server = await loopbackServer((request, response, body) => {
    const path = new URL(request.url ?? "/", "http://x").pathname;
    const to = (status: number, location: string) => response.writeHead(status, { location }).end("elsewhere");
    switch (path) {
      case "/json":
        return response.writeHead(200, { "content-type": "application/json; charset=utf-8" }).end('{"a":[1,null,"ü"]}');
      case "/problem":
        return response.writeHead(404, { "content-type": "application/problem+json" }).end('{"code":"X"}');
      case "/text":
        return response.writeHead(200, { "content-type": "text/plain" }).end("hello ü");
      case "/latin":
        return response
          .writeHead(200, { "content-type": "text/plain; charset=iso-8859-1" })
          .end(Buffer.from([0x66, 0xfc]));
      case "/bytes":
        return response.writeHead(200, { "content-type": "image/png" }).end(Buffer.from([0x89, 0x50, 0x00, 0xff]));
      case "/nothing":
        return response.writeHead(204).end();
      case "/cookies":
        return response.writeHead(200, { "set-cookie": ["a=1", "b=2"], "x-a": "1" }).end();
      case "/busy":
        return response.writeHead(503, { "retry-after": "17", "content-type": "application/json" }).end("<html>");
      case "/limited":
        return response.writeHead(429, { "retry-after": new Date(NOW + 65_000).toUTCString() }).end();
      case "/not-json":
        return response.writeHead(200, { "content-type": "application/json" }).end("<html>sorry</html>");
      case "/deep":
        return response
          .writeHead(200, { "content-type": "application/json" })
          .end(`${"[".repeat(5_000)}${"]".repeat(5_000)}`);
      case "/echo":
        return response.writeHead(200, { "content-type": "text/plain" }).end(body);
      case "/long":
        return response.writeHead(200, { "content-length": String(60 * MIB) }).end(Buffer.alloc(60 * MIB, 97));
      case "/endless":
        return endless(response);
      case "/bomb":
        return response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(60 * MIB)));
      case "/packed":
        return response
          .writeHead(200, { "content-encoding": "gzip", "content-type": "text/plain" })
          .end(gzipSync(Buffer.from("unpacked")));
      case "/drip":
        response.writeHead(200, { "content-type": "text/plain" });
        return void response.write("x");
      case "/silent":
        return undefined;
      case "/loop":
        return to(302, "/loop");
      case "/to-json":
        return to(307, "/json");
      case "/see-other":
        return to(303, "/echo");
      case "/moved-post":
        return to(301, "/echo");
      case "/kept-post":
        return to(308, "/echo");
      case "/away":
        return to(302, decodeURIComponent(new URL(request.url ?? "", "http://x").searchParams.get("to") ?? ""));
      case "/nowhere":
        return response.writeHead(302).end("no location");
      default:
        return response.writeHead(404).end();
    }
  });
});
afterAll(() => server.stop());

function endless(response: ServerResponse): void {
  const chunk = Buffer.alloc(MIB, 97);
  const go = (): void => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once("drain", go);
  };
  response.writeHead(200);
  go();
}

describe("an answer", () => {
  it.each([
    ["/json", { status_code: 200, body: { a: [1, null, "ü"] }, body_encoding: "json" }],
    ["/problem", { status_code: 404, body: { code: "X" }, body_encoding: "json" }],
    ["/text", { status_code: 200, body: "hello ü", body_encoding: "text" }],
    ["/latin", { body: "fü", body_encoding: "text" }],
    ["/bytes", { body: "iVAA/w==", body_encoding: "base64" }],
    ["/nothing", { status_code: 204, body: null, body_encoding: "none" }],
    ["/cookies", { headers: { "set-cookie": ["a=1", "b=2"], "x-a": "1" } }],
    ["/packed", { body: "unpacked", body_encoding: "text" }],
    ["/busy", { status_code: 503, body: "<html>", body_encoding: "text" }],
    ["/missing", { status_code: 404, body_encoding: "none" }],
    ["/nowhere", { status_code: 302, body: "no location" }],
  ])("%s", async (path, answer) => {
    expect(await call("http.get", { url: server.url + path })).toMatchObject(answer);
  });

  it("speaks against its server only when its status is one of a server's own errors", () => {
    const handler = httpHandler({ fetch, clock: fixedClock(NOW) });
    expect([200, 404, 429, 499, 500, 503].map((status_code) => handler.isFailure?.({ status_code }))).toEqual([
      ...[false, false, false, false, true, true],
    ]);
  });
});

describe("a request", () => {
  it.each([
    ["http.post", { body: { a: "ü" } }, '{"a":"ü"}', "application/json"],
    ["http.put", { body: "plain" }, "plain", "text/plain; charset=utf-8"],
    [
      "http.patch",
      { body: [1], headers: { "Content-Type": "application/json-patch+json" } },
      "[1]",
      "application/json-patch+json",
    ],
    ["http.delete", { body: null }, "null", "application/json"],
  ])("%s sends %j", async (operation, rest, body, type) => {
    await call(operation, { url: `${server.url}/echo`, ...rest });
    const asked = server.asked.at(-1);
    expect(asked).toMatchObject({ method: operation.slice(5).toUpperCase(), body });
    expect(asked?.headers["content-type"]).toBe(type);
  });

  it("carries its headers and its query", async () => {
    const query = { a: "1&2", b: [true, 3], c: "ü" };
    await call("http.get", { url: `${server.url}/json?x=0#there`, headers: { "X-Own": "v" }, query });
    expect(server.asked.at(-1)).toMatchObject({
      path: "/json?x=0&a=1%262&b=true&b=3&c=%C3%BC",
      headers: { "x-own": "v" },
    });
  });

  it.each([
    [{ "x-a": "1\r\nx-b: 2" }, '$.payload.headers["x-a"]'],
    [{ "x-a": "1\nx-b: 2" }, '$.payload.headers["x-a"]'],
    [{ "x-a": "\u0000" }, '$.payload.headers["x-a"]'],
    [{ "x-a": "ü" }, '$.payload.headers["x-a"]'],
    [{ "x-a": " padded" }, '$.payload.headers["x-a"]'],
    [{ "x a": "1" }, '$.payload.headers["x a"]'],
    [{ "x-a\r\nx-b": "1" }, '$.payload.headers["x-a\\r\\nx-b"]'],
    [{ "": "1" }, '$.payload.headers[""]'],
    [{ Host: "other" }, '$.payload.headers["Host"]'],
    [{ "Transfer-Encoding": "chunked" }, '$.payload.headers["Transfer-Encoding"]'],
    [{ "content-length": "1" }, '$.payload.headers["content-length"]'],
    [{ connection: "close" }, '$.payload.headers["connection"]'],
    [{ upgrade: "h2c" }, '$.payload.headers["upgrade"]'],
    [{ te: "trailers" }, '$.payload.headers["te"]'],
    [{ "proxy-authorization": "x" }, '$.payload.headers["proxy-authorization"]'],
    [{ "CF-Connecting-IP": "1.2.3.4" }, '$.payload.headers["CF-Connecting-IP"]'],
    [{ "x-a": "1", "X-A": "2" }, '$.payload.headers["X-A"]'],
    [Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`x-${i}`, "1"])), "$.payload.headers"],
    [{ "x-a": "a".repeat(40_000) }, "$.payload.headers"],
  ])("with headers %j is not sent", async (headers, place) => {
    const before = server.asked.length;
    const refused = await refusalOf(call("http.get", { url: `${server.url}/json`, headers }));
    expect(refused).toMatchObject({ code: "INVALID_PARAMETER", place });
    expect(server.asked).toHaveLength(before);
  });

  it("with a body over the limit is not sent, counted in bytes", async () => {
    const config = { ...LOOPBACK, max_request_bytes: 10 };
    const post = (body: string) => refusalOf(call("http.post", { url: `${server.url}/echo`, body }, config));
    expect(await post("ü".repeat(5))).toMatchObject({ code: "none" });
    expect(await post("ü".repeat(6))).toMatchObject({ code: "PAYLOAD_TOO_LARGE" });
    expect(await post("x".repeat(11))).toMatchObject({ code: "PAYLOAD_TOO_LARGE" });
  });
});

describe("a redirect", () => {
  it("is followed, and its answer is the last one's", async () => {
    expect(await call("http.get", { url: `${server.url}/to-json` })).toMatchObject({ body: { a: [1, null, "ü"] } });
  });

  it.each([
    ["/see-other", "GET", ""],
    ["/moved-post", "GET", ""],
    ["/kept-post", "POST", "data"],
  ])("%s asks again with %s", async (path, method, body) => {
    await call("http.post", { url: server.url + path, body: "data" });
    expect(server.asked.at(-1)).toMatchObject({ method, path: "/echo", body });
    expect("content-type" in (server.asked.at(-1)?.headers ?? {})).toBe(body !== "");
  });

  it("ends after so many", async () => {
    const before = server.asked.length;
    expect(await refusalOf(call("http.get", { url: `${server.url}/loop` }))).toMatchObject({
      code: "HANDLER_EXECUTION_ERROR",
      retryable: false,
      details: { max_redirects: 5 },
    });
    expect(server.asked).toHaveLength(before + 6);
  });

  it.each([
    "http://10.0.0.1/",
    "http://169.254.169.254/latest/meta-data",
    "//169.254.169.254/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://[::ffff:127.0.0.1]/",
    "http://localtest.me/",
    "http://127.0.0.1.nip.io/",
    "http://metadata.google.internal/",
    "http://user:pw@127.0.0.1/",
    "file:///etc/passwd",
    "gopher://127.0.0.1/",
    "http://127.0.0.1\\@example.com",
    "http://[",
  ])("to %s is refused as the first address would be", async (to) => {
    const before = server.asked.length;
    const url = `${server.url}/away?to=${encodeURIComponent(encodeURIComponent(to))}`;
    expect(await refusalOf(call("http.get", { url }))).toMatchObject({ code: "REQUEST_REJECTED", place: "redirect 1" });
    expect(server.asked).toHaveLength(before + 1);
  });

  it("does not show one server what is meant for another", async () => {
    const other = await loopbackServer((_, response) => response.end("ok"));
    const headers = { authorization: "Bearer x", cookie: "a=1", "x-own": "1", accept: "text/x-a" };
    await call("http.get", {
      url: `${server.url}/away?to=${encodeURIComponent(encodeURIComponent(`${other.url}/`))}`,
      headers,
    });
    await call("http.get", { url: `${server.url}/to-json`, headers });
    await other.stop();
    expect(other.asked[0]?.headers).not.toHaveProperty("authorization");
    expect(other.asked[0]?.headers).not.toHaveProperty("cookie");
    // Whatever it is called, it may be a secret.
    expect(other.asked[0]?.headers).not.toHaveProperty("x-own");
    expect(other.asked[0]?.headers).toMatchObject({ accept: "text/x-a" });
    expect(server.asked.at(-1)?.headers).toMatchObject(headers);
  });

  it("from https to http is refused", async () => {
    const fake = async () => new Response(null, { status: 302, headers: { location: "http://example.com/" } });
    expect(await refusalOf(call("http.get", { url: "https://example.com/" }, {}, { fetch: fake }))).toMatchObject({
      code: "REQUEST_REJECTED",
      details: { reason: "downgrade" },
    });
  });
});

describe("egress", () => {
  it("is for public addresses alone unless development says otherwise", async () => {
    const before = server.asked.length;
    expect(await refusalOf(call("http.get", { url: `${server.url}/json` }, {}))).toMatchObject({
      code: "REQUEST_REJECTED",
      details: { reason: "private_address" },
    });
    expect(server.asked).toHaveLength(before);
  });

  it("judges what a name resolves to, where that can be told", async () => {
    const resolving = (addresses: readonly string[]) => ({
      fetch: async () => new Response("ok"),
      resolve: async () => addresses,
    });
    const url = "https://rebound.example/";
    expect(await refusalOf(call("http.get", { url }, {}, resolving(["10.0.0.1"])))).toMatchObject({
      code: "REQUEST_REJECTED",
    });
    expect(await refusalOf(call("http.get", { url }, {}, resolving(["93.184.216.34"])))).toMatchObject({
      code: "none",
    });
    const unknown = { fetch, resolve: async () => Promise.reject(new Error("ENOTFOUND")) };
    expect(await refusalOf(call("http.get", { url }, {}, unknown))).toMatchObject({ code: "CONNECTION_ERROR" });
  });
});

describe("a server that misbehaves", () => {
  it.each([
    ["/not-json", "HANDLER_EXECUTION_ERROR"],
    ["/deep", "HANDLER_EXECUTION_ERROR"],
    ["/long", "PAYLOAD_TOO_LARGE"],
    ["/endless", "PAYLOAD_TOO_LARGE"],
    ["/bomb", "PAYLOAD_TOO_LARGE"],
  ])("%s: %s", async (path, code) => {
    expect(await refusalOf(call("http.get", { url: server.url + path }))).toMatchObject({ code, retryable: false });
  });

  it.each([
    ["closes before it answers", ""],
    ["closes within its headers", "HTTP/1.1 200 OK\r\ncontent-le"],
    ["closes half-way", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"],
    ["closes within a chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\nhalf"],
    ["speaks no HTTP", "SSH-2.0-OpenSSH_9.6\r\n"],
    ["says two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nabc"],
  ])("%s: CONNECTION_ERROR", async (_, bytes) => {
    const raw = await rawServer(bytes);
    const refused = await refusalOf(call("http.get", { url: raw.url }));
    await raw.stop();
    expect(refused).toMatchObject({ code: "CONNECTION_ERROR" });
    expect(JSON.stringify(refused)).not.toMatch(/undici|ECONN|UND_ERR|socket/i);
  });

  it("is not there: CONNECTION_ERROR", async () => {
    const gone = await rawServer("");
    await gone.stop();
    expect(await refusalOf(call("http.get", { url: gone.url }))).toMatchObject({ code: "CONNECTION_ERROR" });
  });

  it.each(["/drip", "/silent"])("%s: the call ends with its signal, and so does the connection", async (path) => {
    const abort = new AbortController();
    const asked = refusalOf(call("http.get", { url: server.url + path }, LOOPBACK, { signal: abort.signal }));
    const before = server.asked.length;
    while (server.asked.length === before) await new Promise((resolve) => setImmediate(resolve));
    abort.abort();
    expect(await asked).toMatchObject({ code: "CONNECTION_ERROR" });
  });
});

describe("statuses that are failures by the binding's word", () => {
  const config = { ...LOOPBACK, retry_statuses: [429, 503] };

  it.each([
    ["/busy", "SERVICE_UNAVAILABLE", 17],
    ["/limited", "RATE_LIMIT_ERROR", 65],
  ])("%s waits as its Retry-After says", async (path, code, retryAfterSeconds) => {
    expect(await refusalOf(call("http.get", { url: server.url + path }, config))).toMatchObject({
      code,
      retryAfterSeconds,
    });
  });

  it("are no others", async () => {
    expect(await call("http.get", { url: `${server.url}/missing` }, config)).toMatchObject({ status_code: 404 });
  });
});

describe("settings that cannot be", () => {
  it.each([
    [{ egress: { allow: ["EXAMPLE.com"] } }, "$.config.egress.allow[0]"],
    [{ egress: { allow: ["https://example.com"] } }, "$.config.egress.allow[0]"],
    [{ egress: { deny: ["*"] } }, "$.config.egress.deny[0]"],
    [{ egres: {} }, "$.config.egres"],
    [{ max_response_bytes: 60 * MIB }, "$.config.max_response_bytes"],
    [{ max_redirects: -1 }, "$.config.max_redirects"],
  ])("%j", async (config, place) => {
    expect(
      await refusalOf(httpHandler({ fetch, clock: fixedClock(0) }).initialize(config as JsonObject)),
    ).toMatchObject({
      code: "INVALID_CONFIGURATION",
      place,
    });
  });
});
