import { describe, expect, it } from "vitest";
import { createWireClient } from "../../src/client/wire-client.ts";
import { fault } from "../../src/core/errors.ts";
import { err, ok } from "../../src/core/result.ts";
import { gateway, TOKEN } from "../http/gateway.ts";
import { CORRELATION, PLAN, RESULT, RUN, RUN_ID, SUMMARY, UNKNOWN_RUN } from "../http/samples.ts";
import { errorOf, json, problem, scripted } from "./server.ts";

/** A client of the real routes, over services made by hand. */
function connected(overrides: Parameters<typeof gateway>[0] = {}, token = TOKEN) {
  const server = gateway(overrides);
  const pauses: number[] = [];
  const client = createWireClient({
    baseUrl: "http://gateway",
    token,
    fetch: async (url, init) => server.app.request(url, init),
    sleep: (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    },
    now: () => pauses.reduce((sum, ms) => sum + ms, 0),
    random: () => 1,
    newKey: () => "made-up",
  });
  return { ...server, client, clientPauses: pauses };
}

describe("against the gateway", () => {
  it("sends a goal and reads the answer", async () => {
    const { client, accepted } = connected();
    const sent = await client.goal(
      { want: ["a.b"], given: { "document.text": "x" } },
      { waitSeconds: 2.5, registryVersion: "7.1" },
    );
    expect(sent).toMatchObject({ runId: RUN_ID, finished: true, idempotencyKey: "made-up" });
    expect(sent.envelope).toMatchObject({ success: true, isResponse: true, payload: { outputs: { "a.b": 1 } } });
    expect(accepted[0]).toMatchObject({
      envelope: {
        sourceNode: "onex-client",
        operation: "goal.run",
        payload: { want: ["a.b"], given: { "document.text": "x" } },
        metadata: { idempotencyKey: "made-up" },
      },
      options: { waitMs: 3_000, registryVersion: "7.1" },
    });
  });

  it("executes one node", async () => {
    const { client, accepted } = connected();
    await client.executeNode("noop", { "noop.input": 1 }, { version: "^1.0.0", idempotencyKey: "mine" });
    expect(accepted[0]?.envelope).toMatchObject({
      operation: "node.execute",
      targetNode: "noop",
      payload: { node: "noop", input: { "noop.input": 1 }, version: "^1.0.0" },
      metadata: { idempotencyKey: "mine" },
    });
  });

  it("sends any envelope, leaving to the host what the host assigns", async () => {
    const { client, accepted } = connected();
    const { envelope } = await client.envelopes.send({
      operation: "graph.run",
      payload: { steps: [] },
      sourceNode: "me",
      correlationId: CORRELATION,
      metadata: { traceId: "t", idempotencyKey: "schlüssel" },
    });
    expect(envelope.correlationId).toBe(CORRELATION);
    expect(accepted[0]?.envelope).toMatchObject({
      sourceNode: "me",
      metadata: { traceId: "t", idempotencyKey: "schlüssel" },
    });
  });

  it("says when a run goes on", async () => {
    const { client } = connected({
      envelopes: {
        accept: () =>
          Promise.resolve(
            ok({ status: 202, runId: RUN_ID, success: null, fault: null, payload: { ...SUMMARY, status: "queued" } }),
          ),
      },
    });
    expect(await client.goal({ want: ["a.b"] })).toMatchObject({
      runId: RUN_ID,
      finished: false,
      envelope: { success: null },
    });
  });

  it("answers a failed run like any other, and rejects a refused one", async () => {
    const failure = fault("NODE_NOT_FOUND", "gone");
    const failing = connected({
      envelopes: {
        accept: () =>
          Promise.resolve(ok({ status: 200, runId: RUN_ID, success: false, fault: failure, payload: SUMMARY })),
      },
    });
    expect((await failing.client.goal({ want: ["a.b"] })).envelope).toMatchObject({
      success: false,
      error: { code: "NODE_NOT_FOUND" },
    });
    const refusing = connected({ envelopes: { accept: () => Promise.resolve(err(failure)) } });
    expect(await errorOf(refusing.client.goal({ want: ["a.b"] }))).toMatchObject({
      code: "NODE_NOT_FOUND",
      status: 404,
    });
  });

  it("reads nodes, plans, runs and health", async () => {
    const { client } = connected();
    expect(await client.nodes.list()).toMatchObject({ registry_version: "7.0" });
    expect(await client.nodes.get("noop")).toMatchObject({ name: "noop" });
    expect(await client.nodes.register({ metadata: "m", contract: "c" })).toMatchObject({ created: true });
    expect(await client.plans.preview({ payload: { want: ["a.b"] } }, { registryVersion: "1.0" })).toMatchObject({
      hash: PLAN.hash,
    });
    expect(await client.runs.get(RUN_ID)).toEqual(RUN);
    expect(await client.runs.result(RUN_ID)).toEqual(RESULT);
    expect(await client.health()).toMatchObject({ healthy: true });
  });

  it("reads an unhealthy answer as an answer", async () => {
    const { client, clientPauses } = connected({
      health: { check: () => Promise.resolve({ healthy: false, checks: {} }) },
    });
    expect(await client.health()).toMatchObject({ healthy: false });
    expect(clientPauses).toEqual([]);
  });

  it("is told about a wrong token", async () => {
    expect(await errorOf(connected({}, "wrong").client.nodes.list())).toMatchObject({
      code: "AUTHENTICATION_ERROR",
      status: 401,
    });
  });

  it("is told about an unknown run", async () => {
    const { client } = connected();
    expect(await errorOf(client.runs.get(UNKNOWN_RUN))).toMatchObject({ code: "RUN_NOT_FOUND" });
    expect(await errorOf(client.runs.wait(UNKNOWN_RUN))).toMatchObject({ code: "RUN_NOT_FOUND" });
  });
});

describe("idempotency", () => {
  it("repeats an envelope with the key of the first attempt", async () => {
    const { client, sent } = scripted([
      new Error("lost"),
      problem("EVENT_BUS_ERROR", 503, { retry_after_seconds: 0 }),
      json({}, 200),
    ]);
    await errorOf(client.goal({ want: ["a.b"] }));
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map(({ init }) => init.body)).size).toBe(1);
    expect(sent[0]?.body).toMatchObject({ metadata: { idempotency_key: "key-1" } });
  });

  it("gives every envelope a key of its own", async () => {
    const { client, sent } = scripted([problem("PLAN_CYCLE", 409)]);
    await errorOf(client.goal({ want: ["a.b"] }));
    await errorOf(client.goal({ want: ["a.b"] }));
    expect(sent.map(({ body }) => (body as { metadata: unknown }).metadata)).toEqual([
      { idempotency_key: "key-1" },
      { idempotency_key: "key-2" },
    ]);
  });
});

describe("runs.wait", () => {
  const open = problem("RUN_NOT_FINISHED", 409);

  it("asks again until the run has ended", async () => {
    const { client, sent } = scripted([open, open, json(RESULT)]);
    expect(await client.runs.wait(RUN_ID)).toEqual(RESULT);
    expect(sent.map(({ url }) => new URL(url).search)).toEqual(["?wait=30", "?wait=30", "?wait=30"]);
  });

  it("gives up when time is up", async () => {
    const { client, pauses } = scripted([open]);
    expect(await errorOf(client.runs.wait(RUN_ID, { timeoutSeconds: 1 }))).toMatchObject({ code: "RUN_NOT_FINISHED" });
    expect(pauses).toEqual([250, 250, 250, 250]);
  });
});
