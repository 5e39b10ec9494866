import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { NodeDefinition } from "../../../src/core/registry/node.ts";
import { effectNode, pureNode, testEngine, type TestEngine, type TestNode } from "../../support/engines.ts";
import { sampleArtifacts, sampleNode } from "../../support/sample-node.ts";
import { CALL } from "../../support/call.ts";

const TEXT = { type: "string" } as const;
const cached = { ...sampleNode().execution, cache: { ttlMs: 600_000 } };

/** A composite `from` → `to` that is cached as a whole. */
const composite = (
  name: string,
  from: string,
  to: string,
  graph: JsonObject,
  changes: Partial<NodeDefinition> = {},
): TestNode => ({
  ...pureNode(name, from, to, (text) => text, {
    entrypoint: { type: "composite", target: "graph" },
    graph,
    execution: cached,
    ...changes,
  }),
});

/** Parts that note when they are executed. */
function world() {
  const log: string[] = [];
  const part = (name: string, from: string, to: string, changes: Partial<NodeDefinition> = {}): TestNode =>
    pureNode(
      name,
      from,
      to,
      (text) => {
        log.push(name);
        return `${name}(${text})`;
      },
      changes,
    );
  const outer = composite("outer", "text.in", "text.out", {
    steps: [
      { id: "one", node: "one" },
      { id: "two", node: "two", inputs: { "text.one": "one.text.one" } },
    ],
    outputs: { "text.out": "two.text.two" },
  });
  const nodes = [
    part("one", "text.in", "text.one"),
    part("two", "text.one", "text.two"),
    part("after", "text.out", "text.after"),
    outer,
  ];
  return { log, part, nodes };
}

async function run(engine: TestEngine, payload: JsonObject, policy: JsonObject = {}): Promise<JsonObject> {
  const sent = await engine.send("goal.run", { ...payload, policy });
  if (!sent.ok) throw new Error(sent.error.message);
  await engine.settle();
  return (await engine.engine.services.runs.view(CALL, sent.value.runId)) ?? {};
}

const GOAL = { want: ["text.after"], given: { "text.in": "hey" } };
const AFTER = "after(two(one(hey)))";
const statuses = (view: JsonObject): Record<string, unknown> =>
  Object.fromEntries((view["steps"] as readonly JsonObject[]).map((step) => [String(step["id"]), step["status"]]));

describe.each([
  ["inline", {}],
  ["one segment in the queue", { inline: "never" }],
  ["a segment a step", { inline: "never", fusion: "none" }],
])("a composite that is cached, %s", (_, policy) => {
  it("is answered as a whole, and what follows it goes on with its values", async () => {
    const { log, nodes } = world();
    const engine = await testEngine(nodes);
    const first = await run(engine, GOAL, policy);
    const second = await run(engine, GOAL, policy);
    expect(log).toEqual(["one", "two", "after", "after"]);
    expect(second).toMatchObject({ status: "succeeded", outputs: { "text.after": AFTER } });
    expect(statuses(second)).toEqual({ "outer/one": "cached", "outer/two": "cached", after: "succeeded" });
    const steps = second["steps"] as readonly JsonObject[];
    expect(steps.find(({ id }) => id === "outer/two")).toMatchObject({
      cache: { run_id: first["run_id"], boundary: "outer" },
    });
    expect(await engine.engine.services.cache.stats(CALL)).toMatchObject([
      { node: "outer", entries: 1, hits: 1, stored: 1 },
    ]);
  });

  it("is executed for another input, and by a policy without the cache", async () => {
    const { log, nodes } = world();
    const engine = await testEngine(nodes);
    await run(engine, GOAL, policy);
    log.length = 0;
    await run(engine, { ...GOAL, given: { "text.in": "other" } }, policy);
    await run(engine, GOAL, { ...policy, no_cache: true });
    expect(log).toEqual(["one", "two", "after", "one", "two", "after"]);
  });
});

describe("a composite that is cached", () => {
  it("is executed when a part of it has another version", async () => {
    const { log, part, nodes } = world();
    const engine = await testEngine(nodes);
    await run(engine, GOAL);
    const { definition } = part("two", "text.one", "text.two", { version: "2.0.0" });
    const { registry } = engine.engine.ports;
    expect(await registry.register("default", sampleNode(definition), sampleArtifacts("two"), 0)).toMatchObject({
      ok: true,
    });
    engine.clock.advance(10_000);
    await run(engine, { ...GOAL, given: { "text.in": "wakes the registry" } });
    log.length = 0;
    const again = await run(engine, GOAL);
    expect(again).toMatchObject({
      plan: { steps: expect.arrayContaining([expect.objectContaining({ version: "2.0.0" })]) },
    });
    expect(log).toEqual(["one", "two", "after"]);
  });

  it("is not cached when a part has effects, or fails and gives way", async () => {
    const { log, part } = world();
    const whole = (last: string): TestNode =>
      composite("outer", "text.in", "text.out", {
        steps: [
          { id: "one", node: "one" },
          { id: "last", node: last, inputs: { "text.one": "one.text.one" } },
        ],
        outputs: { "text.out": "one.text.one" },
      });
    const effect = effectNode("sends", "text.one", "text.sent", (text) => {
      log.push("sends");
      return text;
    });
    const fails = pureNode("fails", "text.one", "text.failed", () => 42);
    for (const last of [effect, fails]) {
      const engine = await testEngine([part("one", "text.in", "text.one"), last, whole(last.definition.name)]);
      const goal = { want: ["text.out"], given: { "text.in": "hey" } };
      await run(engine, goal);
      await run(engine, goal);
      expect(await engine.engine.services.cache.stats(CALL)).toEqual([]);
    }
    expect(log.filter((name) => name === "sends")).toHaveLength(2);
  });

  it("inside another one is found when the outer one is not: the outermost first", async () => {
    const { log, part, nodes } = world();
    const around = composite("around", "text.in", "text.around", {
      steps: [
        { id: "in", node: "outer" },
        { id: "wrap", node: "wrap", inputs: { "text.out": "in.text.out" } },
      ],
      outputs: { "text.around": "wrap.text.wrap" },
    });
    const engine = await testEngine([...nodes, part("wrap", "text.out", "text.wrap"), around]);
    await run(engine, GOAL);
    log.length = 0;
    const goal = { want: ["text.around"], given: { "text.in": "hey" } };
    const first = await run(engine, goal);
    expect(log).toEqual(["wrap"]);
    expect(first).toMatchObject({ outputs: { "text.around": "wrap(two(one(hey)))" } });
    log.length = 0;
    const second = await run(engine, goal);
    expect(log).toEqual([]);
    expect(second["outputs"]).toEqual(first["outputs"]);
    const stats = await engine.engine.services.cache.stats(CALL);
    expect(stats).toMatchObject([
      { node: "around", hits: 1, stored: 1 },
      { node: "outer", hits: 1, stored: 1 },
    ]);
  });

  it("with two segments to begin with is settled by the first of them that answers", async () => {
    const { log, part } = world();
    const both = composite(
      "both",
      "text.in",
      "text.left",
      {
        steps: [
          { id: "left", node: "left" },
          { id: "right", node: "right" },
        ],
        outputs: { "text.left": "left.text.left", "text.right": "right.text.right" },
      },
      {
        outputs: { "text.left": TEXT, "text.right": TEXT },
        outputState: { type: "object", properties: { "text.left": TEXT, "text.right": TEXT } },
      },
    );
    const parts = [part("left", "text.in", "text.left"), part("right", "text.in", "text.right")];
    const engine = await testEngine([...parts, both]);
    const graph = { steps: [{ id: "both", node: "both" }], given: { "text.in": "hey" } };
    const policy = { inline: "never", fusion: "none" };
    const send = async (): Promise<JsonObject> => {
      const sent = await engine.send("graph.run", { ...graph, policy });
      if (!sent.ok) throw new Error(sent.error.message);
      await engine.settle();
      return (await engine.engine.services.runs.view(CALL, sent.value.runId)) ?? {};
    };
    const first = await send();
    log.length = 0;
    const second = await send();
    expect(log).toEqual([]);
    expect(second).toMatchObject({ status: "succeeded", outputs: first["outputs"] as JsonObject });
    expect(statuses(second)).toEqual({ "both/left": "cached", "both/right": "cached" });
  });

  it("is taken apart again by a rerun from inside it, and not repeated by a replay", async () => {
    const { log, nodes } = world();
    const engine = await testEngine(nodes);
    await run(engine, GOAL);
    const second = await run(engine, GOAL);
    const { control, runs } = engine.engine.services;
    const id = String(second["run_id"]);
    expect(await control.replay(CALL, id)).toMatchObject({
      value: { identical: true, matches: 1, not_repeated: 2 },
    });
    log.length = 0;
    const request = { from: "outer/two", downstream: true, given: {}, idempotencyKey: null };
    const again = await control.rerun(CALL, id, request);
    if (!again.ok) throw new Error(again.error.message);
    await engine.settle();
    expect(await runs.view(CALL, String(again.value["run_id"]))).toMatchObject({
      status: "succeeded",
      outputs: { "text.after": AFTER },
    });
    expect(log).toEqual(["one", "two", "after"]);
  });
});
