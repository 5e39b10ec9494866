import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { fault, RuntimeHostError } from "../../../src/core/errors.ts";
import type { NodeDefinition } from "../../../src/core/registry/node.ts";
import { effectNode, pureNode, testEngine, type TestEngine, type TestNode } from "../../support/engines.ts";
import { sampleNode } from "../../support/sample-node.ts";
import { refusal, started, steering, valueOf } from "../../support/steered-run.ts";
import { waitNode } from "../../support/wait-node.ts";

const SHORT = { type: "string", maxLength: 5 } as const;

const composite = (name: string, graph: JsonObject, changes: Partial<NodeDefinition> = {}): TestNode =>
  pureNode(name, "text.in", "text.out", String, {
    entrypoint: { type: "composite", target: "graph" },
    graph,
    ...changes,
  });

/** An effect that takes a short text and a person's word. */
function sending(calls: string[]): TestNode {
  const { definition } = effectNode("send", "text.in", "text.out", String);
  return {
    definition: {
      ...definition,
      inputs: {
        "text.in": { schema: SHORT, optional: false },
        "wait.approval": { schema: {}, optional: false },
      },
      inputState: { type: "object", required: ["text.in"], properties: { "text.in": SHORT } },
    },
    run: ({ input }) => {
      calls.push(String(input["text.in"]));
      return { result: { "text.out": "sent" } };
    },
  };
}

const CAREFUL = composite("careful", {
  steps: [
    { id: "ask", node: "wait_approval" },
    { id: "send", node: "send", inputs: { "text.in": "text.in", "wait.approval": "ask.wait.approval" } },
  ],
});
const step = (node: string): JsonObject => ({ steps: [{ id: "it", node, inputs: { "text.in": "text" } }] });

describe("a given value that breaks a contract", () => {
  it("is refused before there is a run, also by a part that takes more besides", async () => {
    const world = await testEngine([sending([]), waitNode("approval"), CAREFUL]);
    for (const text of ["far too long", 7]) {
      const sent = await world.send("graph.run", { ...step("careful"), given: { text } });
      expect(sent).toMatchObject({ ok: false, error: { code: "INPUT_STATE_INVALID", place: '$["text.in"]' } });
    }
    expect(await world.send("graph.run", { ...step("careful"), given: { text: "short" } })).toMatchObject({ ok: true });
  });

  it("is refused by a composite whose contract is narrower than that of its parts", async () => {
    const narrow = composite(
      "narrow",
      { steps: [{ id: "copy", node: "copy" }], outputs: { "text.out": "copy.text.copy" } },
      {
        inputs: { "text.in": { schema: SHORT, optional: false } },
        inputState: { type: "object", properties: { "text.in": SHORT } },
      },
    );
    const world = await testEngine([narrow, pureNode("copy", "text.in", "text.copy", (text) => text)]);
    const goal = (text: string) => world.send("goal.run", { want: ["text.out"], given: { "text.in": text } });
    expect(await goal("far too long")).toMatchObject({
      ...refusal("INPUT_STATE_INVALID"),
      error: { message: expect.stringContaining("narrow@1.0.0") as string },
    });
    expect(await goal("short")).toMatchObject({ ok: true });
  });

  it("fails the run that meets it later, past no approval and around no contract", async () => {
    const calls: string[] = [];
    const run = await started([sending(calls), waitNode("approval"), CAREFUL], "graph.run", {
      ...step("careful"),
      given: { text: "short" },
    });
    const approve = (id: string) => run.steer(id, { type: "approve", step: "it/ask", approved: true, word: {} });
    await run.settle(1_000);
    await approve(run.id);
    await run.settle();
    const again = String(valueOf(await run.rerun(run.id, { given: { text: "far too long" } }))["run_id"]);
    await run.settle(1_000);
    await approve(again);
    await run.settle();
    expect(await run.view(again)).toMatchObject({
      status: "failed",
      replans: 0,
      error: { code: "INPUT_STATE_INVALID" },
      steps: [
        { id: "it/ask", status: "succeeded" },
        { id: "it/send", status: "failed" },
      ],
    });
    expect(calls).toEqual(["short"]);
  });
});

describe("the trust of a composite", () => {
  let broken = false;
  const first = pureNode("first", "text.in", "text.mid", (text) => text);
  const second = effectNode("second", "text.mid", "text.out", (text) => {
    if (broken) throw new RuntimeHostError(fault("OUTPUT_STATE_INVALID", "nonsense"));
    return text;
  });
  const both = composite("both", {
    steps: [
      { id: "a", node: "first" },
      { id: "b", node: "second" },
    ],
  });
  const outer = composite("outer", { steps: [{ id: "in", node: "both" }] });

  const trustOf = async (world: TestEngine, name: string) =>
    (await world.engine.ports.registry.snapshot("default")).trust.get(`${name}@1.0.0`);
  async function ran(
    nodes: readonly TestNode[],
    node: string,
    given: JsonObject = { text: "x" },
    more: JsonObject = {},
  ) {
    const world = await testEngine(nodes);
    const steps = [{ id: "it", node, inputs: { "text.in": "text" }, ...more }];
    const sent = valueOf(await world.send("graph.run", { steps, given }));
    await world.settle();
    return { world, id: sent.runId };
  }

  it("grows by its success, once a run, beside that of its parts and of the composites around it", async () => {
    broken = false;
    const { world } = await ran([first, second, both, outer], "outer");
    for (const name of ["first", "second", "both", "outer"]) {
      expect(await trustOf(world, name)).toMatchObject({ samples: 1 });
      expect((await trustOf(world, name))?.score).toBeGreaterThan(0.5);
    }
  });

  it("suffers when a part of it dies of its own fault", async () => {
    broken = true;
    const { world } = await ran([first, second, both, outer], "outer");
    for (const name of ["second", "both", "outer"]) expect((await trustOf(world, name))?.score).toBeLessThan(0.5);
    expect((await trustOf(world, "first"))?.score).toBeGreaterThan(0.5);
    broken = false;
  });

  it("hears nothing of what was repeated in part, passed over or cancelled", async () => {
    broken = false;
    const { world, id } = await ran([first, second, both], "both");
    const run = steering(world);
    valueOf(await run.rerun(id, { from: "it/b" }));
    await world.settle();
    expect(await trustOf(world, "both")).toMatchObject({ samples: 1 });
    expect(await trustOf(world, "second")).toMatchObject({ samples: 2 });

    const shut = await ran(
      [first, second, both],
      "both",
      { text: "x" },
      { when: { value: "text", op: "eq", than: "y" } },
    );
    expect(await trustOf(shut.world, "both")).toMatchObject({ samples: 0 });

    const waiting = await testEngine([sending([]), waitNode("approval"), CAREFUL]);
    const sent = valueOf(await waiting.send("graph.run", { ...step("careful"), given: { text: "short" } }));
    await waiting.settle(1_000);
    const steered = steering(waiting);
    valueOf(await steered.steer(sent.runId, { type: "approve", step: "it/ask", approved: false, word: {} }));
    await waiting.settle();
    expect(await trustOf(waiting, "careful")).toMatchObject({ samples: 0 });
  });

  it("takes no waiting for latency", async () => {
    const world = await testEngine([sending([]), waitNode("approval"), CAREFUL]);
    const sent = valueOf(await world.send("graph.run", { ...step("careful"), given: { text: "short" } }));
    await world.settle(3_600_000);
    valueOf(await steering(world).steer(sent.runId, { type: "approve", step: "it/ask", approved: true, word: {} }));
    await world.settle();
    const [careful, send] = [await trustOf(world, "careful"), await trustOf(world, "send")];
    expect(careful).toMatchObject({ samples: 1 });
    expect(careful?.score).toBeCloseTo(send?.score ?? 0, 5);
  });

  it("of one that a fallback replaced suffers too", async () => {
    broken = true;
    const spare = pureNode("spare", "text.in", "text.out", (text) => text, {
      execution: { ...sampleNode().execution, cost: 1_000 },
    });
    const world = await testEngine([first, second, both, spare]);
    const sent = valueOf(await world.send("goal.run", { want: ["text.out"], given: { "text.in": "x" } }));
    await world.settle();
    broken = false;
    expect(await steering(world).view(sent.runId)).toMatchObject({ status: "succeeded", outputs: { "text.out": "x" } });
    expect((await trustOf(world, "both"))?.score).toBeLessThan(0.5);
    expect((await trustOf(world, "spare"))?.score).toBeGreaterThan(0.5);
  });
});
