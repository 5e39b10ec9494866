import { describe, expect, it } from "vitest";
import { pureNode, testEngine, type TestNode } from "../../support/engines.ts";
import { goal, PIPELINE, refusal, SHOUT, started, TWICE, UNKNOWN, valueOf } from "../../support/steered-run.ts";
import { waitNode } from "../../support/wait-node.ts";
import { CALL, callFor } from "../../support/call.ts";

describe("cancel", () => {
  it("ends the run at once; what the executor still answers changes nothing", async () => {
    const { steer, settle, view, id } = await started(PIPELINE, "goal.run", goal());
    expect(await steer(id, { type: "cancel", reason: "withdrawn" })).toEqual({
      ok: true,
      value: { run_id: id, status: "cancelled" },
    });
    const then = await view(id);
    expect(then).toMatchObject({ status: "cancelled", error: { code: "RUN_CANCELLED", message: "withdrawn" } });
    await settle();
    expect(await view(id)).toEqual(then);
    expect(then.steps.map(({ status }) => status)).toEqual(["succeeded", "cancelled", "cancelled"]);
  });

  it.each([0, 600_000])("too late by %i ms, in the ring or in the archive, it is refused", async (ms) => {
    const { steer, settle, view, id } = await started([SHOUT], "goal.run", {
      want: ["text.loud"],
      given: { "text.in": "x" },
    });
    if (ms > 0) await settle(ms);
    expect(await steer(id, { type: "cancel", reason: "late" })).toMatchObject(refusal("INVALID_STATE"));
    expect(await view(id)).toMatchObject({ status: "succeeded" });
  });

  it("racing the last step, one of the two wins and the run is one of the two", async () => {
    const { world, steer, settle, view, id } = await started(PIPELINE, "goal.run", goal());
    const [answer] = await Promise.all([steer(id, { type: "cancel", reason: "now" }), world.engine.deliver()]);
    await settle();
    expect((await view(id)).status).toBe(answer.ok ? "cancelled" : "succeeded");
  });
});

describe("pause and resume", () => {
  it("a paused run dispatches nothing new, takes what is under way, and goes on when resumed", async () => {
    const { steer, settle, view, id } = await started(PIPELINE, "goal.run", goal());
    expect(valueOf(await steer(id, { type: "pause" }))).toEqual({ run_id: id, status: "paused" });
    await settle();
    const paused = await view(id);
    expect(paused.steps.map(({ status }) => status)).toEqual(["succeeded", "succeeded", "pending"]);
    expect(valueOf(await steer(id, { type: "resume" }))).toEqual({ run_id: id, status: "running" });
    await settle();
    expect(await view(id)).toMatchObject({ status: "succeeded", outputs: { "text.size": "7" } });
  });

  it("a pause that comes with the last step under way does not keep the run from ending", async () => {
    const { steer, settle, view, id } = await started([SHOUT, TWICE], "goal.run", {
      want: ["text.twice"],
      given: { "text.in": "hey" },
    });
    await steer(id, { type: "pause" });
    await settle();
    expect((await view(id)).status).toBe("succeeded");
    expect(await steer(id, { type: "resume" })).toMatchObject(refusal("INVALID_STATE"));
  });

  it("a run that is not paused cannot be resumed", async () => {
    const { steer, id } = await started(PIPELINE, "goal.run", goal());
    expect(await steer(id, { type: "resume" })).toMatchObject(refusal("INVALID_STATE"));
  });

  it("a paused run can be cancelled", async () => {
    const { steer, view, id } = await started(PIPELINE, "goal.run", goal());
    await steer(id, { type: "pause" });
    await steer(id, { type: "cancel", reason: "enough" });
    expect((await view(id)).status).toBe("cancelled");
  });
});

const EVENT_GRAPH = {
  steps: [
    { id: "paid", node: "wait_event" },
    { id: "book", node: "book", inputs: { "book.in": "paid.wait.payload" } },
  ],
};
const BOOK: TestNode = {
  definition: {
    ...pureNode("book", "book.in", "book.out", String).definition,
    inputs: { "book.in": { schema: {}, optional: false } },
    inputState: { type: "object" },
    outputs: { "book.out": {} },
    outputState: { type: "object" },
  },
  run: ({ input }) => ({ result: { "book.out": input["book.in"] ?? null } }),
};

describe("events", () => {
  const open = () => started([waitNode("event"), BOOK], "graph.run", EVENT_GRAPH);

  it("the step that waits for the name goes on with the payload", async () => {
    const { control, settle, view, id } = await open();
    expect(await view(id)).toMatchObject({
      status: "waiting",
      steps: [
        { waiting: { kind: "event", event: "paid", until: "2023-11-15T22:13:20.000Z", prompt: null } },
        { waiting: null },
      ],
    });
    expect(await control.signal(CALL, id, "other", 1)).toMatchObject({ value: { heard_by: [], awaited: ["paid"] } });
    expect((await view(id)).status).toBe("waiting");
    expect(valueOf(await control.signal(CALL, id, "paid", { amount: 42 }))).toEqual({
      run_id: id,
      status: "running",
      heard_by: ["paid"],
      awaited: ["paid"],
    });
    await settle();
    expect(await view(id)).toMatchObject({ status: "succeeded", outputs: { "book.out": { amount: 42 } } });
  });

  it("a payload over 64 KB travels as a reference", async () => {
    const { control, settle, view, id, world } = await open();
    await control.signal(CALL, id, "paid", "x".repeat(100_000));
    await settle();
    expect((await view(id)).outputs["book.out"]).toMatchObject({ bytes: 100_002 });
    expect(await world.engine.ports.blobs.list("values/default/")).toHaveLength(1);
  });

  it("one for a run that has ended, for another tenant or for nobody is refused", async () => {
    const { control, settle, id } = await open();
    expect(await control.signal(callFor("other"), id, "paid", 1)).toMatchObject(refusal("RUN_NOT_FOUND"));
    await control.signal(CALL, id, "paid", 1);
    await settle();
    expect(await control.signal(CALL, id, "paid", 2)).toMatchObject(refusal("INVALID_STATE"));
    for (const unknown of [UNKNOWN, "nobody"]) {
      expect(await control.signal(CALL, unknown, "paid", 1)).toMatchObject(refusal("RUN_NOT_FOUND"));
    }
  });

  it("one that never comes ends the run with WAIT_TIMEOUT", async () => {
    const { settle, view, id } = await started([waitNode("event"), BOOK], "graph.run", {
      ...EVENT_GRAPH,
      given: { "wait.timeout_ms": 5_000 },
    });
    await settle();
    expect(await view(id)).toMatchObject({ status: "failed", error: { code: "WAIT_TIMEOUT" } });
  });
});

describe("approvals", () => {
  const graph = {
    steps: [
      { id: "sign", node: "wait_approval" },
      { id: "book", node: "book", inputs: { "book.in": "sign.wait.approval" } },
    ],
  };
  const open = () => started([waitNode("approval"), BOOK], "graph.run", graph);
  const word = (approved: boolean, step = "sign") =>
    ({ type: "approve", step, approved, word: { by: "ann" } }) as const;

  it("the step ends with the word, and the run goes on", async () => {
    const { steer, settle, view, id } = await open();
    expect(valueOf(await steer(id, word(true)))).toEqual({ run_id: id, status: "running" });
    await settle();
    expect(await view(id)).toMatchObject({
      status: "succeeded",
      outputs: { "book.out": { approved: true, by: "ann" } },
    });
  });

  it("a rejection fails the step, the run, and nobody's trust", async () => {
    const { world, steer, settle, view, id } = await open();
    await steer(id, word(false));
    await settle();
    expect(await view(id)).toMatchObject({ status: "failed", error: { code: "APPROVAL_REJECTED" } });
    const { trust } = await world.engine.ports.registry.snapshot("default");
    expect(trust.get("wait_approval@1.0.0")?.samples ?? 0).toBe(0);
  });

  it("one by another tenant, for another step, or a second one is refused", async () => {
    const { steer, settle, view, id } = await open();
    expect(await steer(id, word(true), "other")).toMatchObject(refusal("RUN_NOT_FOUND"));
    expect(await steer(id, word(true, "book"))).toMatchObject(refusal("INVALID_STATE"));
    expect(await steer(id, word(true, "nobody"))).toMatchObject(refusal("INVALID_STATE"));
    expect((await view(id)).status).toBe("waiting");
    await steer(id, word(true));
    expect(await steer(id, word(false))).toMatchObject(refusal("INVALID_STATE"));
    await settle();
    expect((await view(id)).status).toBe("succeeded");
  });
});

describe("sleep", () => {
  it("ends at its moment and lets the run go on", async () => {
    const { world, settle, view, id } = await started([waitNode("sleep"), SHOUT], "graph.run", {
      steps: [
        { id: "nap", node: "wait_sleep" },
        { id: "shout", node: "shout", after: ["nap"] },
      ],
      given: { "wait.ms": 60_000, "text.in": "hey" },
    });
    await settle(59_999);
    expect((await view(id)).status).toBe("waiting");
    await settle(60_000);
    expect(await view(id)).toMatchObject({ status: "succeeded", outputs: { "text.loud": "HEY" } });
    expect(world.clock.now()).toBeLessThan(1_700_000_000_000 + 120_000);
  });

  it("input that is no time is refused before anything is written", async () => {
    const world = await testEngine([waitNode("sleep")]);
    for (const given of [{ "wait.ms": -1 }, { "wait.ms": "soon" }, { "wait.until": "tomorrow" }]) {
      expect(await world.send("graph.run", { steps: [{ id: "nap", node: "wait_sleep" }], given })).toMatchObject(
        refusal("INPUT_STATE_INVALID"),
      );
    }
  });
});
