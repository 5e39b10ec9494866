import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { pureNode, type TestNode } from "../../support/engines.ts";
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
