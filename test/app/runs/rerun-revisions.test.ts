import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { NodeDefinition } from "../../../src/core/registry/node.ts";
import type { RerunRequest } from "../../../src/app/runs/run-rerun.ts";
import { pureNode, type TestNode } from "../../support/engines.ts";
import { sampleArtifacts, sampleNode } from "../../support/sample-node.ts";
import { COUNT, goal, idOf, PIPELINE, started, valueOf } from "../../support/steered-run.ts";
import { CALL } from "../../support/call.ts";

const QUIET = pureNode("quiet", "text.in", "text.loud", (text) => text.toLowerCase(), { lifecycle: "draft" });

type Revision = NonNullable<RerunRequest["revision"]>;

/** An ended run of shout → twice → count, and ways to run it again. */
async function ended(nodes: readonly TestNode[] = PIPELINE) {
  const made = await started(nodes, "goal.run", goal());
  await made.settle();
  const { id, rerun, settle, view, world } = made;
  return {
    ...made,
    async register(definition: Partial<NodeDefinition> & { readonly name: string }) {
      const { registry } = world.engine.ports;
      const node = sampleNode(definition);
      valueOf(await registry.register("default", node, sampleArtifacts(node.name), world.clock.now()));
    },
    async revised(revision: Revision, request: Partial<RerunRequest> = {}) {
      const again = idOf(valueOf(await rerun(id, { revision, ...request })));
      await settle();
      return { again, ...(await view(again)) };
    },
    async refused(revision: Revision, request: Partial<RerunRequest> = {}) {
      const outcome = await rerun(id, { revision, ...request });
      if (outcome.ok) throw new Error("it was not refused");
      return outcome.error;
    },
  };
}

const SECOND: NodeDefinition = sampleNode({ ...COUNT.definition, version: "1.1.0" });

describe("a rerun with other versions", () => {
  it("runs them, and with `from` keeps what does not depend on them", async () => {
    const { revised, register, executed } = await ended();
    await register(SECOND);
    const { again, status, steps } = await revised({ versions: { count: "^1.1.0" } }, { from: "count" });
    expect(status).toBe("succeeded");
    expect(await executed(again)).toEqual(["count"]);
    expect(steps).toMatchObject([
      { id: "shout", version: "1.0.0" },
      { id: "twice", version: "1.0.0" },
      { id: "count", version: "1.1.0" },
    ]);
  });

  it("names its lineage, and replays like any run", async () => {
    const { revised, register, control, id } = await ended();
    await register(SECOND);
    const again = await revised({ versions: { count: "1.1.0" } }, { from: "count" });
    expect(again).toMatchObject({ lineage: { kind: "rerun", run_id: id, from: "count", depth: 1 } });
    const report = valueOf(await control.replay(CALL, again.again));
    expect(report).toMatchObject({ identical: true, differs: 0, gone: 0, matches: 1 });
  });

  it("plans with a version that was registered a moment ago by somebody else", async () => {
    const { revised, register, world } = await ended();
    // The cache of this isolate is fresh and does not know it.
    world.clock.advance(1);
    await register(SECOND);
    expect((await revised({ versions: { count: "1.1.0" } })).status).toBe("succeeded");
  });

  it.each([
    ["a name that is no step", { versions: { cuont: "1.0.0" } }, "INVALID_PARAMETER", '$.versions["cuont"]', /count/],
    [
      "a version nobody registered",
      { versions: { count: "9.9.9" } },
      "PLAN_VERSION_UNSATISFIED",
      '$.versions["count"]',
      /./,
    ],
    [
      "a range that is none",
      { versions: { count: "latest" } },
      "PLAN_INVALID_VERSION_RANGE",
      '$.versions["count"]',
      /./,
    ],
  ] as const)("refuses %s, with place and hint", async (_, revision, code, place, hint) => {
    const { refused } = await ended();
    expect(await refused(revision)).toMatchObject({ code, place, hint: expect.stringMatching(hint) });
  });
});

describe("a rerun with mutations", () => {
  it("applies them in order, after the versions", async () => {
    const { revised, register, executed } = await ended([...PIPELINE, QUIET]);
    await register(SECOND);
    const mutations: JsonObject[] = [
      { op: "remove", step: "count" },
      { op: "result", name: "text.size", from: null },
      { op: "result", name: "text.twice", from: "twice.text.twice" },
    ];
    const { again, status, outputs } = await revised({ versions: { count: "1.1.0" }, mutations });
    expect({ status, outputs }).toEqual({ status: "succeeded", outputs: { "text.twice": "HEY HEY" } });
    expect(await executed(again)).toEqual(["shout", "twice"]);
  });

  it("inserts a step and keeps the values of the others", async () => {
    const { revised, executed } = await ended();
    const mutations: JsonObject[] = [
      { op: "insert", step: { id: "again", node: "count", inputs: { "text.twice": "twice.text.twice" } } },
      { op: "result", name: "second", from: "again.text.size" },
    ];
    const { again, outputs } = await revised({ mutations }, { from: "again" });
    expect(outputs).toEqual({ "text.size": "7", second: "7" });
    expect(await executed(again)).toEqual(["again"]);
  });

  const remove = { op: "remove", step: "shout" };
  it.each([
    ["an op there is none of", [remove, { op: "swap", step: "a" }], "PLAN_INVALID_MUTATION", "$.mutations[1].op"],
    ["a step there is none of", [remove, { op: "remove", step: "sohut" }], "PLAN_INVALID_MUTATION", "$.mutations[1]"],
    [
      "a node there is none of",
      [
        { op: "after", step: "count", after: [] },
        { op: "replace", step: "twice", node: "thrice" },
      ],
      "NODE_NOT_FOUND",
      "$.mutations[1]",
    ],
    [
      "an input there is none of",
      [
        { op: "rewire", step: "count", input: "text.other", from: null },
        { op: "rewire", step: "count", input: "text.none", from: "twice.text.twice" },
      ],
      "PLAN_UNKNOWN_INPUT",
      "$.mutations[1]",
    ],
    [
      "a step whose values are needed",
      [
        { op: "after", step: "count", after: [] },
        { op: "remove", step: "twice" },
      ],
      "PLAN_DANGLING_EDGE",
      "$.mutations[1]",
    ],
    ["a cycle", [{ op: "after", step: "shout", after: ["count"] }], "PLAN_CYCLE", "$.mutations[0]"],
    [
      "two steps of one id",
      [{ op: "insert", step: { id: "count", node: "count" } }],
      "PLAN_INVALID_MUTATION",
      "$.mutations[0]",
    ],
    ["a draft", [{ op: "replace", step: "shout", node: "quiet" }], "PLAN_NODE_NOT_ALLOWED", "$.mutations[0]"],
  ] as [string, JsonObject[], string, string][])(
    "refuses %s, with place and hint",
    async (_, mutations, code, place) => {
      const { refused } = await ended([...PIPELINE, QUIET]);
      expect(await refused({ mutations })).toMatchObject({ code, place, hint: expect.stringMatching(/\w/) });
    },
  );
});

describe("a rerun with another plan", () => {
  it("runs a graph with what the run was given, and what the request gives besides", async () => {
    const { revised, executed } = await ended();
    const graph = { steps: [{ id: "loud", node: "shout" }], want: ["loud.text.loud"] };
    const first = await revised({ graph });
    expect(first.outputs).toEqual({ "loud.text.loud": "HEY" });
    expect(await executed(first.again)).toEqual(["loud"]);
    const second = await revised({ graph: { ...graph, given: { "text.in": "you" } } });
    expect(second.outputs).toEqual({ "loud.text.loud": "YOU" });
    expect((await revised({ graph }, { given: { "text.in": "me" } })).outputs).toEqual({ "loud.text.loud": "ME" });
  });

  it("runs the plan of another run, and mutations of it", async () => {
    const { revised, world, settle, id, view } = await ended();
    const other = valueOf(await world.send("goal.run", { want: ["text.twice"], given: { "text.in": "x" } })).runId;
    await settle();
    const { plan } = (await view(other)) as unknown as { plan: JsonObject };
    expect((await revised({ plan })).outputs).toEqual({ "text.twice": "HEY HEY" });
    const mutations: JsonObject[] = [{ op: "result", name: "loud", from: "shout.text.loud" }];
    expect((await revised({ plan, mutations })).outputs).toEqual({ "text.twice": "HEY HEY", loud: "HEY" });
    expect((await view(id)).outputs).toEqual({ "text.size": "7" });
  });

  it("believes nothing of a plan but what could be planned: nodes are asked of the registry", async () => {
    const { revised, refused, view, id } = await ended();
    const { plan } = (await view(id)) as unknown as { plan: JsonObject & { steps: JsonObject[] } };
    const [first, ...rest] = plan.steps;
    const forged = { ...plan, steps: [...rest, { ...first, kind: "effect", entrypoint: "function", cost: 0 }] };
    const { status, plan: planned } = (await revised({ plan: forged })) as unknown as {
      status: string;
      plan: typeof plan;
    };
    expect(status).toBe("succeeded");
    expect(planned.steps[0]).toMatchObject({ id: "shout", kind: "compute", entrypoint: "builtin" });
    const unknown = { ...plan, steps: [...rest, { ...first, node: "gone" }] };
    expect(await refused({ plan: unknown })).toMatchObject({
      code: "NODE_NOT_FOUND",
      place: expect.stringMatching(/^\$\.plan/),
    });
  });

  it.each([
    ["both", { plan: {}, graph: {} }, "INVALID_PARAMETER", "$.graph"],
    ["a plan that is none", { plan: { hash: "x" } }, "PLAN_NOT_A_PLAN", "$.plan.hash"],
    ["a graph that is none", { graph: { steps: [] } }, "INVALID_PARAMETER", "$.graph.steps"],
    [
      "a graph with an unknown node",
      { graph: { steps: [{ id: "a", node: "nobody" }] } },
      "NODE_NOT_FOUND",
      "$.graph.steps[0].node",
    ],
  ] as [string, Revision, string, string][])("refuses %s", async (_, revision, code, place) => {
    const { refused } = await ended();
    expect(await refused(revision)).toMatchObject({ code, place });
  });

  it("refuses a value the plan is not given, and a plan that lacks one", async () => {
    const { refused } = await ended();
    const graph = { steps: [{ id: "a", node: "count" }], given: ["text.twice"], want: ["a.text.size"] };
    expect(await refused({ graph })).toMatchObject({ code: "INVALID_PARAMETER", place: '$.given["text.twice"]' });
    expect(await refused({}, { given: { "text.other": 1 } })).toMatchObject({ place: '$.given["text.other"]' });
  });
});

describe("an idempotency key", () => {
  it("makes the same revision one run, and another a conflict", async () => {
    const { rerun, id, settle } = await ended();
    const ask = (revision: Revision) => rerun(id, { revision, idempotencyKey: "k" });
    const mutations: JsonObject[] = [{ op: "result", name: "loud", from: "shout.text.loud" }];
    const first = idOf(valueOf(await ask({ mutations })));
    expect(idOf(valueOf(await ask({ mutations, versions: {} })))).toBe(first);
    await settle(10_000);
    expect(idOf(valueOf(await ask({ mutations })))).toBe(first);
    expect(await ask({})).toMatchObject({ ok: false, error: { code: "IDEMPOTENCY_CONFLICT" } });
  });
});
