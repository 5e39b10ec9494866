import { describe, expect, it } from "vitest";
import { fault, RuntimeHostError } from "../../../src/core/errors.ts";
import type { MemoryPorts } from "../../../src/embedded/memory-engine.ts";
import { effectNode, pureNode, testEngine, type TestEngine } from "../../support/engines.ts";
import { failFirst, failing } from "../../support/failing.ts";
import { sampleArtifacts, sampleNode } from "../../support/sample-node.ts";
import { CALL } from "../../support/call.ts";

const SHOUT = pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase());
const TWICE = effectNode("twice", "text.loud", "text.twice", (text) => `${text} ${text}`);
const goal = (want: string, value: unknown = "hey") => ({ want: [want], given: { "text.in": value as string } });

async function outcomeOf(world: TestEngine, runId: string) {
  const view = await world.engine.services.runs.view(CALL, runId);
  return view as {
    status: string;
    outputs: Record<string, unknown>;
    error: { code: string } | null;
    queued_steps: number;
  } | null;
}

describe("the way of an envelope", () => {
  it("a pure run is executed at once, in one ring call and no message", async () => {
    const world = await testEngine([SHOUT]);
    const sent = await world.send("goal.run", goal("text.loud"));
    expect(sent).toMatchObject({
      ok: true,
      value: { status: 200, success: true, payload: { outputs: { "text.loud": "HEY" }, queued_steps: 0 } },
    });
    expect(world.engine.ports.bus.execute.size).toBe(0);
  });

  it("an effect travels through the queue; the pure part before it does not", async () => {
    const world = await testEngine([SHOUT, TWICE]);
    const sent = await world.send("goal.run", goal("text.twice"));
    expect(sent).toMatchObject({ ok: true, value: { status: 202, success: null } });
    await world.settle();
    const run = await outcomeOf(world, sent.ok ? sent.value.runId : "");
    expect(run).toMatchObject({ status: "succeeded", outputs: { "text.twice": "HEY HEY" }, queued_steps: 1 });
  });

  it("an ended run leaves its ring for the archive and reads the same there", async () => {
    const world = await testEngine([SHOUT, TWICE]);
    const sent = await world.send("goal.run", goal("text.twice"));
    const id = sent.ok ? sent.value.runId : "";
    while (await world.engine.deliver()) if ((await outcomeOf(world, id))?.status === "succeeded") break;
    const live = await outcomeOf(world, id);
    await world.settle();
    expect(await world.engine.ports.coordinator.read(id)).toBeNull();
    expect(await outcomeOf(world, id)).toEqual(live);
    const result = await world.engine.services.runs.result(CALL, id);
    expect(result).toMatchObject({
      ok: true,
      value: { batch_id: id, status: "success", results: [{ node_id: "shout@1.0.0" }, { node_id: "twice@1.0.0" }] },
    });
  });

  it("trust is counted once a run, and reaches the snapshot", async () => {
    const world = await testEngine([SHOUT]);
    for (let i = 0; i < 3; i++) await world.send("goal.run", goal("text.loud"));
    await world.settle();
    const snapshot = await world.engine.ports.registry.snapshot("default");
    expect(snapshot.trust.get("shout@1.0.0")).toMatchObject({ samples: 3 });
    expect(snapshot.trust.get("shout@1.0.0")?.score).toBeGreaterThan(0.5);
  });

  it("values over 64 KB travel as references, from the goal and between steps", async () => {
    const world = await testEngine([SHOUT, TWICE]);
    const sent = await world.send("goal.run", goal("text.twice", "x".repeat(100_000)));
    await world.settle();
    const run = await outcomeOf(world, sent.ok ? sent.value.runId : "");
    expect(run?.outputs["text.twice"]).toMatchObject({
      bytes: 200_003,
      $ref: expect.stringMatching(/^r2:values\/default\//),
    });
  });
});

describe("idempotency", () => {
  const key = { metadata: { idempotency_key: "order-7" } };

  it("the same key and body give the same run and the first answer, inline, queued and archived alike", async () => {
    for (const want of ["text.loud", "text.twice"]) {
      const world = await testEngine([SHOUT, TWICE]);
      const first = await world.send("goal.run", goal(want), key);
      const again = await world.send("goal.run", goal(want), key);
      expect(again.ok && again.value.runId).toBe(first.ok && first.value.runId);
      await world.settle(120_000);
      const late = await world.send("goal.run", goal(want), key);
      expect(late).toMatchObject({
        ok: true,
        value: { status: 200, runId: first.ok && first.value.runId, success: true },
      });
    }
  });

  it("another body is a conflict", async () => {
    const world = await testEngine([SHOUT]);
    await world.send("goal.run", goal("text.loud"), key);
    expect(await world.send("goal.run", goal("text.loud", "other"), key)).toMatchObject({
      ok: false,
      error: { code: "IDEMPOTENCY_CONFLICT" },
    });
  });

  it("the first answer stands even when the goal could not be planned any more", async () => {
    const world = await testEngine([SHOUT]);
    const first = await world.send("goal.run", goal("text.loud"), key);
    await world.engine.ports.registry.setLifecycle("default", "shout", "1.0.0", "deprecated");
    const registryVersion = await world.engine.ports.registry.version("default");
    const again = await world.send("goal.run", goal("text.loud"), key, { registryVersion });
    expect(again.ok && again.value.runId).toBe(first.ok && first.value.runId);
  });
});

describe("bad input is refused before anything is written", () => {
  it.each([
    ["an unknown operation", "goal.fly", {}, "INVALID_OPERATION"],
    ["a name every object has", "constructor", {}, "INVALID_OPERATION"],
    ["a goal nobody can produce", "goal.run", goal("text.sung"), "PLAN_UNREACHABLE"],
    ["a payload that is no goal", "goal.run", { wants: [] }, "INVALID_PARAMETER"],
    ["names without values", "goal.run", { want: ["text.loud"], given: ["text.in"] }, "INVALID_PARAMETER"],
    ["a given value that breaks the contract", "goal.run", goal("text.loud", 7), "INPUT_STATE_INVALID"],
    ["an unknown node", "node.execute", { node: "nobody", input: {} }, "NODE_NOT_FOUND"],
    ["no node at all", "node.execute", { input: {} }, "INVALID_PARAMETER"],
    [
      "an input the node does not have",
      "node.execute",
      { node: "shout", input: { "text.in": "a", stray: 1 } },
      "INPUT_STATE_INVALID",
    ],
    ["a missing input", "node.execute", { node: "shout", input: {} }, "PLAN_UNBOUND_INPUT"],
  ])("%s", async (_, operation, payload, code) => {
    const world = await testEngine([SHOUT]);
    const before = await world.engine.ports.blobs.list("");
    const sent = await world.send(operation, payload);
    expect(sent).toMatchObject({ ok: false, error: { code } });
    expect(world.engine.nextAlarm()).toBeNull();
    expect(world.engine.ports.bus.execute.size).toBe(0);
    expect(await world.engine.ports.blobs.list("")).toEqual(before);
  });

  it("a node whose output breaks its contract fails the run with the place", async () => {
    const world = await testEngine([pureNode("liar", "text.in", "text.lie", () => 42)]);
    const sent = await world.send("goal.run", goal("text.lie"));
    expect(sent).toMatchObject({
      ok: true,
      value: { status: 200, success: false, fault: { code: "OUTPUT_STATE_INVALID", place: '$["text.lie"]' } },
    });
  });

  it("a compute node that returns events breaks the output rule", async () => {
    const noisy = { ...SHOUT, run: () => ({ result: { "text.loud": "A" }, events: [{ type: "noise" }] }) };
    const world = await testEngine([noisy]);
    expect(await world.send("goal.run", goal("text.loud"))).toMatchObject({
      ok: true,
      value: { fault: { code: "OUTPUT_RULE_VIOLATION" } },
    });
  });
});

describe("what fails outside ends in a retried or failed run with a reason, never a hang", () => {
  const scenarios: [string, (ports: MemoryPorts) => MemoryPorts, string, string | null][] = [
    [
      "the work queue loses a publication",
      (ports) => ({ ...ports, bus: failing(ports.bus, failFirst("publishWork", 2)) }),
      "succeeded",
      null,
    ],
    [
      "the work queue never takes a message",
      (ports) => ({ ...ports, bus: failing(ports.bus, failFirst("publishWork", 1_000)) }),
      "failed",
      "LEASE_EXPIRED",
    ],
    [
      "the events queue fails for a while",
      (ports) => ({ ...ports, bus: failing(ports.bus, failFirst("publishEvents", 3)) }),
      "succeeded",
      null,
    ],
    [
      "a ring does not take an answer at first",
      (ports) => ({ ...ports, coordinator: failing(ports.coordinator, failFirst("answer", 2)) }),
      "succeeded",
      null,
    ],
    [
      "an answer arrives but its acknowledgement is lost",
      (ports) => ({ ...ports, coordinator: failing(ports.coordinator, failFirst("answer", 2, "after")) }),
      "succeeded",
      null,
    ],
    [
      "the blob store fails for a while",
      (ports) => ({ ...ports, blobs: failing(ports.blobs, failFirst("put", 3)) }),
      "succeeded",
      null,
    ],
    [
      "the run index fails for a while",
      (ports) => ({ ...ports, parts: failing(ports.parts, failFirst("store", 3)) }),
      "succeeded",
      null,
    ],
    [
      "the trust memory fails for a while",
      (ports) => ({ ...ports, trust: failing(ports.trust, failFirst("report", 3)) }),
      "succeeded",
      null,
    ],
  ];

  it.each(scenarios)("%s", async (_, ports, status, code) => {
    const world = await testEngine([SHOUT, TWICE], ports);
    const sent = await world.send("goal.run", goal("text.twice"));
    await world.settle();
    const run = await outcomeOf(world, sent.ok ? sent.value.runId : "");
    expect(run?.status).toBe(status);
    expect(run?.error?.code ?? null).toBe(code);
    expect((await world.engine.ports.registry.snapshot("default")).trust.get("shout@1.0.0")?.samples).toBe(1);
  });

  it("a registry that is down refuses the envelope as unavailable", async () => {
    const world = await testEngine([SHOUT], (ports) => ({
      ...ports,
      registry: failing(ports.registry, failFirst("snapshot", 100)),
    }));
    expect(await world.send("goal.run", goal("text.loud"))).toMatchObject({
      ok: false,
      error: { code: "SERVICE_UNAVAILABLE" },
    });
  });

  it("a ring that is down refuses the envelope as unavailable, and a repeat with the key runs it once", async () => {
    const key = { metadata: { idempotency_key: "k" } };
    const world = await testEngine([SHOUT, TWICE], (ports) => ({
      ...ports,
      coordinator: failing(ports.coordinator, failFirst("submit")),
    }));
    expect(await world.send("goal.run", goal("text.twice"), key)).toMatchObject({
      ok: false,
      error: { code: "SERVICE_UNAVAILABLE" },
    });
    const again = await world.send("goal.run", goal("text.twice"), key);
    await world.settle(120_000);
    expect(await outcomeOf(world, again.ok ? again.value.runId : "")).toMatchObject({ status: "succeeded" });
    expect((await world.engine.ports.registry.snapshot("default")).trust.get("twice@1.0.0")?.samples).toBe(1);
  });

  it("a ring whose answer is lost has the run all the same, and the caller is told so", async () => {
    const world = await testEngine([SHOUT, TWICE], (ports) => ({
      ...ports,
      coordinator: failing(ports.coordinator, failFirst("submit", 1, "after")),
    }));
    const sent = await world.send("goal.run", goal("text.twice"));
    expect(sent).toMatchObject({ ok: true, value: { status: 202 } });
    await world.settle();
    expect(await outcomeOf(world, sent.ok ? sent.value.runId : "")).toMatchObject({ status: "succeeded" });
  });

  it("a node that fails for a while is retried, and its failures are remembered", async () => {
    let calls = 0;
    const flaky = effectNode("flaky", "text.in", "text.ok", (text) => {
      if (++calls < 3) throw new RuntimeHostError(fault("CONNECTION_ERROR", "the target is down"));
      return text;
    });
    const world = await testEngine([flaky]);
    const sent = await world.send("goal.run", goal("text.ok"));
    await world.settle();
    expect(await outcomeOf(world, sent.ok ? sent.value.runId : "")).toMatchObject({ status: "succeeded" });
    expect((await world.engine.ports.registry.snapshot("default")).trust.get("flaky@1.0.0")?.samples).toBe(3);
  });

  it("a node that throws anything at all ends in a fault without its text", async () => {
    const rude = effectNode("rude", "text.in", "text.ok", () => {
      throw new TypeError("secret 4711");
    });
    const world = await testEngine([rude]);
    const sent = await world.send("goal.run", goal("text.ok"));
    await world.settle();
    const run = await outcomeOf(world, sent.ok ? sent.value.runId : "");
    expect(run).toMatchObject({ status: "failed", error: { code: "RUNTIME_ERROR" } });
    expect(JSON.stringify(run)).not.toContain("4711");
  });

  it("rings that are evicted between any two steps lose nothing", async () => {
    const world = await testEngine([SHOUT, TWICE]);
    const sent = await world.send("goal.run", goal("text.twice"));
    for (let ring = 0; ring < 4; ring++) world.engine.evict(ring);
    await world.engine.deliver();
    for (let ring = 0; ring < 4; ring++) world.engine.evict(ring);
    await world.settle();
    expect(await outcomeOf(world, sent.ok ? sent.value.runId : "")).toMatchObject({ status: "succeeded" });
  });
});

describe("a registry that moved on", () => {
  it("a node registered past this isolate is planned with, not said to be missing", async () => {
    const world = await testEngine([SHOUT]);
    await world.send("goal.run", goal("text.loud"));
    const { definition } = pureNode("sing", "text.loud", "text.sung", (text) => text);
    await world.engine.ports.registry.register(
      "default",
      sampleNode({ ...definition, entrypoint: { type: "builtin", target: "shout" } }),
      sampleArtifacts("sing"),
      0,
    );
    const asked = { operation: "goal.run", payload: goal("text.sung"), targetNode: null, registryVersion: null };
    expect(await world.engine.services.plans.preview(CALL, asked)).toMatchObject({ ok: true });
    expect(await world.send("goal.run", goal("text.sung"))).toMatchObject({ ok: true });
  });
});
