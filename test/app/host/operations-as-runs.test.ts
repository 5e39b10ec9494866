import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { fault, RuntimeHostError } from "../../../src/core/errors.ts";
import { envelopeHandler } from "../../../src/infra/handlers/envelope-lifecycle.ts";
import { localHandler } from "../../../src/infra/handlers/local-handler.ts";
import type { Envelope } from "../../../contracts/documents/envelope.ts";
import { bindingOf } from "../../support/bindings.ts";
import { CALL } from "../../support/call.ts";
import { testEngine } from "../../support/engines.ts";

/** An engine with the local handler, and an http handler that answers as it is told and keeps what it was asked. */
async function world(answers: ((asked: Envelope) => JsonObject)[] = []) {
  const asked: Envelope[] = [];
  const http = envelopeHandler({
    type: "http",
    version: "1.0.0",
    responseShape: {},
    targetOf: () => "far.example:443",
    initialize: async () => undefined,
    execute: async (envelope) => {
      asked.push(envelope);
      const answer = answers[asked.length - 1] ?? answers.at(-1);
      return answer?.(envelope) ?? OK;
    },
  });
  const engine = await testEngine([], undefined, { bindings: [bindingOf(localHandler()), bindingOf(http)] });
  return { ...engine, asked };
}

const OK = { status_code: 200, headers: { "x-a": "1" }, body: { said: "hi" }, body_encoding: "json" };
const GET = { url: "https://far.example/a" };

const failing = (code: "CONNECTION_ERROR" | "REQUEST_REJECTED", retryAfterSeconds?: number) => (): never => {
  throw new RuntimeHostError(fault(code, "no", retryAfterSeconds === undefined ? {} : { retryAfterSeconds }));
};

describe("an operation that a handler serves", () => {
  it("is a run of one step, and its response has the handler's own members", async () => {
    const { send, settle, engine, asked } = await world();
    const sent = await send("http.get", GET);
    expect(sent).toMatchObject({ ok: true, value: { status: 202, success: null } });
    await settle();
    const runId = sent.ok ? sent.value.runId : "";
    expect(await engine.services.runs.view(CALL, runId)).toMatchObject({
      status: "succeeded",
      operation: "http.get",
      outputs: OK,
      steps: [{ id: "call", node: "http.get", version: "1.0.0", status: "succeeded" }],
    });
    expect(asked).toMatchObject([{ operation: "http.get", handlerType: "http", payload: GET, isResponse: false }]);
  });

  it("answers at once what needs no queue", async () => {
    const { send } = await world();
    expect(await send("local.echo", { a: [1, { b: "x" }] })).toMatchObject({
      ok: true,
      value: {
        status: 200,
        success: true,
        payload: { a: [1, { b: "x" }], status: "succeeded", operation: "local.echo" },
      },
    });
    expect(await send("local.transform", { a: ["x", { b: "straße" }], n: 1, no: null })).toMatchObject({
      value: { payload: { a: ["X", { b: "STRASSE" }], n: 1, no: null } },
    });
  });

  it("cannot overwrite how its run stands", async () => {
    const { send } = await world();
    const sent = await send("local.echo", { status: "fine", run_id: "r00_mine", error: "none" });
    expect(sent).toMatchObject({ value: { payload: { status: "succeeded", error: null } } });
    expect(sent.ok && sent.value.payload["run_id"]).toBe(sent.ok && sent.value.runId);
  });

  it("is one run for one idempotency key, however often it is sent", async () => {
    const { send, settle, asked } = await world();
    const extra = { metadata: { idempotency_key: "k1" } };
    const first = await send("http.post", { ...GET, body: { a: 1 } }, extra);
    await settle();
    const second = await send("http.post", { ...GET, body: { a: 1 } }, extra);
    expect(first.ok && first.value.runId).toBe(second.ok && second.value.runId);
    expect(second).toMatchObject({ value: { status: 200, success: true, payload: OK } });
    expect(await send("http.post", { ...GET, body: { a: 2 } }, extra)).toMatchObject({
      error: { code: "IDEMPOTENCY_CONFLICT" },
    });
    expect(asked).toHaveLength(1);
    expect(asked[0]?.metadata.idempotencyKey).toMatch(/^r[0-9a-f]{2}_\w+\/call$/);
  });

  it("is tried again as its binding says, with one correlation id and one key", async () => {
    const { send, settle, engine, asked } = await world([
      failing("CONNECTION_ERROR"),
      failing("CONNECTION_ERROR"),
      () => OK,
    ]);
    const sent = await send("http.get", GET);
    await settle();
    const view = await engine.services.runs.view(CALL, sent.ok ? sent.value.runId : "");
    expect(view).toMatchObject({ status: "succeeded", steps: [{ attempts: [{}, {}, { error: null }] }] });
    expect(new Set(asked.map(({ correlationId }) => correlationId))).toEqual(new Set([view?.["correlation_id"]]));
    expect(new Set(asked.map(({ metadata }) => metadata.idempotencyKey)).size).toBe(1);
    expect(new Set(asked.map(({ envelopeId }) => envelopeId)).size).toBe(3);
  });

  it("fails with the handler's code when no try helps", async () => {
    const { send, settle, engine, asked } = await world([failing("REQUEST_REJECTED")]);
    const sent = await send("http.get", GET);
    await settle();
    expect(await engine.services.runs.view(CALL, sent.ok ? sent.value.runId : "")).toMatchObject({
      status: "failed",
      error: { code: "REQUEST_REJECTED" },
    });
    expect(asked).toHaveLength(1);
  });

  it("waits as long as the failure says", async () => {
    const { send, settle, engine, clock } = await world([failing("CONNECTION_ERROR", 90), () => OK]);
    const begun = clock.now();
    const sent = await send("http.get", GET);
    await settle();
    const view = await engine.services.runs.view(CALL, sent.ok ? sent.value.runId : "");
    const finished = Date.parse(String(view?.["finished_at"]));
    expect(finished - begun).toBeGreaterThanOrEqual(90_000);
    expect(finished - begun).toBeLessThan(100_000);
  });

  it("leaves no trace in anybody's trust", async () => {
    const { send, settle, engine } = await world();
    await send("http.get", GET);
    await settle();
    expect(await engine.ports.trust.records("default", "http.get", 0)).toEqual([]);
  });

  it("fails as local.error is told", async () => {
    const { send } = await world();
    const told = { code: "AUTHENTICATION_ERROR", message: "who are you" };
    expect(await send("local.error", told)).toMatchObject({
      value: { status: 200, success: false, fault: { code: "AUTHENTICATION_ERROR", message: "who are you" } },
    });
    expect(await send("local.error", { code: "NO_SUCH" })).toMatchObject({
      value: { fault: { code: "INVALID_PARAMETER" } },
    });
  });
});

describe("an operation that cannot be", () => {
  it.each([
    ["http.get", {}, "INVALID_PARAMETER", "$.payload.url"],
    ["http.get", { url: 1 }, "INVALID_PARAMETER", "$.payload.url"],
    ["http.get", { ...GET, body: "x" }, "INVALID_PARAMETER", "$.payload.body"],
    ["http.get", { ...GET, haeders: {} }, "INVALID_PARAMETER", "$.payload.haeders"],
    ["http.post", { ...GET, headers: { "x-a": "1\r\nx-b: 2" } }, "INVALID_PARAMETER", '$.payload.headers["x-a"]'],
    ["http.get", { ...GET, query: { a: {} } }, "INVALID_PARAMETER", "$.payload.query.a"],
    ["local.error", { cod: "x" }, "INVALID_PARAMETER", "$.payload.cod"],
    ["http.trace", GET, "INVALID_OPERATION", "$.operation"],
    ["db.query", { sql: "select 1" }, "HANDLER_NOT_FOUND", "$.operation"],
  ])("%s with %j is refused before there is a run", async (operation, payload, code, place) => {
    const { send, asked } = await world();
    expect(await send(operation, payload as JsonObject)).toMatchObject({ ok: false, error: { code, place } });
    expect(asked).toEqual([]);
  });

  it("says which handlers there are", async () => {
    const { send } = await world();
    expect(await send("db.query", { sql: "select 1" })).toMatchObject({
      error: { details: { handler_type: "db", available_handlers: ["builtin", "function", "http", "local"] } },
    });
  });
});

describe("handler_type", () => {
  it.each([
    ["local.echo", "local", null],
    ["local.echo", "http", "INVALID_OPERATION"],
    ["local.echo", "vault", "HANDLER_NOT_FOUND"],
    ["goal.run", "http", "INVALID_OPERATION"],
    ["http.get", "db", "HANDLER_NOT_FOUND"],
  ])("%s for %s is %s", async (operation, handlerType, code) => {
    const { send } = await world();
    const sent = await send(operation, {}, { handler_type: handlerType });
    if (code === null) expect(sent).toMatchObject({ ok: true, value: { success: true } });
    else expect(sent).toMatchObject({ ok: false, error: { code, place: "$.handler_type" } });
  });
});
