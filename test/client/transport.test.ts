import { describe, expect, it } from "vitest";
import { createWireClient, OnexError } from "../../src/client/wire-client.ts";
import { NODE } from "../http/samples.ts";
import { errorOf, json, problem, scripted, type Sent } from "./server.ts";

const NODES = { registry_version: "7.0", nodes: [NODE], next: null };
const down = new TypeError("fetch failed");

describe("requests", () => {
  it("carry the token, and go to the base URL whatever its end", async () => {
    const { client, sent } = scripted([json(NODES)]);
    expect(await client.nodes.list()).toEqual(NODES);
    expect(sent[0]?.url).toBe("https://onex.example.com/v1/nodes");
    expect(sent[0]?.init.headers).toEqual({ accept: "application/json", authorization: "Bearer t" });
  });

  it("without a token carry none", async () => {
    const { sent, client } = scripted([json(NODES)], { token: undefined as never });
    await client.nodes.list();
    expect(sent[0]?.init.headers).not.toHaveProperty("authorization");
  });

  it("escape names in paths", async () => {
    const { client, sent } = scripted([json({ name: "x", versions: [] })]);
    await client.nodes.get("../../health?x=1");
    expect(sent[0]?.url).toBe("https://onex.example.com/v1/nodes/..%2F..%2Fhealth%3Fx%3D1");
  });

  it("go through the global fetch by default", () => {
    expect(() => createWireClient({ baseUrl: "http://localhost" })).not.toThrow();
  });
});

describe("errors", () => {
  it("say what the problem document says", async () => {
    const errors = [{ code: "METADATA_INVALID", detail: "no name", place: "node.onex.yaml:1" }];
    const answer = problem("METADATA_INVALID", 422, { hint: "name it", place: "node.onex.yaml:1", errors });
    const { client } = scripted([answer]);
    const error = await errorOf(client.nodes.register({ metadata: "m", contract: "c" }));
    expect(error).toBeInstanceOf(OnexError);
    expect(error).toMatchObject({
      name: "OnexError",
      code: "METADATA_INVALID",
      message: "about METADATA_INVALID",
      status: 422,
      hint: "name it",
      place: "node.onex.yaml:1",
      correlationId: "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b",
      errors,
      retryAfterSeconds: null,
    });
  });

  it("that are no problem documents are told by their status, without their text", async () => {
    const { client } = scripted([new Response("<html>secret</html>", { status: 404 })]);
    const error = await errorOf(client.nodes.list());
    expect(error).toMatchObject({ code: "RUNTIME_ERROR", status: 404, message: "the server answered 404" });
  });

  it.each([
    ["no JSON", new Response("<html>", { status: 200 })],
    ["another shape", json({ nodes: 7 })],
    ["an envelope without ids", json({ source_node: "a", operation: "b", payload: {} })],
  ])("an answer that is %s is an error, not a wrong value", async (_, answer) => {
    const { client, sent } = scripted([answer]);
    const error = await errorOf(client.goal({ want: ["a.b"] }).then(() => client.nodes.list()));
    expect(error.code).toBe("RUNTIME_ERROR");
    expect(sent).toHaveLength(1);
  });
});

describe("retries", () => {
  it("repeat what never arrived, waiting longer each time", async () => {
    const { client, pauses, sent } = scripted([down, down, down, json(NODES)]);
    await client.nodes.list();
    expect(sent).toHaveLength(4);
    expect(pauses).toEqual([200, 400, 800]);
  });

  it("wait between half and all of the pause", async () => {
    const { client, pauses } = scripted([down, down, json(NODES)], { random: () => 0 });
    await client.nodes.list();
    expect(pauses).toEqual([100, 200]);
  });

  it("give up after four, with the reason", async () => {
    const { client, sent } = scripted([down]);
    const error = await errorOf(client.nodes.list());
    expect(sent).toHaveLength(5);
    expect(error).toMatchObject({ code: "CONNECTION_ERROR", status: 0, cause: down });
  });

  it("may be turned off", async () => {
    const { client, sent } = scripted([down], { maxRetries: 0 });
    await errorOf(client.nodes.list());
    expect(sent).toHaveLength(1);
  });

  it("wait as long as the server asks", async () => {
    const { client, pauses } = scripted([
      problem("SERVICE_UNAVAILABLE", 503, { retry_after_seconds: 15 }),
      json(NODES),
    ]);
    await client.nodes.list();
    expect(pauses).toEqual([15_000]);
  });

  it("do not wait for ever", async () => {
    const { client, pauses } = scripted([problem("RATE_LIMIT_ERROR", 429, { retry_after_seconds: 3_600 })]);
    expect(await errorOf(client.nodes.list())).toMatchObject({ code: "RATE_LIMIT_ERROR" });
    expect(pauses).toEqual([]);
  });

  it.each([408, 425, 429, 502, 503, 504])("repeat a %i of a proxy", async (status) => {
    const { client, pauses } = scripted([
      new Response("busy", { status, headers: { "retry-after": "2" } }),
      json(NODES),
    ]);
    await client.nodes.list();
    expect(pauses).toEqual([2_000]);
  });

  it.each([
    ["PLAN_CYCLE", 409],
    ["AUTHENTICATION_ERROR", 401],
    ["RUN_DEADLINE", 504],
  ])("do not repeat %s, whatever its status", async (code, status) => {
    const { client, sent } = scripted([problem(code, status)]);
    expect(await errorOf(client.nodes.list())).toMatchObject({ code, status });
    expect(sent).toHaveLength(1);
  });

  it("stop when the caller has given up", async () => {
    const giveUp = new AbortController();
    const { client, sent } = scripted([
      () => {
        giveUp.abort();
        throw new DOMException("aborted", "AbortError");
      },
    ]);
    const error = await errorOf(client.goal({ want: ["a.b"] }, { signal: giveUp.signal }));
    expect([error.code, sent.length]).toEqual(["CONNECTION_ERROR", 1]);
  });

  it("repeat an answer that broke off", async () => {
    const broken = () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.error(new TypeError("terminated")),
        }),
      );
    const { client, sent } = scripted([broken, json(NODES)]);
    expect(await client.nodes.list()).toEqual(NODES);
    expect(sent).toHaveLength(2);
  });
});

describe("a server that does not answer", () => {
  /** Answers only when it is no longer wanted. */
  const silent = ({ init: { signal } }: Sent): Promise<Response> =>
    new Promise((_, reject) => signal?.addEventListener("abort", () => reject(new DOMException("gone", "AbortError"))));

  it("is asked once more, and then told apart from one that is not there", async () => {
    const { client, sent } = scripted([silent], { timeoutMs: 5 });
    const error = await errorOf(client.nodes.list());
    expect(error).toMatchObject({
      code: "TIMEOUT_ERROR",
      message: "https://onex.example.com did not answer /v1/nodes within 5 ms",
      hint: expect.stringContaining("GET /health"),
      status: 0,
    });
    expect(sent).toHaveLength(2);
  });

  it("is forgiven when its second answer comes", async () => {
    const { client } = scripted([silent, json(NODES)], { timeoutMs: 5 });
    expect(await client.nodes.list()).toEqual(NODES);
  });

  it("is one whose answer stops on the way, too", async () => {
    const stopping = ({ init: { signal } }: Sent) =>
      new Response(
        new ReadableStream({
          start: (controller) => signal?.addEventListener("abort", () => controller.error(new Error("gone"))),
        }),
      );
    const { client } = scripted([stopping], { timeoutMs: 5 });
    expect(await errorOf(client.nodes.list())).toMatchObject({ code: "TIMEOUT_ERROR" });
  });

  it("has as much longer as it was asked to wait, and the caller's signal still counts", async () => {
    const giveUp = new AbortController();
    const { client, sent } = scripted(
      [
        (request) => {
          setTimeout(() => giveUp.abort(), 20);
          return silent(request);
        },
      ],
      { timeoutMs: 1 },
    );
    const error = await errorOf(client.runs.result("r00_x", { waitSeconds: 50, signal: giveUp.signal }));
    expect(error).toMatchObject({ code: "CONNECTION_ERROR", message: expect.stringContaining("given up") });
    expect(sent).toHaveLength(1);
  });

  it("is no concern of a stream that has begun", async () => {
    const sentSignals: (AbortSignal | undefined)[] = [];
    const later = ({ init: { signal } }: Sent) => {
      sentSignals.push(signal);
      const events = ["event: end\ndata: {}\n\n"];
      return new Response(
        new ReadableStream({
          pull: async (controller) => {
            // Longer than a request may take.
            await new Promise((resume) => setTimeout(resume, 20));
            for (const event of events) controller.enqueue(new TextEncoder().encode(event));
            controller.close();
          },
        }),
        { headers: { "content-type": "text/event-stream" } },
      );
    };
    const { client } = scripted([later], { timeoutMs: 5 });
    for await (const signal of client.runs.events("r00_x")) expect.fail(JSON.stringify(signal));
    expect(sentSignals.map((signal) => signal?.aborted)).toEqual([false]);
  });
});
