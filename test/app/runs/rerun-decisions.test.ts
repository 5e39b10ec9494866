import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { CALL } from "../../support/call.ts";
import { pureNode, testEngine, type TestNode } from "../../support/engines.ts";
import { idOf, started, valueOf, type RunView } from "../../support/steered-run.ts";
import { waitNode } from "../../support/wait-node.ts";

const node = (name: string): TestNode => pureNode(name, "text.in", "text.out", (text) => `${name}(${text})`);
const NODES = [node("copy"), node("greet"), node("part"), waitNode("sleep")];

const step = (id: string, name: string, input: string, more: JsonObject = {}): JsonObject => ({
  id,
  node: name,
  inputs: { "text.in": input },
  ...more,
});
const when = (value: string, than: string): JsonObject => ({ when: { value, op: "eq", than } });

async function ended(steps: readonly JsonObject[], given: JsonObject, want?: readonly string[]) {
  const run = await started(NODES, "graph.run", { steps, given, ...(want ? { want } : {}) });
  await run.settle();
  return {
    ...run,
    /** The statuses in a rerun, and which steps it executed. */
    async again(request: Parameters<typeof run.rerun>[1]) {
      const id = idOf(valueOf(await run.rerun(run.id, request)));
      await run.settle();
      const view: RunView = await run.view(id);
      return {
        status: view.status,
        steps: Object.fromEntries(view.steps.map(({ id: name, status }) => [name, status])),
        executed: await run.executed(id),
      };
    },
  };
}

/** An exclusive pair on a given value, and what reads either. */
const PAIR = [
  step("first", "copy", "name"),
  step("hello", "greet", "first.text.out", when("mood", "well")),
  step("bye", "part", "first.text.out", when("mood", "ill")),
  step("said", "copy", "hello.text.out"),
  step("last", "copy", "name", { after: ["hello", "bye"] }),
];

describe("a rerun from a step", () => {
  it("decides gates anew that ask about a value that was replaced", async () => {
    const { again } = await ended(PAIR, { name: "ann", mood: "well" });
    expect(await again({ from: "last", given: { mood: "ill" } })).toEqual({
      status: "succeeded",
      steps: { first: "succeeded", hello: "skipped", said: "skipped", bye: "succeeded", last: "succeeded" },
      executed: ["bye", "last"],
    });
  });

  it("leaves gates alone that ask about what is as it was", async () => {
    const { again } = await ended(PAIR, { name: "ann", mood: "well" });
    expect(await again({ from: "last" })).toEqual({
      status: "succeeded",
      steps: { first: "succeeded", hello: "succeeded", said: "succeeded", bye: "skipped", last: "succeeded" },
      executed: ["last"],
    });
  });

  const BRANCHES = [
    step("mood", "copy", "text"),
    step("hello", "greet", "name", when("mood.text.out", "copy(well)")),
    step("bye", "part", "name", when("mood.text.out", "copy(ill)")),
  ];

  it.each([true, false])("never lets both of an exclusive pair have succeeded, downstream %s", async (downstream) => {
    const { again } = await ended(BRANCHES, { text: "well", name: "ann" });
    const { steps } = await again({ from: "mood", downstream, given: { text: "ill" } });
    expect(steps).toEqual(
      downstream
        ? { mood: "succeeded", hello: "skipped", bye: "succeeded" }
        : { mood: "succeeded", hello: "succeeded", bye: "skipped" },
    );
  });

  it("asks again about a step that was passed over and is needed now", async () => {
    const { again } = await ended(PAIR, { name: "ann", mood: "ill" });
    expect(await again({ from: "said" })).toMatchObject({
      status: "succeeded",
      steps: { hello: "skipped", said: "skipped", bye: "succeeded" },
    });
    expect(await again({ from: "said", given: { mood: "well" } })).toMatchObject({
      steps: { hello: "succeeded", said: "succeeded", bye: "skipped", last: "succeeded" },
    });
  });

  it("ends when a changed plan needs a step that was passed over", async () => {
    const { again } = await ended(PAIR, { name: "ann", mood: "ill" });
    const insert = { op: "insert", step: step("more", "copy", "hello.text.out") };
    expect(await again({ from: "last", revision: { mutations: [insert] } })).toMatchObject({
      status: "succeeded",
      steps: { hello: "skipped", more: "skipped", last: "succeeded" },
    });
  });

  it("waits anew for a time that was replaced, and does what comes after it anew", async () => {
    const steps = [
      { id: "nap", node: "wait_sleep", inputs: { "wait.ms": "ms" } },
      step("other", "copy", "name"),
      step("next", "copy", "name", { after: ["nap"] }),
    ];
    const { again } = await ended(steps, { ms: 100, name: "ann" });
    expect(await again({ from: "other", given: { ms: 200 } })).toMatchObject({ executed: ["nap", "other", "next"] });
  });
});

describe("a rerun with another value in between", () => {
  const CHAIN = [
    step("first", "copy", "name"),
    step("hello", "greet", "first.text.out", when("first.text.out", "copy(ann)")),
    step("bye", "part", "first.text.out", when("first.text.out", "bob")),
    step("said", "copy", "hello.text.out"),
    step("other", "copy", "name"),
  ];
  const values = (changes: Record<string, JsonObject>) => ({ values: changes });

  it("decides anew what reads it, as an input or in its gate, and nothing else", async () => {
    const { again } = await ended(CHAIN, { name: "ann" });
    expect(await again(values({ first: { "text.out": "bob" } }))).toEqual({
      status: "succeeded",
      steps: { first: "succeeded", hello: "skipped", said: "skipped", bye: "succeeded", other: "succeeded" },
      executed: ["bye"],
    });
  });

  it("is kept whatever comes before it is executed anew", async () => {
    const run = await ended(CHAIN, { name: "ann" }, ["said.text.out", "other.text.out"]);
    const id = idOf(
      valueOf(
        await run.rerun(run.id, { from: "other", given: { name: "eve" }, ...values({ hello: { "text.out": "hi" } }) }),
      ),
    );
    await run.settle();
    const view = await run.view(id);
    expect(view.outputs).toEqual({ "said.text.out": "copy(hi)", "other.text.out": "copy(eve)" });
    expect(view.steps.find((one) => one.id === "hello")).toMatchObject({
      status: "succeeded",
      set: ["text.out"],
      attempts: [],
    });
    expect((await run.executed(id)).toSorted()).toEqual(["first", "other", "said"]);
  });

  it("may stand for a step that was passed over, or failed", async () => {
    const { again } = await ended(CHAIN, { name: "ann" });
    expect(await again(values({ bye: { "text.out": "x" }, first: { "text.out": "bob" } }))).toMatchObject({
      steps: { bye: "succeeded", hello: "skipped" },
      executed: [],
    });
    const breaking = {
      ...node("broken"),
      run: () => {
        throw new Error("no");
      },
    };
    const run = await started([...NODES, breaking], "graph.run", {
      steps: [step("first", "broken", "name"), step("next", "greet", "first.text.out")],
      given: { name: "ann" },
    });
    await run.settle();
    const id = idOf(valueOf(await run.rerun(run.id, values({ first: { "text.out": "mended" } }))));
    await run.settle();
    expect(await run.view(id)).toMatchObject({ status: "succeeded", outputs: { "next.text.out": "greet(mended)" } });
  });

  it("is taken whatever its size, and its run can be repeated, carried and replayed", async () => {
    const large = "l".repeat(80_000);
    const run = await ended(CHAIN, { name: "ann" }, ["said.text.out"]);
    const id = idOf(valueOf(await run.rerun(run.id, values({ hello: { "text.out": large } }))));
    await run.settle();
    const { control, runs } = run.world.engine.services;
    const value = valueOf(await runs.value(CALL, id, "said", "text.out"));
    expect(JSON.parse(new TextDecoder().decode(value.json))).toBe(`copy(${large})`);
    expect(valueOf(await control.replay(CALL, id))).toMatchObject({ identical: true, matches: 1 });
    const snapshot = valueOf(await control.exportRun(CALL, id));
    const elsewhere = await testEngine(NODES);
    expect(await elsewhere.engine.services.control.importRun(CALL, snapshot)).toMatchObject({ ok: true });
    expect(await elsewhere.engine.services.runs.view(CALL, id)).toMatchObject({ status: "succeeded" });
  });

  it("asked for twice under one key, is one run; with another value, a conflict", async () => {
    const run = await ended(CHAIN, { name: "ann" });
    const ask = (to: string) => run.rerun(run.id, { ...values({ first: { "text.out": to } }), idempotencyKey: "k" });
    const first = idOf(valueOf(await ask("bob")));
    expect(idOf(valueOf(await ask("bob")))).toBe(first);
    expect(await ask("eve")).toMatchObject({ ok: false, error: { code: "IDEMPOTENCY_CONFLICT" } });
  });

  it.each<[string, Parameters<Awaited<ReturnType<typeof ended>>["rerun"]>[1], string, string]>([
    [
      "of a step the plan does not have",
      values({ nowhere: { "text.out": "x" } }),
      "INVALID_PARAMETER",
      '$.values["nowhere"]',
    ],
    [
      "of a key the step does not give",
      values({ first: { "text.odd": "x" } }),
      "INVALID_PARAMETER",
      '$.values["first"]["text.odd"]',
    ],
    ["that is none", values({ first: {} }), "INVALID_PARAMETER", '$.values["first"]'],
    [
      "against its contract",
      values({ first: { "text.out": 7 } }),
      "OUTPUT_STATE_INVALID",
      '$.values["first"]["text.out"]',
    ],
    [
      "of the step it begins with",
      { from: "first", ...values({ first: { "text.out": "x" } }) },
      "INVALID_PARAMETER",
      '$.values["first"]',
    ],
    ["that nobody reads", values({ said: { "text.out": "x" } }), "INVALID_PARAMETER", "$.values"],
  ])("refuses a value %s, with its place", async (_, request, code, place) => {
    const run = await ended(CHAIN, { name: "ann" });
    expect(await run.rerun(run.id, request)).toMatchObject({
      ok: false,
      error: { code, place, hint: expect.any(String) },
    });
  });
});
