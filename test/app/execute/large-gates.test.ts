import { describe, expect, it } from "vitest";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import type { MemoryPorts } from "../../../src/embedded/memory-engine.ts";
import { effectNode, pureNode, testEngine, type TestNode } from "../../support/engines.ts";
import { failFirst, failing } from "../../support/failing.ts";
import { sampleNode } from "../../support/sample-node.ts";
import { started, steering, valueOf, type RunView } from "../../support/steered-run.ts";
import { waitNode } from "../../support/wait-node.ts";
import { CALL } from "../../support/call.ts";

/** Over 64 KB with it, under without. */
const LARGE = "p".repeat(70_000);

const anyNode = (name: string, changes: Partial<TestNode["definition"]> = {}): TestNode => ({
  definition: {
    ...pureNode(name, "doc.in", "doc.out", String).definition,
    inputs: { "doc.in": { schema: {}, optional: false } },
    inputState: { type: "object", required: ["doc.in"] },
    outputs: { "doc.out": {} },
    outputState: { type: "object", required: ["doc.out"] },
    ...changes,
  },
  run: ({ input }) => ({ result: { "doc.out": input["doc.in"] ?? null } }),
});

const COPY = anyNode("copy");
const THEN = anyNode("then_do");
const ELSE = anyNode("else_do");
const NODES = [COPY, THEN, ELSE, waitNode("event"), waitNode("sleep"), waitNode("approval")];

const documentOf = (pad: string): JsonObject => ({ kind: "bill", total: 12, tags: ["a", "b"], note: null, pad });

type Test = Readonly<{ path?: string; op: string; than?: JsonValue }>;

/** Two steps, one under the condition and one under its opposite, after a step that copies the value. */
const branches = (value: string, test: Test, first: readonly JsonObject[]): JsonObject => ({
  steps: [
    ...first,
    { id: "yes", node: "then_do", inputs: { "doc.in": "mark" }, when: { value, ...test } },
    { id: "no", node: "else_do", inputs: { "doc.in": "mark" }, when: { not: { value, ...test } } },
    { id: "last", node: "copy", inputs: { "doc.in": "mark" }, after: ["yes", "no"] },
  ],
  want: ["last.doc.out"],
});

const statuses = ({ steps }: RunView): Record<string, string> =>
  Object.fromEntries(steps.map(({ id, status }) => [id, status]));

const TESTS: readonly (readonly [name: string, test: Test, holds: boolean])[] = [
  ["eq that holds", { path: "/kind", op: "eq", than: "bill" }, true],
  ["eq that does not", { path: "/kind", op: "eq", than: "letter" }, false],
  ["ne that holds", { path: "/kind", op: "ne", than: "letter" }, true],
  ["ne that does not", { path: "/kind", op: "ne", than: "bill" }, false],
  ["exists", { path: "/kind", op: "exists" }, true],
  ["exists of nothing", { path: "/other", op: "exists" }, false],
  ["exists of null", { path: "/note", op: "exists" }, false],
  ["exists of the whole", { op: "exists" }, true],
  ["lt", { path: "/total", op: "lt", than: 12 }, false],
  ["lte", { path: "/total", op: "lte", than: 12 }, true],
  ["gt", { path: "/total", op: "gt", than: 11 }, true],
  ["gte", { path: "/total", op: "gte", than: 13 }, false],
  ["in", { path: "/kind", op: "in", than: ["letter", "bill"] }, true],
  ["contains", { path: "/tags", op: "contains", than: "b" }, true],
  ["contains in the large part", { path: "/pad", op: "contains", than: "q" }, false],
];

describe.each([
  ["small", ""],
  ["over 64 KB", LARGE],
])("a gate on a value that is %s", (_size, pad) => {
  it.each(TESTS)("of a step: %s", async (_name, test, holds) => {
    const graph = branches("made.doc.out", test, [{ id: "made", node: "copy", inputs: { "doc.in": "doc" } }]);
    const run = await started(NODES, "graph.run", { ...graph, given: { doc: documentOf(pad), mark: 1 } });
    await run.settle();
    const view = await run.view(run.id);
    expect(view.error).toBeNull();
    expect(statuses(view)).toEqual({
      made: "succeeded",
      yes: holds ? "succeeded" : "skipped",
      no: holds ? "skipped" : "succeeded",
      last: "succeeded",
    });
  });

  it.each(TESTS)("that is given: %s", async (_name, test, holds) => {
    const graph = branches("doc", test, []);
    const run = await started(NODES, "graph.run", { ...graph, given: { doc: documentOf(pad), mark: 1 } });
    await run.settle();
    expect(statuses(await run.view(run.id))).toMatchObject({
      yes: holds ? "succeeded" : "skipped",
      no: holds ? "skipped" : "succeeded",
      last: "succeeded",
    });
  });

  it.each(TESTS)("that came with an event: %s", async (_name, test, holds) => {
    const graph = branches("news.wait.payload", test, [{ id: "news", node: "wait_event" }]);
    const run = await started(NODES, "graph.run", { ...graph, given: { mark: 1 } });
    await run.settle(1_000);
    valueOf(await run.control.signal(CALL, run.id, "news", documentOf(pad)));
    await run.settle();
    expect(statuses(await run.view(run.id))).toMatchObject({
      yes: holds ? "succeeded" : "skipped",
      no: holds ? "skipped" : "succeeded",
      last: "succeeded",
    });
  });

  it("decides the same again in a rerun, here and where the run was taken in", async () => {
    const graph = branches("made.doc.out", { path: "/total", op: "gt", than: 10 }, [
      { id: "made", node: "copy", inputs: { "doc.in": "doc" } },
    ]);
    const run = await started(NODES, "graph.run", { ...graph, given: { doc: documentOf(pad), mark: 1 } });
    await run.settle();
    const again = valueOf(await run.rerun(run.id));
    await run.settle();
    expect(statuses(await run.view(String(again["run_id"])))).toMatchObject({ yes: "succeeded", no: "skipped" });
    const other = valueOf(await run.rerun(run.id, { from: "made", given: { doc: { ...documentOf(pad), total: 3 } } }));
    await run.settle();
    expect(statuses(await run.view(String(other["run_id"])))).toMatchObject({ yes: "skipped", no: "succeeded" });

    const file = valueOf(await run.control.exportRun(CALL, run.id));
    const elsewhere = await testEngine(NODES);
    const there = steering(elsewhere);
    valueOf(await there.control.importRun(CALL, file));
    expect(valueOf(await there.control.replay(CALL, run.id))).toMatchObject({ identical: true });
    const twice = valueOf(await there.rerun(run.id));
    await elsewhere.settle();
    expect(statuses(await there.view(String(twice["run_id"])))).toMatchObject({ yes: "succeeded", no: "skipped" });
  });

  it("decides within a composite, and on the condition the composite stands under", async () => {
    const both: TestNode = anyNode("both", {
      entrypoint: { type: "composite", target: "graph" },
      graph: {
        steps: [
          {
            id: "low",
            node: "then_do",
            inputs: { "doc.in": "doc.in" },
            when: { value: "doc.in", path: "/total", op: "lt", than: 10 },
          },
          {
            id: "high",
            node: "else_do",
            inputs: { "doc.in": "doc.in" },
            when: { value: "doc.in", path: "/total", op: "gte", than: 10 },
          },
        ],
        outputs: { "doc.out": "high.doc.out" },
      },
    });
    const run = await started([...NODES, both], "graph.run", {
      steps: [
        { id: "made", node: "copy", inputs: { "doc.in": "doc" } },
        {
          id: "open",
          node: "both",
          inputs: { "doc.in": "made.doc.out" },
          when: { value: "made.doc.out", path: "/kind", op: "eq", than: "bill" },
        },
        {
          id: "shut",
          node: "both",
          inputs: { "doc.in": "made.doc.out" },
          when: { value: "made.doc.out", path: "/kind", op: "eq", than: "letter" },
        },
      ],
      given: { doc: documentOf(pad) },
      want: ["made.doc.out"],
    });
    await run.settle();
    expect(statuses(await run.view(run.id))).toMatchObject({
      "open/low": "skipped",
      "open/high": "succeeded",
      "shut/low": "skipped",
      "shut/high": "skipped",
    });
  });

  it("decides in the run that a chain starts with the value", async () => {
    const graph = branches("doc", { path: "/kind", op: "eq", than: "bill" }, []);
    const world = await testEngine(NODES);
    const { view } = steering(world);
    const first = {
      steps: [{ id: "made", node: "copy", inputs: { "doc.in": "doc" } }],
      given: { doc: documentOf(pad) },
    };
    const link = {
      operation: "graph.run",
      payload: { ...graph, given: { doc: { $from: "result.doc.out" }, mark: 1 } },
    };
    const sent = valueOf(await world.send("graph.run", first, { on_success: [link] }));
    await world.settle();
    const [entry] = ((await view(sent.runId)) as unknown as { chained: { run_id: string }[] }).chained;
    expect(statuses(await view(entry?.run_id ?? ""))).toMatchObject({ yes: "succeeded", no: "skipped" });
  });

  it("lets a wait begin or passes over it", async () => {
    const run = await started(NODES, "graph.run", {
      steps: [
        { id: "asked", node: "wait_approval", when: { value: "doc", path: "/total", op: "gt", than: 10 } },
        { id: "never", node: "wait_approval", when: { value: "doc", path: "/total", op: "gt", than: 100 } },
      ],
      given: { doc: documentOf(pad) },
    });
    await run.settle(1_000);
    expect(await run.view(run.id)).toMatchObject({
      status: "waiting",
      steps: [
        { id: "asked", status: "waiting" },
        { id: "never", status: "skipped" },
      ],
    });
    valueOf(await run.steer(run.id, { type: "approve", step: "asked", approved: true, word: {} }));
    await run.settle();
    expect(await run.view(run.id)).toMatchObject({ status: "succeeded" });
  });
});

describe("a gate on a large value", () => {
  const graph = branches("doc", { path: "/kind", op: "eq", than: "bill" }, []);
  const payload = { ...graph, given: { doc: documentOf(LARGE), mark: 1 } };

  it("waits out a store that does not answer, and is decided then", async () => {
    const flaky = (ports: MemoryPorts): MemoryPorts => ({ ...ports, blobs: failing(ports.blobs, failFirst("get", 2)) });
    const world = await testEngine(NODES, flaky);
    const sent = valueOf(await world.send("graph.run", payload));
    await world.settle();
    expect(statuses(await steering(world).view(sent.runId))).toMatchObject({ yes: "succeeded", no: "skipped" });
  });

  it("whose value is lost fails its step instead of deciding without it", async () => {
    const world = await testEngine(NODES);
    const sent = valueOf(await world.send("graph.run", payload));
    const { blobs } = world.engine.ports;
    await blobs.delete(await blobs.list("values/"));
    await world.settle();
    const view = await steering(world).view(sent.runId);
    expect(view).toMatchObject({ status: "failed", error: { code: "VALUE_UNAVAILABLE" } });
    expect(statuses(view)).toMatchObject({ yes: "failed", last: "skipped" });
  });

  it("is not judged while the run is paused", async () => {
    const run = await started(NODES, "graph.run", {
      steps: [{ id: "asked", node: "wait_approval", when: { value: "doc", path: "/total", op: "gt", than: 10 } }],
      given: { doc: documentOf(LARGE) },
    });
    valueOf(await run.steer(run.id, { type: "pause" }));
    await run.settle(1_000);
    expect(statuses(await run.view(run.id))).toEqual({ asked: "ready" });
    valueOf(await run.steer(run.id, { type: "resume" }));
    await run.settle(1_000);
    expect(statuses(await run.view(run.id))).toEqual({ asked: "waiting" });
  });

  it("takes nobody's turn at a limit when it is closed", async () => {
    const calls: string[] = [];
    const limits = [{ group: null, key: null, allows: { kind: "rate", max: 1, perMs: 3_600_000 } }] as const;
    const base = effectNode("mail", "text.in", "text.sent", (text) => calls.push(text));
    const mail: TestNode = {
      ...base,
      definition: { ...base.definition, execution: { ...sampleNode().execution, limits } },
    };
    const world = await testEngine([...NODES, mail]);
    const closed = { ...documentOf(LARGE), kind: "letter" };
    const step = {
      id: "mail",
      node: "mail",
      inputs: { "text.in": "text" },
      when: { value: "doc", path: "/kind", op: "eq", than: "bill" },
    };
    valueOf(await world.send("graph.run", { steps: [step], given: { doc: closed, text: "closed" } }));
    await world.settle(1_000);
    valueOf(await world.send("graph.run", { steps: [step], given: { doc: documentOf(LARGE), text: "open" } }));
    await world.settle(1_000);
    expect(calls).toEqual(["open"]);
  });

  it("keeps what a kept event carried until its step takes it", async () => {
    const run = await started(NODES, "graph.run", {
      steps: [
        { id: "nap", node: "wait_sleep", inputs: { "wait.ms": "ms" } },
        { id: "news", node: "wait_event", after: ["nap"] },
      ],
      given: { ms: 60_000 },
    });
    valueOf(await run.control.signal(CALL, run.id, "news", documentOf(LARGE)));
    const [key] = await run.world.engine.ports.blobs.list("values/");
    expect(await run.world.engine.ports.coordinator.liveValues()).toEqual([{ tenant: "default", key }]);
    await run.settle();
    expect(await run.view(run.id)).toMatchObject({ status: "succeeded" });
  });
});
