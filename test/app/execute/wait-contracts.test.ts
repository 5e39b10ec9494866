import { describe, expect, it } from "vitest";
import type { JsonObject, JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import { validateState } from "../../../src/core/contract/validate-state.ts";
import { waitOf } from "../../../src/core/plan/model/wait.ts";
import { sampleNode } from "../../support/sample-node.ts";
import { pureNode, type TestNode } from "../../support/engines.ts";
import { started } from "../../support/steered-run.ts";
import { waitNode } from "../../support/wait-node.ts";
import { CALL } from "../../support/call.ts";

const BIG = "p".repeat(70_000);

/** A wait with a contract of its own. */
function customWait(kind: "sleep" | "event" | "approval", output: JsonSchema, input: JsonSchema = {}): TestNode {
  const { run, definition } = waitNode(kind);
  return {
    run,
    definition: {
      ...definition,
      name: `custom_${kind}`,
      inputs: { "own.in": { schema: input, optional: true }, ...definition.inputs },
      inputState: { type: "object", properties: { "own.in": input } },
      outputs: { "own.out": output },
      outputState: { type: "object", required: ["own.out"], properties: { "own.out": output } },
    },
  };
}

const PAYMENT: JsonSchema = {
  type: "object",
  required: ["amount"],
  properties: { amount: { type: "integer", minimum: 1 } },
};
const AFTER: TestNode = pureNode("after", "text.in", "text.after", (text) => text);
const graph = (node: string, given: JsonObject = {}, inputs: JsonObject = {}): JsonObject => ({
  steps: [
    { id: "wait", node, inputs },
    { id: "then", node: "after", inputs: { "text.in": "text" }, after: ["wait"] },
  ],
  given: { text: "x", ...given },
});

async function waiting(node: TestNode, given: JsonObject = {}, inputs: JsonObject = {}) {
  const run = await started([node, AFTER], "graph.run", graph(node.definition.name, given, inputs));
  await run.settle(0);
  return run;
}

describe("what ends a wait satisfies the wait's contract", () => {
  it.each<[string, JsonValue]>([
    ["that is small", { amount: 42 }],
    ["over 64 KB", { amount: 42, note: BIG }],
  ])("an event with a payload %s that fits ends it", async (_size, payload) => {
    const run = await waiting(customWait("event", PAYMENT));
    await run.control.signal(CALL, run.id, "wait", payload);
    await run.settle();
    expect(await run.view(run.id)).toMatchObject({
      status: "succeeded",
      steps: [{ status: "succeeded", attempts: [{ error: null }] }, { status: "succeeded" }],
    });
  });

  it.each<[string, JsonValue]>([
    ["that is small", { amount: 0.5 }],
    ["over 64 KB", { amount: "42", note: BIG }],
    ["that is null", null],
  ])("an event with a payload %s that does not fit fails it", async (_size, payload) => {
    const run = await waiting(customWait("event", PAYMENT));
    await run.control.signal(CALL, run.id, "wait", payload);
    await run.settle();
    const view = await run.view(run.id);
    expect(view).toMatchObject({
      status: "failed",
      error: { code: "OUTPUT_STATE_INVALID" },
      steps: [{ status: "failed" }, { status: "skipped" }],
    });
    expect(view.error?.message).toContain('$["own.out"]');
  });

  it("nobody's trust suffers from what came from outside", async () => {
    const run = await waiting(customWait("event", PAYMENT));
    await run.control.signal(CALL, run.id, "wait", {});
    await run.settle();
    const { trust } = await run.world.engine.ports.registry.snapshot("default");
    expect(trust.get("custom_event@1.0.0")).toMatchObject({ samples: 0 });
  });

  it("a kept event is checked when its step takes it", async () => {
    const node = customWait("event", PAYMENT);
    const run = await started([node, AFTER, waitNode("sleep")], "graph.run", {
      steps: [
        { id: "nap", node: "wait_sleep", inputs: { "wait.ms": "ms" } },
        { id: "wait", node: "custom_event", after: ["nap"] },
      ],
      given: { ms: 1_000 },
    });
    await run.control.signal(CALL, run.id, "wait", { amount: -1 });
    await run.settle();
    expect(await run.view(run.id)).toMatchObject({ status: "failed", error: { code: "OUTPUT_STATE_INVALID" } });
  });

  it("an approval that lacks what the contract asks for fails the step", async () => {
    const signed: JsonSchema = { type: "object", required: ["approved", "by"] };
    const run = await waiting(customWait("approval", signed));
    await run.steer(run.id, { type: "approve", step: "wait", approved: true, word: { comment: "fine" } });
    await run.settle();
    expect(await run.view(run.id)).toMatchObject({ status: "failed", error: { code: "OUTPUT_STATE_INVALID" } });
    const again = await waiting(customWait("approval", signed));
    await again.steer(again.id, { type: "approve", step: "wait", approved: true, word: { by: "ann" } });
    await again.settle();
    expect(await again.view(again.id)).toMatchObject({ status: "succeeded" });
  });

  it("a paused run checks nothing, and does when it goes on", async () => {
    const run = await waiting(customWait("event", PAYMENT));
    await run.steer(run.id, { type: "pause" });
    await run.control.signal(CALL, run.id, "wait", { amount: 1 });
    await run.settle(1_000);
    expect(await run.view(run.id)).toMatchObject({ status: "paused", steps: [{ status: "ready" }, {}] });
    await run.steer(run.id, { type: "resume" });
    await run.settle();
    expect(await run.view(run.id)).toMatchObject({ status: "succeeded" });
  });

  it("only contracts that refuse something of what their kind of wait yields are asked", () => {
    for (const kind of ["sleep", "event", "approval"] as const) {
      expect(waitOf(sampleNode(waitNode(kind).definition))?.checked).toBeUndefined();
      const strict = customWait(kind, { type: "object", required: ["more"] });
      expect(waitOf(sampleNode(strict.definition))?.checked).toBe(true);
    }
  });
});

describe("what a wait is told", () => {
  const wait = (given: JsonObject) => {
    const inputs = Object.fromEntries(Object.keys(given).map((key) => [`wait.${key.split(".")[1]}`, key]));
    return waiting(waitNode("sleep"), given, inputs);
  };

  it("a fraction of a millisecond counts as a whole one, and the outcome satisfies the contract", async () => {
    const run = await wait({ "in.ms": 300.5 });
    const begun = run.world.clock.now();
    await run.settle();
    const view = await run.view(run.id);
    expect(view).toMatchObject({ status: "succeeded" });
    const value = (await run.world.engine.services.runs.result(CALL, run.id)) as unknown as {
      value: { results: { step: string; output_state: JsonObject }[] };
    };
    const state = value.value.results.find(({ step }) => step === "wait")?.output_state ?? {};
    expect(state).toEqual({ "wait.slept": { until: begun + 301 } });
    expect(validateState(waitNode("sleep").definition.outputState ?? {}, state)).toEqual([]);
  });

  it("a leap second is waited for", async () => {
    const run = await wait({ "in.until": "2026-12-31T23:59:60Z" });
    expect(await run.view(run.id)).toMatchObject({
      status: "waiting",
      steps: [{ waiting: { until: "2027-01-01T00:00:00.000Z" } }, {}],
    });
  });

  const told = (key: string, value: JsonValue): readonly TestNode[] => {
    const says: TestNode = {
      definition: {
        ...pureNode("says", "text.in", key, (text) => text).definition,
        outputs: { [key]: {} },
        outputState: { type: "object" },
      },
      run: () => ({ result: { [key]: value } }),
    };
    return [says];
  };

  it.each<[string, "sleep" | "event" | "approval", JsonValue]>([
    ["wait.ms", "sleep", "soon"],
    ["wait.ms", "sleep", -1],
    ["wait.until", "sleep", "tomorrow"],
    ["wait.until", "sleep", 12_345],
    ["wait.timeout_ms", "event", null],
    ["wait.event", "event", { name: "x" }],
    ["wait.event", "event", BIG],
    ["wait.prompt", "approval", BIG],
  ])("%s of a %s that is no such thing fails the step", async (key, kind, value) => {
    const { run: never, definition } = waitNode(kind);
    // The contract of the wait says nothing, so that nobody but the wait itself can refuse the value.
    const open = {
      ...definition,
      name: "open_wait",
      inputs: { [key]: { schema: {}, optional: true } },
      inputState: {},
    };
    const run = await started([{ run: never, definition: open }, ...told(key, value)], "graph.run", {
      steps: [
        { id: "says", node: "says", inputs: { "text.in": "text" } },
        { id: "wait", node: "open_wait", inputs: { [key]: `says.${key}` } },
      ],
      given: { text: "x" },
    });
    await run.settle(1_000);
    expect(await run.view(run.id)).toMatchObject({
      status: "failed",
      error: { code: "INPUT_STATE_INVALID" },
      steps: [{ status: "succeeded" }, { status: "failed" }],
    });
  });

  it("what could not be compared when it was planned is compared before the wait begins", async () => {
    const run = await started([waitNode("approval"), ...told("wait.prompt", "x".repeat(3_000))], "graph.run", {
      steps: [
        { id: "says", node: "says", inputs: { "text.in": "text" } },
        { id: "wait", node: "wait_approval", inputs: { "wait.prompt": "says.wait.prompt" } },
      ],
      given: { text: "x" },
    });
    await run.settle(1_000);
    expect(await run.view(run.id)).toMatchObject({ status: "failed", error: { code: "INPUT_STATE_INVALID" } });
  });

  it("a wait that cannot be takes no event", async () => {
    const { run: never, definition } = waitNode("event");
    const open = {
      ...definition,
      name: "open_wait",
      inputs: { "wait.event": { schema: {}, optional: true } },
      inputState: {},
      config: { event: "news" },
    };
    const nodes = [{ run: never, definition: open }, ...told("wait.event", 5)];
    const run = await started(nodes, "graph.run", {
      steps: [
        { id: "says", node: "says", inputs: { "text.in": "text" } },
        { id: "wait", node: "open_wait", inputs: { "wait.event": "says.wait.event" } },
      ],
      given: { text: "x" },
      policy: { on_failure: "continue" },
    });
    await run.control.signal(CALL, run.id, "news", 1);
    await run.settle(1_000);
    expect(await run.view(run.id)).toMatchObject({
      status: "failed",
      error: { code: "INPUT_STATE_INVALID" },
      steps: [{}, { status: "failed" }],
    });
  });
});
