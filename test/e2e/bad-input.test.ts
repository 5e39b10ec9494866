import { request } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openTestServer, type Answer, type TestServer } from "./support/test-server.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const CORRELATION = "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b";

const envelope = (operation: string, payload: object, more: object = {}): object => ({
  source_node: "test",
  operation,
  payload,
  ...more,
});
const goal = (want: string, given: object): object => envelope("goal.run", { want: [want], given });

/** A problem document with this code and status, whose correlation id is also in the header. */
function expectProblem(answer: Answer, status: number, code: string): void {
  expect(answer.body).toMatchObject({ status, code, type: `urn:onex:problem:${code}` });
  expect(answer.status).toBe(status);
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
  expect(answer.body["detail"]).toEqual(expect.stringMatching(/\S/));
  expect(answer.body["correlation_id"]).toEqual(expect.stringMatching(UUID));
  expect(answer.headers.get("x-correlation-id")).toBe(answer.body["correlation_id"]);
}

describe("what is refused leaves no trace", () => {
  let server: TestServer;
  let before: unknown;

  beforeAll(async () => {
    server = await openTestServer();
    before = await server.written();
  });
  afterEach(async () => {
    expect(await server.written()).toEqual(before);
  });
  afterAll(() => server.stop());

  it("a body that is not JSON", async () => {
    expectProblem(await server.post('{"source_node": "test",'), 400, "MALFORMED_JSON");
  });

  it("JSON that is no envelope", async () => {
    expectProblem(await server.post([1, 2, 3]), 400, "ENVELOPE_VALIDATION_ERROR");
    expectProblem(await server.post({}), 400, "ENVELOPE_VALIDATION_ERROR");
  });

  it("an unknown operation", async () => {
    expectProblem(await server.post(envelope("goal.walk", {})), 400, "INVALID_OPERATION");
  });

  it("a malformed correlation id, in the envelope and in the header", async () => {
    const body = goal("noop.output", {});
    const inBody = await server.post({ ...body, correlation_id: "not-a-uuid" });
    expectProblem(inBody, 400, "ENVELOPE_VALIDATION_ERROR");
    expect(inBody.body["correlation_id"]).not.toBe("not-a-uuid");
    expectProblem(await server.post(body, { "x-correlation-id": "not-a-uuid" }), 400, "ENVELOPE_VALIDATION_ERROR");
  });

  it("a refusal keeps the correlation id it was sent", async () => {
    const answer = await server.post({ ...goal("nobody.gives_this", {}), correlation_id: CORRELATION });
    expect(answer.body["correlation_id"]).toBe(CORRELATION);
  });

  it("a body over 1 MiB, declared", async () => {
    expectProblem(
      await server.post(goal("noop.output", { "noop.input": "x".repeat(1_048_576) })),
      413,
      "PAYLOAD_TOO_LARGE",
    );
  });

  it("a body over 1 MiB, sent in chunks of undeclared length", async () => {
    const { status, code } = await postChunks(server, 20, 65_536);
    expect({ status, code }).toEqual({ status: 413, code: "PAYLOAD_TOO_LARGE" });
  });

  it("an unknown node", async () => {
    expectProblem(await server.post(envelope("node.execute", { node: "nobody" })), 404, "NODE_NOT_FOUND");
  });

  it("a goal nobody can produce, with what is missing", async () => {
    const answer = await server.post(goal("nobody.gives_this", { "document.text": "hello" }));
    expectProblem(answer, 422, "PLAN_UNREACHABLE");
    expect(JSON.stringify(answer.body)).toContain("nobody.gives_this");
  });

  it("a payload that fails the node's input state", async () => {
    expectProblem(await server.post(goal("hash.verdict", { "document.text": 42 })), 422, "INPUT_STATE_INVALID");
    const execute = envelope("node.execute", { node: "hash_verify", input: { "document.text": ["no", "text"] } });
    expectProblem(await server.post(execute), 422, "INPUT_STATE_INVALID");
  });

  it("a wrong token and none", async () => {
    expectProblem(
      await server.post(goal("noop.output", {}), { authorization: "Bearer wrong" }),
      401,
      "AUTHENTICATION_ERROR",
    );
    expectProblem(await server.post(goal("noop.output", {}), { authorization: "" }), 401, "AUTHENTICATION_ERROR");
  });

  it("a body of another type", async () => {
    expectProblem(await server.post("hello", { "content-type": "text/plain" }), 415, "UNSUPPORTED_MEDIA_TYPE");
  });
});

describe("what is accepted", () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await openTestServer();
  });
  afterAll(() => server.stop());

  it("a run leaves a trace, so that its absence above means something", async () => {
    const before = await server.written();
    expect((await server.post(goal("noop.output", {}))).status).toBe(200);
    expect(await server.written()).not.toEqual(before);
  });

  it("a missing correlation id is assigned, not an error", async () => {
    const answer = await server.post(goal("noop.output", {}));
    expect(answer.status).toBe(200);
    expect(answer.body["correlation_id"]).toEqual(expect.stringMatching(UUID));
    expect(answer.headers.get("x-correlation-id")).toBe(answer.body["correlation_id"]);
  });

  it("a correlation id comes back as it was sent", async () => {
    const answer = await server.post({ ...goal("noop.output", {}), correlation_id: CORRELATION });
    expect(answer.body).toMatchObject({ correlation_id: CORRELATION, success: true });
  });

  it("a node whose output fails its output state fails its run with the reason, and nothing else", async () => {
    const built = await server.client.executeNode("scaffold", { "node.specification": TWO_FACED }, { waitSeconds: 30 });
    expect(built.envelope).toMatchObject({ success: true, error: null });
    const { registryVersion } = readRegistration(built.envelope.payload);
    const run = await server.client.goal(
      { want: ["test.number"], given: { "test.mood": "bad" } },
      { waitSeconds: 30, registryVersion },
    );
    expect(run.envelope).toMatchObject({
      success: false,
      error: { code: "OUTPUT_STATE_INVALID" },
      payload: { status: "failed", outputs: {} },
    });
    expect(await server.client.runs.result(run.runId)).toMatchObject({
      status: "failure",
      outputs: {},
      error: { code: "OUTPUT_STATE_INVALID" },
    });
  });

  it("a repeated idempotency key is answered with the first run, however often and how soon it comes", async () => {
    const body = goal("noop.output", { "noop.input": "once" });
    const headers = { "idempotency-key": "key-1", prefer: "wait=10" };
    const answers = await Promise.all(Array.from({ length: 8 }, () => server.post(body, headers)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const payloads = answers.map((answer) =>
      JSON.stringify(answer.body["payload"]).replaceAll(/"correlation_id":"[^"]*"/g, ""),
    );
    expect(new Set(payloads).size).toBe(1);
  });

  it("an idempotency key with another body is a conflict", async () => {
    const headers = { "idempotency-key": "key-2" };
    expect((await server.post(goal("noop.output", { "noop.input": "first" }), headers)).status).toBe(200);
    expectProblem(
      await server.post(goal("noop.output", { "noop.input": "second" }), headers),
      409,
      "IDEMPOTENCY_CONFLICT",
    );
  });
});

/** Keeps its contract in its example and breaks it otherwise. */
const TWO_FACED = {
  name: "two_faced",
  description: "Gives a number when in a good mood.",
  input_contract: { "test.mood": { type: "string" } },
  output_contract: { "test.number": { type: "number" } },
  code: 'return { "test.number": input["test.mood"] === "good" ? 1 : "none" };',
  examples: [{ input: { "test.mood": "good" }, output: { "test.number": 1 } }],
};

function readRegistration(payload: object): { registryVersion: string } {
  const { outputs } = payload as { outputs: Record<string, { registry_version: string }> };
  return { registryVersion: outputs["node.registration"]?.registry_version ?? "" };
}

/** Streams a body without declaring how long it is. */
function postChunks(server: TestServer, chunks: number, bytes: number): Promise<{ status: number; code: unknown }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${server.url}/v1/envelopes`,
      {
        method: "POST",
        headers: {
          authorization: `Bearer ${server.token}`,
          "content-type": "application/json",
          "transfer-encoding": "chunked",
        },
      },
      (incoming) => {
        let text = "";
        incoming.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
        incoming.on("end", () =>
          resolve({ status: incoming.statusCode ?? 0, code: (JSON.parse(text) as { code: unknown }).code }),
        );
      },
    );
    outgoing.on("error", reject);
    outgoing.write('"');
    for (let chunk = 0; chunk < chunks; chunk++) outgoing.write("x".repeat(bytes));
    outgoing.end('"');
  });
}
