import { describe, expect, it } from "vitest";
import { RUNNER_PROTOCOL } from "../../../contracts/api/pools.ts";
import { HEARTBEAT_MS } from "../../../src/core/pool/pool-book.ts";
import { hashOf } from "../../../src/core/registry/artifact-hashes.ts";
import { CALL, callFor } from "../../support/call.ts";
import { testEngine } from "../../support/engines.ts";
import { CODE, poolWorld, pythonNode } from "../../support/pool-world.ts";

describe("a node that runners execute", () => {
  it("waits in its pool, is leased with all it needs, and its answer is the step's result", async () => {
    const world = await poolWorld();
    const run = await world.start();
    expect(await world.view(run)).toMatchObject({ status: "running" });
    const [item, ...others] = await world.lease();
    expect(others).toEqual([]);
    expect(item).toMatchObject({
      run_id: run,
      step: "shout",
      attempt: 1,
      node: "shout",
      entrypoint: { type: "python", target: "node.py" },
      input: { "in.text": "hello" },
      outputs: ["shout.out"],
      code_sha256: hashOf(CODE),
      sandbox: { network: false },
      idempotency_key: `${run}/shout`,
    });
    if (!item) throw new Error("nothing was leased");
    expect(await world.engine.services.workItems.code(CALL, item.token)).toEqual({ ok: true, value: CODE });
    expect(await world.answer(item, { "shout.out": "HELLO" })).toEqual({ ok: true, value: { accepted: true } });
    expect(await world.view(run)).toMatchObject({ status: "succeeded", outputs: { "shout.out": "HELLO" } });
    expect(await world.lease()).toEqual([]);
  });

  it("is no part of a plan where there are no pools, and the reason says so", async () => {
    const { engine, send } = await testEngine([]);
    const node = pythonNode("shout");
    await engine.ports.registry.register("default", node, { metadata: "", contract: "", code: CODE }, 0);
    const refused = await send("node.execute", { node: "shout", input: { "in.text": "hello" } });
    expect(JSON.stringify(refused)).toContain("no runner here serves the pool python");
  });

  it("fails with the contract's reason when what comes back does not satisfy it", async () => {
    const world = await poolWorld([pythonNode("shout", { execution: { ...pythonNode("x").execution, retry: NEVER } })]);
    const run = await world.start();
    const [item] = await world.lease();
    if (!item) throw new Error("nothing was leased");
    expect(await world.answer(item, { "shout.out": 7 })).toMatchObject({ ok: true });
    expect(await world.view(run)).toMatchObject({ status: "failed", error: { code: "OUTPUT_STATE_INVALID" } });
  });

  it("is tried again by the reducer alone when its failure may be cured, and keeps its log", async () => {
    const world = await poolWorld();
    const run = await world.start();
    const [item] = await world.lease();
    if (!item) throw new Error("nothing was leased");
    await world.fail(item, { code: "CONNECTION_ERROR", message: "down" });
    expect(await world.lease(), "it rests first").toEqual([]);
    await world.settle(5_000);
    const [again] = await world.lease();
    expect(again).toMatchObject({ attempt: 2, idempotency_key: item.idempotency_key });
    if (!again) throw new Error("nothing was leased");
    await world.engine.services.workItems.answer(CALL, again.token, {
      run_id: run,
      outcome: { ok: true, output: { "shout.out": "HELLO" } },
      duration_ms: 5,
      log: [{ stream: "stderr", text: "shouting" }],
    });
    expect(await world.view(run)).toMatchObject({ status: "succeeded" });
    expect(await world.engine.services.logs.logs(CALL, run)).toMatchObject({
      ok: true,
      value: { finished: true, logs: [{ step: "shout", attempt: 2, lines: [{ stream: "stderr", text: "shouting" }] }] },
    });
  });

  it("ends with the reason when no runner is alive, and nothing is left in its pool", async () => {
    const world = await poolWorld([pythonNode("shout", {}, 10_000)]);
    const run = await world.start();
    await world.settle();
    expect(await world.view(run)).toMatchObject({
      status: "failed",
      error: { code: "QUEUE_TIMEOUT", message: expect.stringContaining("no runner of pool python is alive") as string },
    });
    expect(await world.engine.services.pools.list(CALL)).toMatchObject([
      { name: "cli" },
      { name: "docker" },
      { name: "python", waiting: 0, leased: 0 },
    ]);
  });

  it("says that runners were busy when there were some", async () => {
    const world = await poolWorld([pythonNode("shout", {}, 10_000)]);
    await world.lease("a");
    const run = await world.start();
    await world.settle();
    expect(await world.view(run)).toMatchObject({
      error: { message: expect.stringContaining("the one runner of pool python was busy") as string },
    });
  });
});

const NEVER = { maxRetries: 0, backoff: "fixed", baseMs: 100, maxMs: 100 } as const;

describe("an answer", () => {
  it("counts once: a second one is told that it comes after the first", async () => {
    const world = await poolWorld([pythonNode("shout"), pythonNode("echo", { inputs: pythonNode("x").inputs })]);
    const accepted = await world.send("graph.run", {
      steps: [
        { id: "one", node: "shout", inputs: { "in.text": "in.text" } },
        { id: "two", node: "echo", inputs: { "in.text": "in.text" } },
      ],
      given: { "in.text": "hello" },
    });
    if (!accepted.ok) throw new Error(JSON.stringify(accepted.error));
    while (await world.engine.deliver());
    const items = await world.lease();
    expect(items).toHaveLength(2);
    const [first, second] = items;
    if (!first || !second) throw new Error("nothing was leased");
    expect(await world.answer(second, { [`${second.node}.out`]: "2" }), "out of order").toMatchObject({ ok: true });
    expect(await world.answer(second, { [`${second.node}.out`]: "3" })).toMatchObject({
      ok: false,
      error: { code: "WORK_ITEM_OVER", details: { why: "answered" } },
    });
    expect(await world.answer(first, { [`${first.node}.out`]: "1" })).toMatchObject({ ok: true });
    expect(await world.answer(first, { [`${first.node}.out`]: "9" })).toMatchObject({
      error: { code: "WORK_ITEM_OVER", details: { why: "ended" } },
    });
    const outputs = JSON.stringify((await world.view(accepted.value.runId ?? ""))["steps"]);
    expect(outputs).not.toContain('"9"');
  });

  it("that comes late is refused, when the work has gone out anew", async () => {
    const world = await poolWorld();
    const run = await world.start();
    const [item] = await world.lease("slow");
    if (!item) throw new Error("nothing was leased");
    world.clock.advance(HEARTBEAT_MS);
    await world.engine.fireAlarms();
    while (await world.engine.deliver());
    expect(await world.beat("slow", [item]), "the slow runner is told").toEqual([item.token]);
    const [again] = await world.lease("quick");
    if (!again) throw new Error("it did not go to another runner");
    expect(again.token).not.toBe(item.token);
    expect(await world.answer(item, { "shout.out": "late" })).toMatchObject({
      error: { code: "WORK_ITEM_OVER", details: { why: "superseded" } },
    });
    expect(await world.answer(again, { "shout.out": "HELLO" })).toMatchObject({ ok: true });
    expect(await world.view(run)).toMatchObject({ status: "succeeded", outputs: { "shout.out": "HELLO" } });
  });

  it("under another run's token is refused", async () => {
    const world = await poolWorld();
    const runs = [await world.start(), await world.start()];
    const items = await world.lease();
    const [one, two] = runs.map((run) => items.find(({ run_id: id }) => id === run));
    if (!one || !two) throw new Error("nothing was leased");
    expect(await world.answer({ token: one.token, run_id: two.run_id }, { "shout.out": "x" })).toMatchObject({
      error: { code: "REQUEST_REJECTED" },
    });
    expect(await world.answer(one, { "shout.out": "HELLO" })).toMatchObject({ ok: true });
  });

  it("of another tenant, of a run that is no more or under a token that is none finds nothing", async () => {
    const world = await poolWorld();
    await world.start();
    const [item] = await world.lease();
    if (!item) throw new Error("nothing was leased");
    const output = { "shout.out": "x" };
    expect(await world.answer(item, output, "other")).toMatchObject({ error: { code: "WORK_ITEM_NOT_FOUND" } });
    expect(await world.answer({ ...item, token: "w1.5b5d" }, output)).toMatchObject({
      error: { code: "WORK_ITEM_NOT_FOUND" },
    });
    expect(await world.lease("b", { tenant: "other" })).toEqual([]);
    expect(await world.answer(item, output)).toMatchObject({ ok: true });
  });

  it("to a cancelled run is refused, and its item is leased to nobody", async () => {
    const world = await poolWorld();
    const [left, waits] = [await world.start(), await world.start()];
    const [item] = await world.lease("a", { most: 1 });
    if (!item) throw new Error("nothing was leased");
    for (const run of [left, waits])
      await world.engine.services.control.control(CALL, run, { type: "cancel", reason: "enough" });
    expect(await world.beat("a", [item])).toEqual([item.token]);
    expect(await world.beat("a", [item]), "and it stays so").toEqual([item.token]);
    expect(await world.answer(item, { "shout.out": "x" })).toMatchObject({
      error: { code: "WORK_ITEM_OVER", details: { why: "ended" } },
    });
    expect(await world.lease("b")).toEqual([]);
    expect(await world.view(left)).toMatchObject({ status: "cancelled" });
  });
});

describe("runners", () => {
  it("with one node id: the last to come gets the work, the other is told and may end what it has", async () => {
    const world = await poolWorld();
    const run = await world.start();
    const [item] = await world.lease("host", { instance: "old" });
    if (!item) throw new Error("nothing was leased");
    expect(await world.lease("host", { instance: "new" })).toEqual([]);
    expect(await world.leaseRaw("host", { instance: "old" })).toMatchObject({ error: { code: "RUNNER_REPLACED" } });
    expect(await world.answer(item, { "shout.out": "HELLO" })).toMatchObject({ ok: true });
    expect(await world.view(run)).toMatchObject({ status: "succeeded" });
  });

  it("of another release that speaks otherwise are refused, and take nothing", async () => {
    const world = await poolWorld();
    await world.start();
    for (const [protocol, word] of [
      [RUNNER_PROTOCOL - 1, "older"],
      [RUNNER_PROTOCOL + 1, "newer"],
    ] as const) {
      expect(await world.leaseRaw("a", { protocol })).toMatchObject({
        error: { code: "RUNNER_INCOMPATIBLE", message: expect.stringContaining(word) as string },
      });
    }
    expect(await world.lease()).toHaveLength(1);
  });

  it("that give an item back see it go to another at once", async () => {
    const world = await poolWorld();
    const run = await world.start();
    const items = await world.lease("a");
    await world.beat("a", [], items);
    while (await world.engine.deliver());
    const [again] = await world.lease("b");
    if (!again) throw new Error("it did not go to another runner");
    expect(await world.answer(again, { "shout.out": "HELLO" })).toMatchObject({ ok: true });
    expect(await world.view(run)).toMatchObject({ status: "succeeded" });
  });

  it("that die again and again end the step, and not the patience of the run", async () => {
    const world = await poolWorld();
    const run = await world.start();
    for (let death = 0; death < 10; death++) {
      await world.lease(`r${death}`);
      world.clock.advance(HEARTBEAT_MS);
      await world.engine.fireAlarms();
      while (await world.engine.deliver());
    }
    expect(await world.view(run)).toMatchObject({ status: "failed", error: { code: "RUNNER_LOST" } });
  });

  it("that heartbeat for ever do not keep an item beyond its time", async () => {
    const world = await poolWorld([pythonNode("shout", { execution: { ...pythonNode("x").execution, retry: NEVER } })]);
    const run = await world.start();
    const items = await world.lease("a");
    for (let second = 0; second < 10; second++) {
      world.clock.advance(1_000);
      await world.beat("a", items);
      await world.engine.fireAlarms();
    }
    expect(await world.view(run)).toMatchObject({ status: "failed", error: { code: "TIMEOUT_ERROR" } });
  });

  it("get what is offered while they wait", async () => {
    const world = await poolWorld();
    const waiting = world.lease("a", { waitMs: 20_000 });
    const run = await world.start();
    expect(await waiting).toMatchObject([{ run_id: run }]);
  });

  it("that leave see their call for work end at once, and get nothing more", async () => {
    const world = await poolWorld();
    const waiting = world.lease("a", { waitMs: 20_000 });
    const says = { protocol: RUNNER_PROTOCOL, runner: { nodeId: "a", instance: "a" }, items: [], giveBack: [] };
    await world.engine.services.pools.heartbeat(CALL, "python", { ...says, leaving: true });
    expect(await waiting).toEqual([]);
    await world.start();
    expect(await world.lease("a", { waitMs: 20_000 })).toEqual([]);
    expect(await world.lease("b")).toHaveLength(1);
  });

  it("survive the pool's eviction, and so do the items", async () => {
    const world = await poolWorld();
    const [one] = [await world.start(), await world.start()];
    const [item] = await world.lease("a", { most: 1 });
    world.engine.evictPools();
    expect(await world.lease("b")).toHaveLength(1);
    if (!item) throw new Error("nothing was leased");
    expect(await world.beat("a", [item])).toEqual([]);
    expect(await world.answer(item, { "shout.out": "HELLO" })).toMatchObject({ ok: true });
    expect(await world.view(one)).toMatchObject({ status: "succeeded" });
  });
});

it("progress is a signal of the run, and what the process wrote so far is its log", async () => {
  const world = await poolWorld();
  const run = await world.start();
  const [item] = await world.lease();
  if (!item) throw new Error("nothing was leased");
  const says = {
    protocol: RUNNER_PROTOCOL,
    runner: { nodeId: "a", instance: "a" },
    items: [
      {
        token: item.token,
        progress: { fraction: 0.5, message: "half" },
        log: [{ stream: "stdout", text: "working" }] as const,
      },
    ],
    giveBack: [],
    leaving: false,
  };
  expect(await world.engine.services.pools.heartbeat(CALL, "python", says)).toMatchObject({ value: { lost: [] } });
  const events = await world.engine.services.runs.events(CALL, run, 0, 0);
  expect(events?.events.at(-1)).toMatchObject({ type: "signal.node.progress", fraction: 0.5, message: "half" });
  expect(await world.engine.services.logs.logs(CALL, run)).toMatchObject({
    value: { finished: false, logs: [{ live: true, lines: [{ text: "working" }] }] },
  });
  expect(await world.engine.services.workItems.heartbeat(CALL, item.token, { run_id: run })).toMatchObject({
    value: { wanted: true },
  });
  expect(await world.engine.services.logs.logs(callFor("other"), run)).toMatchObject({
    error: { code: "RUN_NOT_FOUND" },
  });
});

it("pools tell what waits in them and who serves them", async () => {
  const world = await poolWorld([pythonNode("shout"), pythonNode("train", { runner: { ...RUNNER, pool: "gpu" } })]);
  await world.start();
  await world.start("train");
  await world.lease("g", { pool: "gpu" });
  world.clock.advance(2_000);
  const listed = await world.engine.services.pools.list(CALL);
  expect(listed.map(({ name }) => name)).toEqual(["cli", "docker", "gpu", "python"]);
  expect(listed[2]).toMatchObject({ waiting: 0, leased: 1, runners: [{ node_id: "g", heard_ms: 2_000 }] });
  expect(listed[3]).toMatchObject({ waiting: 1, leased: 0, oldest_ms: 2_000, runners: [] });
});

const RUNNER = {
  pool: "python",
  queueTimeoutMs: 60_000,
  sandbox: { memory_mb: 64, files_mb: 8, processes: 8, network: false },
};
