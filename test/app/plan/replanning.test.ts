import { describe, expect, it } from "vitest";
import { fault, RuntimeHostError } from "../../../src/core/errors.ts";
import type { NodeDefinition } from "../../../src/core/registry/node.ts";
import { ringOf } from "../../../src/core/run/model/run-id.ts";
import type { MemoryPorts } from "../../../src/embedded/memory-engine.ts";
import { pureNode, testEngine, type TestEngine, type TestNode } from "../../support/engines.ts";
import { failFirst, failing } from "../../support/failing.ts";
import { CORRELATION, steering, valueOf } from "../../support/steered-run.ts";
import { CALL } from "../../support/call.ts";
import { itemsIn } from "../../support/received.ts";

const NEVER = { retry: { maxRetries: 0, backoff: "fixed", baseMs: 10, maxMs: 10 } } as const;
const priced = (cost: number) => ({ cost, latencyMs: 1, timeoutMs: 1_000, cache: null, ...NEVER });

function breakDown(name: string): never {
  throw new RuntimeHostError(fault("HANDLER_EXECUTION_ERROR", `${name} is broken`, { retryable: false }));
}

/** A variant of the same work: the cheaper one is tried first. */
function variant(name: string, cost: number, works: boolean, changes: Partial<NodeDefinition> = {}): TestNode {
  const run = (text: string): string => {
    return works ? `${text} by ${name}` : breakDown(name);
  };
  return pureNode(name, "text.in", "text.done", run, { execution: priced(cost), ...changes });
}
const effect = { kind: "effect" } as const;
const LAST = pureNode("last", "text.done", "text.end", (text) => `${text}!`, effect);
const ASK = { want: ["text.done"], given: { "text.in": "hey" } };
const ASK_MORE = { want: ["text.end"], given: { "text.in": "hey" } };

const BROKEN = variant("broken", 0.1, false, effect);
const SOUND = variant("sound", 0.5, true, effect);

interface View {
  readonly status: string;
  readonly outputs: object;
  readonly error: { readonly code: string; readonly hint?: string } | null;
  readonly replans: number;
  readonly queued_steps: number;
  readonly replanning: object | null;
  readonly replaced: readonly { readonly node: string; readonly status: string }[];
  readonly steps: readonly { readonly id: string; readonly node: string; readonly status: string }[];
}
const viewOf = async ({ engine }: TestEngine, id: string): Promise<View> =>
  (await engine.services.runs.view(CALL, id)) as unknown as View;

async function sent(
  nodes: readonly TestNode[],
  payload: Parameters<TestEngine["send"]>[1] = ASK,
  ports?: (ports: MemoryPorts) => MemoryPorts,
) {
  const world = await testEngine(nodes, ports);
  const accepted = valueOf(await world.send("goal.run", payload));
  return { world, id: accepted.runId, accepted, view: () => viewOf(world, accepted.runId) };
}

/** A run whose question has been published and not been answered. */
async function asking(payload = ASK, ports?: (ports: MemoryPorts) => MemoryPorts) {
  const run = await sent([BROKEN, SOUND, LAST], payload, ports);
  const { bus } = run.world.engine.ports;
  for (const delivery of bus.execute.pull(10)) {
    for (const { runId, segment, token, steps } of itemsIn([delivery])) {
      const problem = fault("HANDLER_EXECUTION_ERROR", "broken", { retryable: false });
      const outcome = {
        ok: false,
        fault: problem,
        inputHash: null,
        inputBytes: 1,
        startedAt: 0,
        durationMs: 1,
      } as const;
      const results = steps.map(({ id }) => ({ step: id, outcome }));
      await run.world.engine.ports.coordinator.answer([{ runId, segment, token, results }]);
    }
    delivery.ack();
  }
  expect(bus.execute.size).toBe(1);
  return run;
}

describe("a variant takes over from one that died", () => {
  it("inline: in the same request, without a queue", async () => {
    const { world, accepted, view } = await sent([variant("broken", 0.1, false), variant("sound", 0.5, true)]);
    expect(accepted).toMatchObject({
      status: 200,
      success: true,
      payload: { outputs: { "text.done": "hey by sound" } },
    });
    expect(world.engine.ports.bus.execute.size).toBe(0);
    expect(await view()).toMatchObject({
      replans: 1,
      queued_steps: 0,
      error: null,
      replaced: [{ node: "broken", status: "failed", error: { code: "HANDLER_EXECUTION_ERROR" } }],
    });
  });

  it("inline, by a variant that must be queued", async () => {
    const { world, accepted, view } = await sent([variant("broken", 0.1, false), SOUND]);
    expect(accepted.status).toBe(202);
    await world.settle();
    expect(await view()).toMatchObject({ status: "succeeded", replans: 1, queued_steps: 1 });
  });

  it("queued: what has succeeded before is not done again", async () => {
    let fetched = 0;
    const fetch = pureNode("fetch", "url", "text.in", (text) => ((fetched += 1), text), effect);
    const { world, view } = await sent([fetch, BROKEN, SOUND, LAST], { want: ["text.end"], given: { url: "x" } });
    await world.settle();
    expect(await view()).toMatchObject({
      status: "succeeded",
      error: null,
      replans: 1,
      outputs: { "text.end": "x by sound!" },
      replaced: [{ node: "broken", status: "failed" }],
    });
    expect(fetched).toBe(1);
  });

  it("reads the same from the archive, and its result tells of both", async () => {
    const { world, id, view } = await sent([BROKEN, SOUND, LAST], ASK_MORE);
    for (;;) if (!(await world.engine.deliver()) || (await view()).status === "succeeded") break;
    const live = await view();
    await world.settle();
    expect(await world.engine.ports.coordinator.read(id)).toBeNull();
    expect(await view()).toEqual(live);
    expect(await world.engine.services.runs.result(CALL, id)).toMatchObject({
      ok: true,
      value: {
        status: "success",
        results: [
          { node_id: "sound@1.0.0" },
          { node_id: "last@1.0.0" },
          { node_id: "broken@1.0.0", status: "failure" },
        ],
      },
    });
  });

  it("counts for trust once each, however it went", async () => {
    const { world } = await sent([BROKEN, SOUND, LAST], ASK_MORE);
    await world.settle();
    const { trust } = await world.engine.ports.registry.snapshot("default");
    expect(["broken@1.0.0", "sound@1.0.0", "last@1.0.0"].map((ref) => trust.get(ref as never)?.samples)).toEqual([
      1, 1, 1,
    ]);
    expect(trust.get("broken@1.0.0")?.score).toBeLessThan(trust.get("sound@1.0.0")?.score ?? 0);
  });

  it("may be a node that nobody here knew when the plan was made", async () => {
    const cut = (name: string, works: boolean, changes: Partial<NodeDefinition>): TestNode =>
      pureNode(name, "text.in", "text.cut", (text) => (works ? text : breakDown(name)), { ...effect, ...changes });
    const join = (name: string, cost: number): TestNode =>
      pureNode(name, "text.cut", "text.done", (text) => text, { ...effect, execution: priced(cost) });
    const nodes = [cut("scissors", false, { execution: priced(0.1) }), cut("knife", true, { lifecycle: "draft" })];
    const { world, view } = await sent([...nodes, join("glue", 0.1), join("tape", 0.5)]);
    await world.engine.ports.registry.setLifecycle("default", "knife", "1.0.0", "active");
    await world.settle();
    expect(await view()).toMatchObject({ status: "succeeded", replans: 1, replaced: [{ node: "scissors" }] });
  });

  it("replays, exports, imports and runs again", async () => {
    const { world, id } = await sent(
      [BROKEN, SOUND, LAST].map((one) => ({ ...one, definition: { ...one.definition, kind: "compute" } })),
      ASK_MORE,
    );
    await world.settle();
    const { control } = world.engine.services;
    const replayed = valueOf(await control.replay(CALL, id));
    expect(replayed).toMatchObject({ identical: true, differs: 0 });
    expect(replayed["steps"]).toHaveLength(3);
    const file = valueOf(await control.exportRun(CALL, id));
    const other = await testEngine([]);
    valueOf(await other.engine.services.control.importRun(CALL, file));
    expect(await viewOf(other, id)).toMatchObject({ status: "succeeded", replans: 1, replaced: [{ node: "broken" }] });
    const again = await steering(world).rerun(id);
    await world.settle();
    const rerun = await viewOf(world, String(valueOf(again)["run_id"]));
    expect(rerun).toMatchObject({ status: "succeeded", replans: 0, replaced: [], correlation_id: CORRELATION });
  });
});

describe("a rerun of a run that went on with another plan", () => {
  it.each([
    ["inline", {}],
    ["queued", effect],
  ])("tries the node that had died when the other one dies: %s", async (_, changes) => {
    let broken = "first";
    const fickle = (name: string, cost: number): TestNode => ({
      ...variant(name, cost, true, changes),
      run: ({ input }) => ({
        result: { "text.done": broken === name ? breakDown(name) : `${String(input["text.in"])} by ${name}` },
      }),
    });
    const { world, id, view } = await sent([fickle("first", 0.1), fickle("second", 0.5)]);
    await world.settle();
    expect(await view()).toMatchObject({ status: "succeeded", outputs: { "text.done": "hey by second" } });
    broken = "second";
    const again = valueOf(await steering(world).rerun(id));
    await world.settle();
    const end = await viewOf(world, String(again["run_id"]));
    expect(end).toMatchObject({ status: "succeeded", outputs: { "text.done": "hey by first" }, replans: 1 });
  });

  it("fails when nobody is left, and says what a new plan was missing", async () => {
    const alone = variant("alone", 0.1, true, effect);
    let works = true;
    const moody: TestNode = { ...alone, run: () => (works ? { result: { "text.done": "done" } } : breakDown("alone")) };
    const { world, id } = await sent([moody]);
    await world.settle();
    works = false;
    const again = valueOf(await steering(world).rerun(id));
    await world.settle();
    const end = await viewOf(world, String(again["run_id"]));
    expect(end).toMatchObject({ status: "failed", error: { code: "HANDLER_EXECUTION_ERROR" }, replans: 0 });
    expect(end.error?.hint).toContain("there is no other way");
  });
});

describe("when no variant is left", () => {
  it("the failure stands, inline and queued", async () => {
    for (const changes of [{}, effect]) {
      const { world, view } = await sent([
        variant("broken", 0.1, false, changes),
        variant("worse", 0.5, false, changes),
      ]);
      await world.settle();
      expect(await view()).toMatchObject({
        status: "failed",
        replans: 1,
        error: { code: "HANDLER_EXECUTION_ERROR", message: "worse is broken" },
      });
    }
  });

  it("max_replans 0 asks nobody", async () => {
    const { world, view } = await sent([BROKEN, SOUND], { ...ASK, policy: { max_replans: 0 } });
    await world.engine.deliver();
    expect(world.engine.ports.bus.execute.size).toBe(0);
    expect(await view()).toMatchObject({ status: "failed", replans: 0, error: { code: "HANDLER_EXECUTION_ERROR" } });
  });
});

describe("the question", () => {
  it("that is lost is asked again by the alarm, from storage alone", async () => {
    const { world, id, view } = await asking();
    world.engine.ports.bus.execute.pull(10).forEach((delivery) => delivery.ack());
    world.engine.evict(ringOf(id) ?? 0);
    await world.settle();
    expect(await view()).toMatchObject({ status: "succeeded", replans: 1 });
  });

  it("that is always lost lets the failure stand", async () => {
    const { world, view } = await sent([BROKEN, SOUND], ASK, (ports) => ({
      ...ports,
      bus: {
        ...ports.bus,
        publishWork: async (messages) => ports.bus.publishWork(messages.filter(({ type }) => type === "work")),
      },
    }));
    await world.settle();
    expect(await view()).toMatchObject({ status: "failed", replans: 0, error: { code: "HANDLER_EXECUTION_ERROR" } });
  });

  it("that ends in the dead letters is recorded, and asked again", async () => {
    const { world, id, view } = await asking();
    const { execute, deadExecute } = world.engine.ports.bus;
    for (let n = 0; n < 4; n++) for (const delivery of execute.pull(10)) delivery.retry();
    expect(deadExecute.size).toBe(1);
    await world.settle();
    expect(await view()).toMatchObject({ status: "succeeded", replans: 1 });
    const letter = await world.engine.ports.deadLetters.get("default", `${id}-replan.1.1`);
    expect(letter).toMatchObject({ runId: id, messageType: "replan", retryCount: 3 });
    const again = await world.engine.services.deadLetters.redrive(CALL, letter?.id ?? "");
    expect(again).toMatchObject({ ok: true, value: { outcome: "ended" } });
  });

  it("that could not be answered is answered later", async () => {
    const { world, view } = await asking(ASK, (ports) => ({
      ...ports,
      coordinator: failing(ports.coordinator, failFirst("replanned", 2, "after")),
    }));
    await world.settle();
    expect(await view()).toMatchObject({ status: "succeeded", replans: 1 });
  });

  it("of an older token changes nothing", async () => {
    const { world, id, view } = await asking();
    const late = world.engine.ports.bus.execute.pull(1);
    await world.settle();
    const ended = await view();
    expect(ended).toMatchObject({ status: "succeeded", replans: 1 });
    late.forEach((delivery) => delivery.retry());
    await world.settle();
    expect(await view()).toEqual(ended);
    await world.engine.ports.coordinator.replanned({
      runId: id,
      token: "replan.1.1",
      result: { ok: false, error: fault("PLAN_UNREACHABLE", "no") },
    });
    expect(await view()).toEqual(ended);
  });

  it("leaves a cancelled run cancelled", async () => {
    const { world, id, view } = await asking();
    expect(await view()).toMatchObject({ status: "running", replanning: { phase: "asking" }, error: null });
    valueOf(await steering(world).steer(id, { type: "cancel", reason: "enough" }));
    await world.settle();
    expect(await view()).toMatchObject({
      status: "cancelled",
      replans: 0,
      replanning: null,
      error: { code: "RUN_CANCELLED" },
    });
  });

  it("is answered while the run is paused; the run goes on when it is resumed", async () => {
    const { world, id, view } = await asking();
    valueOf(await steering(world).steer(id, { type: "pause" }));
    await world.settle(60_000);
    expect(await view()).toMatchObject({ status: "paused", replans: 1 });
    valueOf(await steering(world).steer(id, { type: "resume" }));
    await world.settle();
    expect(await view()).toMatchObject({ status: "succeeded" });
  });
});

it("a run of many rows asks again and changes its plan from them alone", async () => {
  const chain = Array.from({ length: 30 }, (_, i) => pureNode(`n${i}`, `k.${i}`, `k.${i + 1}`, (text) => text, effect));
  const from = { inputs: { "k.30": { schema: { type: "string" }, optional: false } }, inputState: {} } as const;
  const tail = (name: string, cost: number, works: boolean): TestNode => {
    const made = variant(name, cost, works, { ...effect, ...from });
    return { ...made, run: async (call) => made.run({ ...call, input: { "text.in": call.input["k.30"] as string } }) };
  };
  let asked = 0;
  const { world, id, view } = await sent(
    [...chain, tail("broken", 0.1, false), tail("sound", 0.5, true)],
    { want: ["text.done"], given: { "k.0": "x" } },
    // The first question is lost.
    (ports) => ({
      ...ports,
      bus: {
        ...ports.bus,
        publishWork: async (messages) =>
          ports.bus.publishWork(messages.filter(({ type }) => type === "work" || ++asked > 1)),
      },
    }),
  );
  for (let turn = 0; asked === 0 && turn < 100; turn++) await world.engine.deliver();
  // The ring forgets: only the header's row knows when to ask again.
  world.engine.evict(ringOf(id) ?? 0);
  for (let turn = 0; asked === 1 && turn < 100; turn++) {
    world.clock.set(world.engine.nextAlarm() ?? 0);
    await world.engine.fireAlarms();
    await world.engine.ports.bus.events.drain(async (batch) => batch.forEach((delivery) => delivery.ack()));
  }
  for (let turn = 0; (await view()).replans === 0 && turn < 100; turn++) await world.engine.deliver();
  world.engine.evict(ringOf(id) ?? 0);
  expect(await view()).toMatchObject({ replans: 1, replaced: [{ node: "broken", status: "failed" }] });
  await world.settle();
  expect(await view()).toMatchObject({ status: "succeeded", replans: 1, outputs: { "text.done": "x by sound" } });
});
