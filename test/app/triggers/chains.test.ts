import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { ANY_DEAD_LETTER } from "../../../src/core/dead-letters/query.ts";
import { sequelMessage } from "../../../src/core/chain/message.ts";
import { ANY_RUN } from "../../../src/core/search/run-query.ts";
import type { MemoryPorts } from "../../../src/embedded/memory-engine.ts";
import { effectNode, pureNode, testEngine } from "../../support/engines.ts";
import { failFirst, failing } from "../../support/failing.ts";
import { sampleArtifacts, sampleNode } from "../../support/sample-node.ts";
import { CORRELATION, valueOf } from "../../support/steered-run.ts";
import { CALL, callFor } from "../../support/call.ts";

const SHOUT = pureNode("shout", "text.in", "text.loud", (text) => {
  if (text === "bad") throw new Error("it is bad");
  return text.toUpperCase();
});
const TWICE = effectNode("twice", "text.loud", "text.twice", (text) => `${text} ${text}`);
const COUNT = pureNode("count", "text.twice", "text.size", (text) => String(text.length));
const NODES = [SHOUT, TWICE, COUNT];

const first = { want: ["text.loud"], given: { "text.in": "hey" } };
const countIt = (from: string): JsonObject => ({
  operation: "node.execute",
  payload: { node: "count", input: { "text.twice": { $from: from } } },
});

interface Chained {
  readonly on: string;
  readonly index: number;
  readonly run_id: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

async function world(ports?: (ports: MemoryPorts) => MemoryPorts) {
  const made = await testEngine(NODES, ports);
  const { engine } = made;
  const view = async (id: string) => (await engine.services.runs.view(CALL, id)) as JsonObject;
  return {
    ...made,
    view,
    chained: async (id: string) => (await view(id))["chained"] as unknown as readonly Chained[],
    letters: async () =>
      (await engine.ports.deadLetters.search("default", ANY_DEAD_LETTER, { limit: 100, after: null })).items,
    rows: async () => (await engine.parts.index.search("default", ANY_RUN, { limit: 100, after: null })).items,
  };
}

describe("chains", () => {
  it("start when the run has succeeded, with its results, and know where they come from", async () => {
    const { send, settle, chained, view } = await world();
    const sent = valueOf(await send("goal.run", first, { on_success: [countIt("result.text.loud")] }));
    await settle();
    const [entry] = await chained(sent.runId);
    expect(entry).toMatchObject({ on: "on_success", index: 0, error: null });
    const parent = await view(sent.runId);
    expect(await view(entry?.run_id ?? "")).toMatchObject({
      status: "succeeded",
      outputs: { "text.size": "3" },
      correlation_id: parent["correlation_id"],
      lineage: { kind: "chain", run_id: sent.runId, depth: 1 },
      tags: [`chain:${sent.runId}`],
    });
  });

  it("choose the list by how the run ended", async () => {
    const { send, settle, chained, view } = await world();
    const lists = {
      on_success: [countIt("run.id")],
      on_failure: [countIt("error.message")],
      on_complete: [countIt("run.status")],
    };
    const good = valueOf(await send("goal.run", first, lists));
    const bad = valueOf(await send("goal.run", { ...first, given: { "text.in": "bad" } }, lists));
    await settle();
    expect((await chained(good.runId)).map(({ on }) => on)).toEqual(["on_success", "on_complete"]);
    const failed = await chained(bad.runId);
    expect(failed.map(({ on }) => on)).toEqual(["on_failure", "on_complete"]);
    expect(await view(failed[1]?.run_id ?? "")).toMatchObject({ outputs: { "text.size": "6" } });
  });

  it("of a cancelled run are those of its completion alone", async () => {
    const { send, settle, chained, engine } = await world();
    const lists = {
      on_success: [countIt("run.id")],
      on_failure: [countIt("run.id")],
      on_complete: [countIt("run.status")],
    };
    const sent = valueOf(await send("goal.run", { want: ["text.twice"], given: { "text.in": "hey" } }, lists));
    valueOf(await engine.services.control.control(CALL, sent.runId, { type: "cancel", reason: "no" }));
    await settle();
    expect((await chained(sent.runId)).map(({ on }) => on)).toEqual(["on_complete"]);
  });

  it("follow queued runs too, chain into chains, and start each run once however often the end is announced", async () => {
    const { send, settle, chained, engine, rows } = await world();
    const inner = { ...countIt("result.text.size"), on_success: [countIt("given.text.twice")] };
    const outer = { ...countIt("result.text.twice"), on_success: [inner] };
    const asked = { want: ["text.twice"], given: { "text.in": "hey" } };
    const sent = valueOf(await send("goal.run", asked, { on_success: [outer] }));
    await settle();
    const state = { tenant: "default", id: sent.runId, correlationId: "c" };
    for (let i = 0; i < 3; i++) await engine.ports.triggerBus.publishTriggers([sequelMessage(state)]);
    await settle();
    expect(await rows()).toHaveLength(4);
    const [child] = await chained(sent.runId);
    const [grandchild] = await chained(child?.run_id ?? "");
    const [last] = await chained(grandchild?.run_id ?? "");
    const end = await engine.services.runs.view(CALL, last?.run_id ?? "");
    expect(end).toMatchObject({ status: "succeeded", lineage: { depth: 3 }, outputs: { "text.size": "1" } });
  });

  it("carry values that live outside the run's record", async () => {
    const { send, settle, chained, view } = await world();
    const given = { "text.in": "x".repeat(200_000) };
    const lists = { on_success: [countIt("result.text.loud")] };
    const sent = valueOf(await send("goal.run", { ...first, given }, lists));
    await settle();
    const [entry] = await chained(sent.runId);
    expect(await view(entry?.run_id ?? "")).toMatchObject({ outputs: { "text.size": "200000" } });
  });

  it.each([
    ["an unknown reference", { on_success: [countIt("results.a")] }, "CHAIN_INVALID_REFERENCE"],
    ["a result the plan does not have", { on_success: [countIt("result.text.nope")] }, "CHAIN_INVALID_REFERENCE"],
    ["a value that is not given", { on_failure: [countIt("given.text.nope")] }, "CHAIN_INVALID_REFERENCE"],
    ["too many", { on_success: Array.from({ length: 11 }, () => countIt("run.id")) }, "ENVELOPE_VALIDATION_ERROR"],
    ["a payload that is none", { on_success: [{ operation: "goal.run", payload: {} }] }, "ENVELOPE_VALIDATION_ERROR"],
    ["too many bytes", { on_success: [countIt("run.id"), literal(70_000)] }, "ENVELOPE_VALIDATION_ERROR"],
  ])("are refused before anything is written: %s", async (_, lists, code) => {
    const { send, settle, rows } = await world();
    expect(await send("goal.run", first, lists)).toMatchObject({ ok: false, error: { code } });
    await settle();
    expect(await rows()).toEqual([]);
  });

  it("are refused when they nest deeper than a lineage may grow", async () => {
    const { send } = await world();
    const nest = (depth: number): JsonObject =>
      depth === 0 ? countIt("run.id") : { ...countIt("run.id"), on_success: [nest(depth - 1)] };
    expect(await send("goal.run", first, { on_success: [nest(7)] })).toMatchObject({ ok: true });
    expect(await send("goal.run", first, { on_success: [nest(8)] })).toMatchObject({
      ok: false,
      error: { code: "CHAIN_TOO_DEEP" },
    });
  });

  it("that the planner refuses are dead letters and entries of the run, which is archived all the same", async () => {
    const { send, settle, chained, letters, rows, engine } = await world();
    const lost = {
      operation: "node.execute",
      payload: { node: "late_count", input: { "text.twice": { $from: "run.id" } } },
    };
    const sent = valueOf(await send("goal.run", first, { on_success: [lost, countIt("result.text.loud")] }));
    await settle();
    expect(await chained(sent.runId)).toMatchObject([
      { index: 0, run_id: null, error: { code: "NODE_NOT_FOUND" } },
      { index: 1, error: null },
    ]);
    expect((await rows()).every(({ archive }) => archive !== null)).toBe(true);
    const [letter, ...others] = await letters();
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ runId: sent.runId, cause: { code: "NODE_NOT_FOUND" }, messageType: "sequel" });

    const late = pureNode("late_count", "text.twice", "late.size", (text) => String(text.length), {
      entrypoint: { type: "builtin", target: "count" },
    });
    valueOf(await engine.ports.registry.register("default", sampleNode(late.definition), sampleArtifacts("late"), 1));
    const redriven = valueOf(await engine.services.deadLetters.redrive(CALL, letter?.id ?? ""));
    expect(redriven).toMatchObject({ outcome: "redriven" });
    await settle();
    expect((await chained(sent.runId))[0]).toMatchObject({ error: null, run_id: expect.any(String) });
    expect(valueOf(await engine.services.deadLetters.redrive(CALL, letter?.id ?? ""))).toMatchObject({
      outcome: "ended",
    });
  });

  it("of a later run under the same key are sent, whenever a dead letter of the earlier one was sent again", async () => {
    const { send, settle, chained, letters, engine, clock } = await world();
    const HOUR = 3_600_000;
    const lost = { operation: "node.execute", payload: { node: "late_count", input: { "text.twice": "x" } } };
    const extra = { metadata: { idempotency_key: "k" }, on_success: [lost] };
    const earlier = valueOf(await send("goal.run", first, extra));
    await settle(20 * HOUR);
    const late = pureNode("late_count", "text.twice", "late.size", (text) => String(text.length), {
      entrypoint: { type: "builtin", target: "count" },
    });
    valueOf(await engine.ports.registry.register("default", sampleNode(late.definition), sampleArtifacts("late"), 1));
    clock.advance(20 * HOUR);
    const [letter] = await letters();
    valueOf(await engine.services.deadLetters.redrive(CALL, letter?.id ?? ""));
    while (await engine.deliver());
    const [child] = await chained(earlier.runId);
    expect(child).toMatchObject({ error: null, run_id: expect.any(String) });
    clock.advance(5 * HOUR);
    await engine.fireAlarms();
    const later = valueOf(await send("goal.run", first, extra));
    expect(later.runId).toBe(earlier.runId);
    await settle();
    const [next] = await chained(later.runId);
    expect(next).toMatchObject({ error: null, run_id: expect.any(String) });
    expect(next?.run_id).not.toBe(child?.run_id);
  });

  it("refer to what was not produced: the chain is refused, and says so", async () => {
    const { send, settle, chained } = await world();
    const sent = valueOf(
      await send("goal.run", { ...first, given: { "text.in": "bad" } }, { on_failure: [countIt("result.text.loud")] }),
    );
    await settle();
    expect(await chained(sent.runId)).toMatchObject([{ run_id: null, error: { code: "CHAIN_INVALID_REFERENCE" } }]);
  });

  it.each(["auto", "never"])("start before the run is archived (inline: %s)", async (inline) => {
    const { send, engine, chained, rows } = await world();
    const lists = { on_success: [countIt("result.text.loud")] };
    const sent = valueOf(await send("goal.run", { ...first, policy: { inline } }, lists));
    while (await engine.deliver());
    expect(await chained(sent.runId)).toMatchObject([{ error: null }]);
    expect((await rows()).filter(({ archive }) => archive !== null)).toEqual([]);
  });

  it.each(["auto", "never"])("start although no announcement comes but the archive's (inline: %s)", async (inline) => {
    const { send, settle, chained, engine } = await world((ports) => ({
      ...ports,
      triggerBus: failing(ports.triggerBus, failFirst("publishTriggers", 1)),
    }));
    const lists = { on_success: [countIt("result.text.loud")] };
    const sent = valueOf(await send("goal.run", { ...first, policy: { inline } }, lists));
    while (await engine.deliver());
    expect(await chained(sent.runId)).toEqual([]);
    await settle();
    expect(await chained(sent.runId)).toHaveLength(1);
  });

  it.each(["before", "after"] as const)("survive a book that fails %s it has written", async (when) => {
    const { send, settle, chained, rows } = await world((ports) => ({
      ...ports,
      sequels: failing(ports.sequels, failFirst("record", 2, when)),
    }));
    const sent = valueOf(await send("goal.run", first, { on_success: [countIt("result.text.loud")] }));
    await settle();
    expect(await chained(sent.runId)).toHaveLength(1);
    expect(await rows()).toHaveLength(2);
  });

  it("of an imported or repeated run start nothing", async () => {
    const { send, settle, engine } = await world();
    const sent = valueOf(await send("goal.run", first, { on_success: [countIt("result.text.loud")] }));
    await settle();
    const { control } = engine.services;
    const file = valueOf(await control.exportRun(CALL, sent.runId));
    const elsewhere = await world();
    valueOf(await elsewhere.engine.services.control.importRun(CALL, file));
    await elsewhere.settle();
    expect(await elsewhere.rows()).toHaveLength(1);
    valueOf(await control.replay(CALL, sent.runId));
    const request = { from: null, downstream: true, given: {}, idempotencyKey: null };
    const again = valueOf(await control.rerun(callFor("default", CORRELATION), sent.runId, request));
    await settle();
    expect(await engine.services.runs.view(CALL, String(again["run_id"]))).toMatchObject({ chained: [] });
  });

  it("of a repeated run start again when that is asked for, as runs of their own", async () => {
    const { send, settle, engine, chained, view } = await world();
    const sent = valueOf(await send("goal.run", first, { on_success: [countIt("result.text.loud")] }));
    await settle();
    const request = { from: null, downstream: true, given: {}, chains: true, idempotencyKey: null };
    const again = valueOf(await engine.services.control.rerun(callFor("default", CORRELATION), sent.runId, request));
    await settle();
    const [before] = await chained(sent.runId);
    const [entry] = await chained(String(again["run_id"]));
    expect(entry?.run_id).not.toBe(before?.run_id);
    expect(await view(entry?.run_id ?? "")).toMatchObject({ lineage: { run_id: again["run_id"], depth: 2 } });
  });

  it("at the end of a long lineage are refused where it can be seen", async () => {
    const { send, settle, engine, chained, letters } = await world();
    const sent = valueOf(await send("goal.run", first, { on_success: [countIt("result.text.loud")] }));
    let id = sent.runId;
    for (let depth = 1; depth <= 8; depth++) {
      await settle();
      const request = { from: null, downstream: true, given: {}, chains: true, idempotencyKey: null };
      id = String(valueOf(await engine.services.control.rerun(callFor("default", CORRELATION), id, request))["run_id"]);
    }
    await settle();
    expect(await chained(id)).toMatchObject([{ run_id: null, error: { code: "CHAIN_TOO_DEEP" } }]);
    expect(await letters()).toMatchObject([{ runId: id, cause: { code: "CHAIN_TOO_DEEP" } }]);
  });

  it("with the same idempotency key and other envelopes to send are another request", async () => {
    const { send } = await world();
    const keyed = { metadata: { idempotency_key: "k" } };
    valueOf(await send("goal.run", first, { ...keyed, on_success: [countIt("result.text.loud")] }));
    expect(await send("goal.run", first, { ...keyed, on_success: [countIt("run.id")] })).toMatchObject({
      ok: false,
      error: { code: "IDEMPOTENCY_CONFLICT" },
    });
  });
});

function literal(bytes: number): JsonObject {
  return { operation: "node.execute", payload: { node: "count", input: { "text.twice": "x".repeat(bytes) } } };
}
