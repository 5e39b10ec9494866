import type { StepView } from "../../../contracts/api/run.ts";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { NodeDefinition } from "../../../src/core/registry/node.ts";
import { DAY_MS } from "../../../src/core/retention/day.ts";
import type { MemoryPorts } from "../../../src/embedded/memory-engine.ts";
import { effectNode, pureNode, testEngine, type TestEngine, type TestNode } from "../../support/engines.ts";
import { failing } from "../../support/failing.ts";
import { sampleNode } from "../../support/sample-node.ts";
import { CALL, callFor } from "../../support/call.ts";

const TTL_MS = 600_000;
const execution = (ttlMs: number | null): NodeDefinition["execution"] => ({
  ...sampleNode().execution,
  cache: ttlMs === null ? null : { ttlMs },
});

/** A cached node that counts how often it is really executed. */
function counting(make: typeof pureNode = pureNode, ttlMs: number | null = TTL_MS) {
  let calls = 0;
  const shout: TestNode = make(
    "shout",
    "text.in",
    "text.loud",
    (text) => {
      calls++;
      return text.toUpperCase();
    },
    { execution: execution(ttlMs) },
  );
  return { shout, calls: () => calls };
}

interface Outcome {
  readonly runId: string;
  readonly outputs: JsonObject;
}

async function run(world: TestEngine, text: string, policy: JsonObject = {}, want = "text.loud"): Promise<Outcome> {
  const sent = await world.send("goal.run", { want: [want], given: { "text.in": text }, policy });
  if (!sent.ok) throw new Error(sent.error.message);
  await world.settle();
  const { runId } = sent.value;
  const view = await world.engine.services.runs.view(CALL, runId);
  return { runId, outputs: view?.outputs ?? {} };
}

const stepsOf = async (world: TestEngine, runId: string): Promise<readonly StepView[]> =>
  (await world.engine.services.runs.view(CALL, runId))?.steps ?? [];

const cachedValues = (world: TestEngine): Promise<readonly string[]> => world.engine.ports.blobs.list("cache/");

describe.each(["auto", "never"])("the cache of results, inline %s", (inline) => {
  it("answers the second of two equal steps, says from where, and counts it once", async () => {
    const { shout, calls } = counting();
    const world = await testEngine([shout]);
    const first = await run(world, "hey", { inline });
    const second = await run(world, "hey", { inline });
    await run(world, "other", { inline });
    expect(calls()).toBe(2);
    expect(second.outputs).toEqual({ "text.loud": "HEY" });
    const [step] = await stepsOf(world, second.runId);
    expect(step).toMatchObject({ status: "cached", cache: { run_id: first.runId, boundary: null } });
    expect(step?.["cache"]).toMatchObject({ signature: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const result = await world.engine.services.runs.result(CALL, second.runId);
    expect(result).toMatchObject({
      value: {
        results: [{ status: "success", trust: { weight: 0 }, metadata: { cached: true, cache: step?.["cache"] } }],
      },
    });
    expect(await world.engine.services.cache.stats(CALL)).toEqual([
      { node: "shout", version: "1.0.0", entries: 2, bytes: expect.any(Number), hits: 1, stored: 2 },
    ]);
    const row = await world.engine.parts.index.get("default", second.runId);
    expect(row).toMatchObject({ steps: 1, cachedSteps: 1 });
  });

  it("is not asked by a policy without it, and holds nothing of such a run", async () => {
    const { shout, calls } = counting();
    const world = await testEngine([shout]);
    await run(world, "hey", { inline, no_cache: true });
    await run(world, "hey", { inline });
    await run(world, "hey", { inline, no_cache: true });
    expect(calls()).toBe(3);
    expect(await world.engine.services.cache.stats(CALL)).toMatchObject([{ entries: 1, stored: 1, hits: 0 }]);
  });
});

describe("the cache of results", () => {
  it("forgets when the time is over", async () => {
    const { shout, calls } = counting();
    const world = await testEngine([shout]);
    await run(world, "hey");
    world.clock.advance(TTL_MS);
    await run(world, "hey");
    expect(calls()).toBe(2);
  });

  it("is for nodes that declare it, and never for effects", async () => {
    const plain = counting(pureNode, null);
    const world = await testEngine([plain.shout]);
    await run(world, "hey");
    await run(world, "hey");
    expect(plain.calls()).toBe(2);
    const effect = counting((...args) => ({ ...effectNode(args[0], args[1], args[2], args[3]) }));
    const other = await testEngine([
      { ...effect.shout, definition: { ...effect.shout.definition, execution: execution(TTL_MS) } },
    ]);
    await run(other, "hey");
    await run(other, "hey");
    expect(effect.calls()).toBe(2);
    expect(await other.engine.services.cache.stats(CALL)).toEqual([]);
  });

  it("keeps each tenant's results apart from every other's", async () => {
    const { shout, calls } = counting();
    const world = await testEngine([shout]);
    const [definition] = await world.engine.ports.registry.versions("default", "shout");
    if (definition) {
      await world.engine.ports.registry.register("other", definition.definition, { metadata: "", contract: "" }, 0);
    }
    await run(world, "hey");
    const goal = { want: ["text.loud"], given: { "text.in": "hey" } };
    await world.send("goal.run", goal, {}, { tenant: "other" });
    expect(calls()).toBe(2);
  });

  it("keeps large values of its own, which outlive the run that made them", async () => {
    const { shout, calls } = counting();
    const world = await testEngine([shout]);
    const text = "x".repeat(70_000);
    const first = await run(world, text);
    expect(await cachedValues(world)).toHaveLength(1);
    const values = await world.engine.ports.blobs.list("values/");
    await world.engine.ports.blobs.delete(values);
    const row = await world.engine.parts.index.get("default", first.runId);
    await world.engine.ports.retention.forget("default", row ? [row] : [], world.clock.now());
    expect(await world.engine.services.runs.view(CALL, first.runId)).toBeNull();
    const second = await run(world, text);
    expect(calls()).toBe(1);
    const output = second.outputs["text.loud"] as JsonObject;
    expect(output).toMatchObject({ $ref: expect.stringContaining("r2:values/"), bytes: 70_002 });
    const kept = await world.engine.ports.blobs.get(String(output["$ref"]).slice(3));
    expect(kept).toBe(JSON.stringify("X".repeat(70_000)));
  });

  it("takes a missing or altered value for no result", async () => {
    const { shout, calls } = counting();
    const world = await testEngine([shout]);
    const text = "x".repeat(70_000);
    await run(world, text);
    const [key = ""] = await cachedValues(world);
    await world.engine.ports.blobs.put(key, '"something else"');
    expect((await run(world, text)).outputs).toMatchObject({ "text.loud": { bytes: 70_002 } });
    await world.engine.ports.blobs.delete(await cachedValues(world));
    world.clock.advance(1_000);
    expect((await run(world, text)).outputs).toMatchObject({ "text.loud": { bytes: 70_002 } });
    expect(calls()).toBe(3);
    const cache = await world.engine.ports.results.get("default", [], 0);
    expect(cache).toEqual([]);
  });

  it("takes an entry with another value than was hashed for no result", async () => {
    const { shout, calls } = counting();
    const world = await testEngine([shout], (ports) => ({
      ...ports,
      results: {
        ...ports.results,
        async get(...asked) {
          const found = await ports.results.get(...asked);
          return found.map((entry) => ({ ...entry, outputs: { "text.loud": { v: "FORGED" } } }));
        },
      },
    }));
    await run(world, "hey");
    expect((await run(world, "hey")).outputs).toEqual({ "text.loud": "HEY" });
    expect(calls()).toBe(2);
  });

  it.each(["get", "put"] as const)("that fails at %s fails no run", async (method) => {
    const { shout, calls } = counting();
    const broken = (ports: MemoryPorts): MemoryPorts => ({
      ...ports,
      results: failing(ports.results, (called) => (called === method ? "before" : null)),
    });
    const world = await testEngine([shout], broken);
    await run(world, "hey");
    expect((await run(world, "hey")).outputs).toEqual({ "text.loud": "HEY" });
    expect(calls()).toBe(2);
  });

  it("gives up a run's results when the run is deleted", async () => {
    const { shout, calls } = counting();
    const world = await testEngine([shout]);
    const text = `secret ${"x".repeat(70_000)}`;
    const made = await run(world, text);
    const other = await run(world, "hey");
    expect(await world.engine.services.removal.remove(CALL, made.runId)).toEqual({ ok: true, value: null });
    expect(await cachedValues(world)).toEqual([]);
    await run(world, text);
    expect(calls()).toBe(3);
    expect((await stepsOf(world, (await run(world, "hey")).runId))[0]).toMatchObject({
      cache: { run_id: other.runId },
    });
  });

  it("serves nothing of a version that was archived", async () => {
    const { shout, calls } = counting();
    const world = await testEngine([shout]);
    await run(world, "hey");
    const { registry } = world.engine.ports;
    for (const [to, reasons] of [
      ["deprecated", { deprecatedBy: "00000000-0000-4000-8000-000000000000" }],
      ["archived", { archivedReason: "wrong results" }],
    ] as const) {
      expect(await registry.setLifecycle("default", "shout", "1.0.0", to, reasons)).toMatchObject({ ok: true });
    }
    world.clock.advance(1_000);
    await run(world, "other", { lifecycles: ["archived"] });
    await run(world, "hey", { lifecycles: ["archived"] });
    expect(calls()).toBe(3);
  });

  it("can be cleared by node and version, and altogether", async () => {
    const { shout, calls } = counting();
    const world = await testEngine([shout]);
    const { cache } = world.engine.services;
    await run(world, "hey");
    expect(await cache.clear(CALL, { node: "other" })).toEqual({ ok: true, value: 0 });
    expect(await cache.clear(CALL, { node: "shout", version: "2.0.0" })).toEqual({ ok: true, value: 0 });
    expect(await cache.clear(callFor("other"), {})).toEqual({ ok: true, value: 0 });
    expect(await cache.clear(CALL, { node: "shout", version: "1.0.0" })).toEqual({ ok: true, value: 1 });
    await run(world, "hey");
    expect(await cache.clear(CALL, {})).toEqual({ ok: true, value: 1 });
    await run(world, "hey");
    expect(calls()).toBe(3);
  });

  it("is not asked by a rerun, whose fresh results it takes, nor by a replay", async () => {
    const { shout, calls } = counting();
    const world = await testEngine([shout]);
    await run(world, "hey");
    const { runId } = await run(world, "hey");
    const { control } = world.engine.services;
    expect(await control.replay(CALL, runId)).toMatchObject({ value: { identical: true, matches: 1 } });
    expect(calls()).toBe(2);
    const request = { from: null, downstream: true, given: {}, idempotencyKey: null };
    const again = await control.rerun(CALL, runId, request);
    if (!again.ok) throw new Error(again.error.message);
    await world.settle();
    expect(calls()).toBe(3);
    const third = await run(world, "hey");
    expect((await stepsOf(world, third.runId))[0]).toMatchObject({ cache: { run_id: again.value["run_id"] } });
  });

  it("takes nothing from a run that was imported", async () => {
    const { shout, calls } = counting();
    const from = await testEngine([shout]);
    const { runId } = await run(from, "hey");
    const file = await from.engine.services.control.exportRun(CALL, runId);
    if (!file.ok) throw new Error(file.error.message);
    const to = await testEngine([shout]);
    expect(await to.engine.services.control.importRun(CALL, file.value)).toMatchObject({ ok: true });
    await to.settle();
    expect(await to.engine.services.cache.stats(CALL)).toEqual([]);
    await run(to, "hey");
    expect(calls()).toBe(2);
  });

  it("is swept: what has expired goes with its values, what nobody refers to goes when its day is long over", async () => {
    const { shout } = counting();
    const world = await testEngine([shout]);
    const { blobs } = world.engine.ports;
    await run(world, "x".repeat(70_000));
    const [held = ""] = await cachedValues(world);
    const orphan = held.replace(/\/[0-9a-f]{64}\//, `/${"0".repeat(64)}/`);
    await blobs.put(orphan, '"left behind"');
    const settings = { retention: { days: 0 } };
    expect((await world.engine.sweep(settings)).done).not.toHaveProperty("expired_results");
    world.clock.advance(TTL_MS);
    expect((await world.engine.sweep(settings)).done).toMatchObject({ expired_results: 1 });
    expect(await cachedValues(world)).toEqual([orphan]);
    world.clock.advance(3 * DAY_MS);
    expect((await world.engine.sweep(settings)).done).toMatchObject({ orphaned_results: 1 });
    expect(await cachedValues(world)).toEqual([]);
  });

  it("keeps nothing longer than runs are kept", async () => {
    const { shout } = counting(pureNode, 365 * DAY_MS);
    const world = await testEngine([shout]);
    await run(world, "hey");
    world.clock.advance(3 * DAY_MS);
    expect((await world.engine.sweep({ retention: { days: 5 } })).done).not.toHaveProperty("expired_results");
    expect((await world.engine.sweep({ retention: { days: 1 } })).done).toMatchObject({ expired_results: 1 });
  });
});
