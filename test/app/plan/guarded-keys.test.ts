import { beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { fault, RuntimeHostError } from "../../../src/core/errors.ts";
import type { NodeDefinition } from "../../../src/core/registry/node.ts";
import { effectNode, pureNode, testEngine, type TestNode } from "../../support/engines.ts";
import { CALL } from "../../support/call.ts";
import { sampleArtifacts, sampleNode as sample } from "../../support/sample-node.ts";
import { started, steering, valueOf } from "../../support/steered-run.ts";
import { waitNode } from "../../support/wait-node.ts";

const TOTAL = { type: "integer" } as const;
const GUARD = { "invoice.released": { only: ["approve_if_needed"] } };

let booked: unknown[] = [];
let noteFails = false;
beforeEach(() => {
  booked = [];
  noteFails = false;
});

const taking = (definition: TestNode["definition"], key: string, schema: JsonObject): TestNode["definition"] => ({
  ...definition,
  inputs: { ...definition.inputs, [key]: { schema, optional: false } },
  inputState: { type: "object", required: [key], properties: { [key]: schema } },
});

/** Books an invoice: what must never run unasked. */
function book(changes: Partial<NodeDefinition> = {}): TestNode {
  const { definition } = effectNode("book", "invoice.total", "invoice.released", String);
  return {
    definition: { ...taking(definition, "invoice.total", TOTAL), ...changes },
    run: ({ input }) => {
      booked.push(input["invoice.total"]);
      return { result: { "invoice.released": "booked" } };
    },
  };
}

/** A step before the approval that may die. */
function note(): TestNode {
  const { definition } = effectNode("note", "invoice.total", "invoice.noted", String);
  return {
    definition: taking(definition, "invoice.total", TOTAL),
    run: () => {
      if (noteFails) throw new RuntimeHostError(fault("OUTPUT_STATE_INVALID", "nobody takes notes"));
      return { result: { "invoice.noted": "noted" } };
    },
  };
}

const BODY: JsonObject = {
  steps: [
    { id: "note", node: "note" },
    { id: "ask", node: "wait_approval", after: ["note"], inputs: {} },
    { id: "book", node: "book", after: ["ask"] },
  ],
};

/** Everybody's way to a released invoice: asks first. Totals are at most 1000. */
const approveIfNeeded = (changes: Partial<NodeDefinition> = {}): TestNode => ({
  ...pureNode("approve_if_needed", "invoice.total", "invoice.released", String),
  definition: {
    name: "approve_if_needed",
    kind: "effect",
    entrypoint: { type: "composite", target: "graph" },
    inputs: { "invoice.total": { schema: { type: "integer", maximum: 1_000 }, optional: false } },
    inputState: { type: "object", properties: { "invoice.total": { type: "integer", maximum: 1_000 } } },
    outputs: { "invoice.released": { type: "string" } },
    outputState: {},
    graph: BODY,
    keys: GUARD,
    ...changes,
  },
});

const world = (inner: Partial<NodeDefinition> = {}, outer: Partial<NodeDefinition> = {}): readonly TestNode[] => [
  book(inner),
  note(),
  waitNode("approval"),
  approveIfNeeded(outer),
];
const GOAL = { want: ["invoice.released"], given: { "invoice.total": 700 } };
const guarded = { ok: false, error: { code: "PLAN_GUARDED_KEY" } };

describe("a node inside of an approval", () => {
  it.each<[string, readonly TestNode[]]>([
    ["guarded by its key", world()],
    ["private", world({ visibility: "private" }, { keys: {} })],
  ])("is reached by the composite alone, and runs once somebody has approved: %s", async (_, nodes) => {
    const run = await started(nodes, "goal.run", GOAL);
    await run.settle(1_000);
    expect((await run.view(run.id)).status).toBe("waiting");
    expect(booked).toEqual([]);
    const view = await run.view(run.id);
    const ask = view.steps.find(({ id }) => id.endsWith("/ask"))?.id ?? "";
    await run.steer(run.id, { type: "approve", step: ask, approved: true, word: {} });
    await run.settle();
    expect(await run.view(run.id)).toMatchObject({ status: "succeeded", outputs: { "invoice.released": "booked" } });
    expect(booked).toEqual([700]);
  });

  it.each<[string, readonly TestNode[]]>([
    ["guarded by its key", world()],
    ["private", world({ visibility: "private" }, { keys: {} })],
  ])("is no way on when a part before the approval dies: %s", async (_, nodes) => {
    noteFails = true;
    const run = await started(nodes, "goal.run", GOAL);
    await run.settle();
    expect(await run.view(run.id)).toMatchObject({
      status: "failed",
      replans: 0,
      error: { code: "OUTPUT_STATE_INVALID" },
    });
    expect(booked).toEqual([]);
  });

  it("is no way around a given value that the composite refuses", async () => {
    const engine = await testEngine(world());
    const sent = await engine.send("goal.run", { ...GOAL, given: { "invoice.total": 5_000 } });
    expect(sent).toMatchObject({ ok: false, error: { code: "INPUT_STATE_INVALID", place: '$["invoice.total"]' } });
    expect(booked).toEqual([]);
  });

  it("is named with the reason among the candidates of a goal", async () => {
    const engine = await testEngine(world());
    const plan = await engine.engine.services.plans.preview(CALL, {
      ...{ operation: "goal.run", payload: GOAL, targetNode: null, registryVersion: null },
    });
    const [choice] = valueOf(plan).why.filter(({ key }) => key === "invoice.released");
    expect(choice?.candidates).toEqual([
      expect.objectContaining({ node: "approve_if_needed", verdict: "chosen" }),
      {
        ...{ node: "book", version: "1.0.0", verdict: "rejected" },
        reasons: [
          "it gives invoice.released, which is guarded: only approve_if_needed may, by approve_if_needed@1.0.0",
        ],
      },
    ]);
  });
});

describe("a guarded key", () => {
  const step = (node: string): JsonObject => ({ steps: [{ id: "it", node }], given: { "invoice.total": 1 } });

  it("is produced by no step of a graph, no node.execute and no other composite", async () => {
    const other = approveIfNeeded({ name: "quick", graph: { steps: [{ id: "book", node: "book" }] }, keys: {} });
    const hiding = approveIfNeeded({
      ...{ name: "hiding", keys: {}, outputs: { "other.key": {} } },
      graph: { steps: [{ id: "in", node: "quick" }], outputs: { "other.key": "in.invoice.released" } },
    });
    const engine = await testEngine([...world(), other, hiding]);
    for (const [operation, payload] of [
      ["graph.run", step("book")],
      ["node.execute", { node: "book", input: { "invoice.total": 1 } }],
      ["graph.run", step("quick")],
      ["graph.run", step("hiding")],
      ["goal.run", { want: ["other.key"], given: { "invoice.total": 1 } }],
    ] as const) {
      const sent = await engine.send(operation, payload);
      expect(sent, operation).toMatchObject({ ok: false });
      expect(JSON.stringify(sent)).toContain("which is guarded: only approve_if_needed may");
    }
    expect(booked).toEqual([]);
    expect(await engine.send("graph.run", step("approve_if_needed"))).toMatchObject({ ok: true });
  });

  it("is not given, unless the policy says so, and comes under no other name", async () => {
    const pay = effectNode("pay", "invoice.released", "invoice.paid", (text) => text);
    const engine = await testEngine([...world(), pay]);
    const goal = { want: ["invoice.paid"], given: { "invoice.released": "me" } };
    expect(await engine.send("goal.run", goal)).toMatchObject({
      ...guarded,
      error: { place: 'given["invoice.released"]', hint: expect.stringContaining("policy.allow_given") as string },
    });
    expect(await engine.send("node.execute", { node: "pay", input: { "invoice.released": "me" } })).toMatchObject(
      guarded,
    );
    const renamed = {
      steps: [{ id: "pay", node: "pay", inputs: { "invoice.released": "word" } }],
      given: { word: "me" },
    };
    expect(await engine.send("graph.run", renamed)).toMatchObject({
      ...guarded,
      error: { message: expect.stringContaining("step pay takes the given word for invoice.released") as string },
    });
    expect(await engine.send("goal.run", { ...goal, policy: { allow_given: ["invoice.released"] } })).toMatchObject({
      ok: true,
    });
  });

  it("is kept by reruns: nobody's word is told, and an approval is not taken over for another value", async () => {
    const run = await started(world(), "graph.run", step("approve_if_needed"));
    await run.settle(1_000);
    await run.steer(run.id, { type: "approve", step: "it/ask", approved: true, word: {} });
    await run.settle();
    expect(booked).toEqual([1]);
    const told = await run.rerun(run.id, { values: { "it/ask": { "wait.approval": {} } } });
    expect(told).toMatchObject({ ok: false, error: { code: "PLAN_GUARDED_KEY", place: '$.values["it/ask"]' } });
    const again = String(
      valueOf(await run.rerun(run.id, { from: "it/book", given: { "invoice.total": 900 } }))["run_id"],
    );
    await run.settle(1_000);
    expect((await run.view(again)).status).toBe("waiting");
    expect(booked).toEqual([1]);
  });

  it("binds plans that were made before it was", async () => {
    const engine = await testEngine(world({}, { keys: {} }));
    const run = steering(engine);
    const first = await engine.send("node.execute", { node: "book", input: { "invoice.total": 3 } });
    await engine.settle();
    expect(booked).toEqual([3]);
    const { registry } = engine.engine.ports;
    const stricter = sample({ ...approveIfNeeded().definition, version: "1.1.0" });
    const registered = await registry.register("default", stricter, sampleArtifacts(stricter.name), engine.clock.now());
    // Whoever names the version makes this isolate see it, as a second would.
    const { registryVersion } = valueOf(registered);
    const note = { node: "note", input: { "invoice.total": 3 } };
    expect(await engine.send("node.execute", note, {}, { registryVersion })).toMatchObject({ ok: true });
    expect(await run.rerun(valueOf(first).runId)).toMatchObject(guarded);
  });
});

describe("a wanted key", () => {
  const gate = { value: "invoice.total", path: "", op: "gt", than: 1_000 };
  const graph = { steps: [{ id: "it", node: "book", when: gate }], given: { "invoice.total": 5 } };

  it.each<[string, JsonObject, string, string | null]>([
    ["of a graph that names it", { ...graph, want: ["invoice.released"] }, "failed", "GATE_CLOSED"],
    ["of a graph that names nothing", graph, "succeeded", null],
    [
      "with some of them, where the policy allows it",
      {
        steps: [...graph.steps, { id: "note", node: "note" }],
        given: graph.given,
        want: ["invoice.released", "invoice.noted"],
        policy: { partial: true },
      },
      ...(["partial", "GATE_CLOSED"] as const),
    ],
    ["with none of them", { ...graph, want: ["invoice.released"], policy: { partial: true } }, "failed", "GATE_CLOSED"],
  ])("that a closed gate leaves out: %s", async (_, payload, status, code) => {
    const run = await started([book(), note()], "graph.run", payload);
    await run.settle();
    expect(await run.view(run.id)).toMatchObject({ status, error: code === null ? null : { code } });
    expect(booked).toEqual([]);
  });

  it("that a composite skips fails a goal", async () => {
    const skipping = approveIfNeeded({ graph: { steps: [{ id: "book", node: "book", when: gate }] } });
    const run = await started([book(), skipping], "goal.run", GOAL);
    await run.settle();
    expect(await run.view(run.id)).toMatchObject({ status: "failed", error: { code: "GATE_CLOSED" } });
  });
});
