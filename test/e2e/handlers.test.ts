import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bootWorker, type LocalWorker } from "../support/local-worker/boot.ts";
import { loopbackServer, rawServer, type LoopbackServer } from "../support/hostile-server.ts";

const MIB = 1_048_576;

/** A contract whose calls end soon and are not tried again, so that each failure is seen at once. */
const CONTRACT = `runtime:
  name: hostile
  version: "1.0.0"
  event_bus: { kind: queues }
  handlers:
    - type: http
      timeout_ms: 3000
      retry: { max_retries: 0 }
      circuit_breaker: { failure_threshold: 1000 }
      config: { egress: { allow_loopback: true } }
    - type: db
      retry: { max_retries: 0 }
      config: { databases: { main: { binding: APP_DB } } }
    - type: local
  nodes: []
`;

let worker: LocalWorker;
let server: LoopbackServer;

beforeAll(async () => {
  server = await loopbackServer((request, response) => answer(request.url ?? "/", response));
  worker = await bootWorker({ vars: { RUNTIME_CONTRACT: CONTRACT } });
});
afterAll(async () => {
  await worker.stop();
  await server.stop();
});

function answer(path: string, response: ServerResponse): unknown {
  switch (path) {
    case "/json":
      return response.writeHead(200, { "content-type": "application/json" }).end('{"a":1}');
    case "/long":
      return response.writeHead(200, { "content-length": String(60 * MIB) }).end(Buffer.alloc(60 * MIB, 97));
    case "/unannounced":
      response.writeHead(200);
      for (let i = 0; i < 60; i++) response.write(Buffer.alloc(MIB, 97));
      return response.end();
    case "/drip":
      response.writeHead(200, { "content-type": "text/plain" });
      return dripping(response);
    case "/silent":
      return undefined;
    case "/not-json":
      return response.writeHead(200, { "content-type": "application/json" }).end("<html>");
    case "/to-private":
      return response.writeHead(302, { location: "http://169.254.169.254/latest/meta-data" }).end();
    case "/to-json":
      return response.writeHead(302, { location: "/json" }).end();
    default:
      return response.writeHead(500).end("broken");
  }
}

/** One byte a second, until whoever asked is gone. */
function dripping(response: ServerResponse): void {
  const timer = setInterval(() => response.write("x"), 1_000);
  response.once("close", () => clearInterval(timer));
}

interface Answer {
  readonly success: boolean | null;
  readonly payload: Record<string, unknown>;
  readonly error: { readonly code: string; readonly handler_type: string } | null;
}

async function send(operation: string, payload: object, headers: Record<string, string> = {}) {
  const response = await fetch(`${worker.url}/v1/envelopes`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${worker.token}`,
      "content-type": "application/json",
      prefer: "wait=30",
      ...headers,
    },
    body: JSON.stringify({ source_node: "e2e", operation, payload }),
  });
  return { status: response.status, ...((await response.json()) as Answer & { readonly code?: string }) };
}
const get = (url: string) => send("http.get", { url });

describe("handlers in the Worker", () => {
  it("http: fetches, follows and answers", async () => {
    const expected = {
      status: 200,
      success: true,
      payload: { status_code: 200, body: { a: 1 }, body_encoding: "json" },
    };
    expect(await get(`${server.url}/json`)).toMatchObject(expected);
    expect(await get(`${server.url}/to-json`)).toMatchObject(expected);
    expect(await get(`${server.url}/broken`)).toMatchObject({
      success: true,
      payload: { status_code: 500, body: "broken" },
    });
  });

  it.each([
    ["/to-private", "REQUEST_REJECTED"],
    ["/long", "PAYLOAD_TOO_LARGE"],
    ["/unannounced", "PAYLOAD_TOO_LARGE"],
    ["/not-json", "HANDLER_EXECUTION_ERROR"],
    ["/drip", "TIMEOUT_ERROR"],
    ["/silent", "TIMEOUT_ERROR"],
  ])("http: %s is %s", async (path, code) => {
    expect(await get(server.url + path)).toMatchObject({ success: false, error: { code, handler_type: "http" } });
  });

  it.each([
    ["closes half-way", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"],
    ["closes before it answers", ""],
    ["speaks no HTTP", "SSH-2.0-OpenSSH_9.6\r\n"],
  ])("http: a server that %s is CONNECTION_ERROR", async (_, bytes) => {
    const raw = await rawServer(bytes);
    expect(await get(raw.url)).toMatchObject({ success: false, error: { code: "CONNECTION_ERROR" } });
    await raw.stop();
  });

  it("http: an address that is not public is refused", async () => {
    for (const url of ["http://10.0.0.1/", "http://2130706433/", "http://localtest.me/", "http://[::ffff:127.0.0.1]/"])
      expect(await get(url)).toMatchObject({ success: false, error: { code: "REQUEST_REJECTED" } });
  });

  it("http: one request for one idempotency key", async () => {
    const key = { "idempotency-key": randomUUID() };
    const before = server.asked.length;
    const first = await send("http.post", { url: `${server.url}/json`, body: { n: 1 } }, key);
    const second = await send("http.post", { url: `${server.url}/json`, body: { n: 1 } }, key);
    expect(second.payload["run_id"]).toBe(first.payload["run_id"]);
    expect(server.asked.slice(before)).toMatchObject([{ method: "POST", body: '{"n":1}' }]);
  });

  it("db: writes and reads a database of its own", async () => {
    await send("db.execute", { sql: "create table if not exists item (id integer primary key, name text)" });
    expect(await send("db.execute", { sql: "insert into item (name) values (?)", parameters: ["a"] })).toMatchObject({
      success: true,
      payload: { row_count: 1, last_row_id: 1 },
    });
    expect(await send("db.query", { sql: "select name from item where id = ?", parameters: [1] })).toMatchObject({
      payload: { rows: [{ name: "a" }], row_count: 1 },
    });
    expect(await send("db.query", { sql: "select 1; drop table item" })).toMatchObject({
      error: { code: "INVALID_PARAMETER" },
    });
    expect(await send("db.query", { sql: "select * from runs" })).toMatchObject({
      error: { code: "INVALID_PARAMETER" },
    });
  });

  it("local: echoes at once", async () => {
    expect(await send("local.echo", { a: [1, "x"] })).toMatchObject({ status: 200, payload: { a: [1, "x"] } });
  });

  it("logs what is wired", () => {
    expect(worker.output().join("\n")).toContain('"message":"the host is wired"');
  });
});

describe("a Worker whose contract cannot be kept", () => {
  it("answers every request with INVALID_CONFIGURATION, and says why in its log alone", async () => {
    const lines: string[] = [];
    const refused = await bootWorker({
      vars: { ENVIRONMENT: "staging", RUNTIME_CONTRACT: CONTRACT },
      onLine: (line) => lines.push(line),
    });
    const response = await fetch(`${refused.url}/v1/runs`);
    const problem = (await response.json()) as { readonly code: string };
    await refused.stop();
    expect(response.status).toBe(500);
    expect(problem.code).toBe("INVALID_CONFIGURATION");
    expect(JSON.stringify(problem)).not.toContain("local");
    expect(lines.join("\n")).toContain("the local handler is for development alone");
  });
});
