import { describe, expect, it } from "vitest";
import { createWireClient } from "../../src/client/wire-client.ts";
import { fault } from "../../src/core/errors.ts";
import { err, ok } from "../../src/core/result.ts";
import type { RerunRequest } from "../../src/app/runs/run-rerun.ts";
import type { ControlEvent } from "../../src/spi/run-coordinator.ts";
import { gateway, TOKEN } from "../http/gateway.ts";
import { NEW_RUN, REPLAY, RUN, RUN_ID, SNAPSHOT, UNKNOWN_RUN, SUMMARY } from "../http/samples.ts";
import { errorOf, json, problem, scripted } from "./server.ts";

/** A client of the real routes, and what reaches the services behind them. */
function connected() {
  const events: ControlEvent[] = [];
  const signals: unknown[] = [];
  const reruns: RerunRequest[] = [];
  const { app } = gateway({
    control: {
      control: (_, id, event) => {
        if (id !== RUN_ID) return Promise.resolve(err(fault("RUN_NOT_FOUND", "there is no such run")));
        events.push(event);
        return Promise.resolve(ok({ run_id: id, status: "running" }));
      },
      signal: (_, id, name, payload, key) => {
        signals.push([name, payload, key]);
        return Promise.resolve(ok({ run_id: id, status: "running", heard_by: ["paid"], awaited: ["payment"] }));
      },
      rerun: (_, __, request) => {
        reruns.push(request);
        return Promise.resolve(ok({ ...SUMMARY, run_id: NEW_RUN, status: "queued" as const }));
      },
    },
  });
  const client = createWireClient({
    baseUrl: "http://gateway",
    token: TOKEN,
    fetch: async (url, init) => app.request(url, init),
  });
  return { client, events, signals, reruns };
}

describe("against the gateway", () => {
  it("steers a run", async () => {
    const { client, events } = connected();
    await client.runs.cancel(RUN_ID, { reason: "too late" });
    await client.runs.cancel(RUN_ID);
    await client.runs.pause(RUN_ID);
    await client.runs.resume(RUN_ID);
    await client.runs.decide(RUN_ID, "outer/sign-off", { approved: false, by: "ann", comment: "no" });
    expect(events).toEqual([
      { type: "cancel", reason: "too late" },
      { type: "cancel", reason: "the run was cancelled" },
      { type: "pause" },
      { type: "resume" },
      { type: "approve", step: "outer/sign-off", approved: false, word: { by: "ann", comment: "no" } },
    ]);
  });

  it("sends an event with its payload, or with none", async () => {
    const { client, signals } = connected();
    expect(await client.runs.sendEvent(RUN_ID, "payment", { amount: 42 })).toEqual({
      run_id: RUN_ID,
      status: "running",
      heard_by: ["paid"],
      awaited: ["payment"],
    });
    await client.runs.sendEvent(RUN_ID, "payment");
    await client.runs.sendEvent(RUN_ID, "payment", 1, { idempotencyKey: "mine" });
    expect(signals).toEqual([
      ["payment", { amount: 42 }, expect.stringMatching(/^[0-9a-f-]{36}$/)],
      ["payment", null, expect.stringMatching(/^[0-9a-f-]{36}$/)],
      ["payment", 1, "mine"],
    ]);
  });

  it("runs an ended run again and answers the new one", async () => {
    const { client, reruns } = connected();
    expect(await client.runs.rerun(RUN_ID, { from: "b", downstream: false, given: { "a.b": 1 } })).toMatchObject({
      run_id: NEW_RUN,
      status: "queued",
    });
    await client.runs.rerun(RUN_ID, {}, { idempotencyKey: "mine" });
    expect(reruns).toEqual([
      { from: "b", downstream: false, given: { "a.b": 1 }, idempotencyKey: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      { from: null, downstream: true, given: {}, idempotencyKey: "mine" },
    ]);
  });

  it("sends along what is to be changed of the plan", async () => {
    const { client, reruns } = connected();
    const versions = { b: "1.2.0" };
    const mutations = [{ op: "remove", step: "c" }] as const;
    const graph = { steps: [{ id: "a", node: "a" }] };
    await client.runs.rerun(RUN_ID, { versions, mutations, graph });
    expect(reruns).toMatchObject([{ revision: { versions, mutations, graph } }]);
  });

  it("replays, exports and imports", async () => {
    const { client } = connected();
    expect(await client.runs.replay(RUN_ID)).toEqual(REPLAY);
    const snapshot = await client.runs.export(RUN_ID);
    expect(snapshot).toEqual(SNAPSHOT);
    expect(await client.runs.import(snapshot)).toMatchObject({ run_id: RUN_ID, status: "succeeded" });
  });

  it("is told about an unknown run and a bad request", async () => {
    const { client } = connected();
    expect(await errorOf(client.runs.pause(UNKNOWN_RUN))).toMatchObject({ code: "RUN_NOT_FOUND", status: 404 });
    expect(await errorOf(client.runs.sendEvent(RUN_ID, ""))).toMatchObject({ code: "INVALID_PARAMETER" });
    expect(await errorOf(client.runs.import({ format: "onex-run/1" }))).toMatchObject({ code: "INVALID_PARAMETER" });
  });
});

describe("what may be repeated", () => {
  const tooLate = problem("INVALID_STATE", 409);
  const standing = (status: string) => json({ ...RUN, status });

  it.each([
    ["cancel", "cancelled"],
    ["pause", "paused"],
    ["resume", "running"],
    ["resume", "waiting"],
  ] as const)("a %s whose answer was lost finds the run %s and is content", async (verb, status) => {
    const { client, sent } = scripted([new Error("lost"), tooLate, standing(status)]);
    expect(await client.runs[verb](RUN_ID)).toEqual({ run_id: RUN_ID, status });
    expect(sent.map(({ init }) => init.method)).toEqual(["POST", "POST", "GET"]);
  });

  it.each([
    ["cancel", "succeeded"],
    ["pause", "cancelled"],
    ["resume", "failed"],
  ] as const)("a %s of a run that has %s is refused", async (verb, status) => {
    const { client } = scripted([tooLate, standing(status)]);
    expect(await errorOf(client.runs[verb](RUN_ID))).toMatchObject({ code: "INVALID_STATE", status: 409 });
  });

  it("an approval is sent once, whatever comes of it", async () => {
    for (const answer of [new Error("lost"), problem("SERVICE_UNAVAILABLE", 503, { retry_after_seconds: 1 })]) {
      const { client, sent, pauses } = scripted([answer]);
      await errorOf(client.runs.decide(RUN_ID, "sign", { approved: true }));
      expect(sent).toHaveLength(1);
      expect(pauses).toEqual([]);
    }
  });

  it("an event is repeated under the key of the first attempt", async () => {
    const { client, sent } = scripted([
      new Error("lost"),
      json({ run_id: RUN_ID, status: "running", heard_by: [], awaited: [] }),
    ]);
    expect(await client.runs.sendEvent(RUN_ID, "payment")).toMatchObject({ status: "running" });
    expect(sent.map(({ init }) => init.headers["idempotency-key"])).toEqual(["key-1", "key-1"]);
  });

  it("an error carries the problem's details", async () => {
    const details = { guard: "max_steps", limit: 3 };
    const { client } = scripted([problem("PLAN_TOO_MANY_STEPS", 422, { details }), problem("RUN_NOT_FOUND", 404)]);
    expect(await errorOf(client.runs.rerun(RUN_ID))).toMatchObject({ details });
    expect(await errorOf(client.runs.rerun(RUN_ID))).toMatchObject({ details: null });
  });

  it("a rerun is repeated under the key of the first attempt", async () => {
    const { client, sent } = scripted([
      new Error("lost"),
      json({ ...SUMMARY, run_id: NEW_RUN, status: "queued" }, 202),
    ]);
    expect(await client.runs.rerun(RUN_ID)).toMatchObject({ run_id: NEW_RUN });
    expect(sent.map(({ init }) => init.headers["idempotency-key"])).toEqual(["key-1", "key-1"]);
  });

  it("a replay, an export and an import are repeated", async () => {
    const lost = new Error("lost");
    expect(await scripted([lost, json(REPLAY)]).client.runs.replay(RUN_ID)).toEqual(REPLAY);
    expect(await scripted([lost, json(SNAPSHOT)]).client.runs.export(RUN_ID)).toEqual(SNAPSHOT);
    const importing = scripted([lost, json(SUMMARY)]);
    await importing.client.runs.import(SNAPSHOT);
    expect(importing.sent.map(({ body }) => body)).toEqual([SNAPSHOT, SNAPSHOT]);
  });
});
