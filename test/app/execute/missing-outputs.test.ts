import type { ExecutionResult, RunView, StepView } from "../../../contracts/api/run.ts";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { testEngine, type TestNode } from "../../support/engines.ts";
import { valueOf } from "../../support/steered-run.ts";
import { CALL } from "../../support/call.ts";

const TEXT = { type: "string" } as const;
type Kind = "compute" | "effect";

/** `doc.text` → `doc.title`, and `doc.note` only if there is something to note: its schema requires the title alone. */
const reader = (kind: Kind, note: string | null): TestNode => ({
  definition: {
    name: "reader",
    kind,
    inputs: { "doc.text": { schema: TEXT, optional: false } },
    outputs: { "doc.title": TEXT, "doc.note": TEXT },
    inputState: { type: "object", properties: { "doc.text": TEXT }, required: ["doc.text"] },
    outputState: { type: "object", properties: { "doc.title": TEXT, "doc.note": TEXT }, required: ["doc.title"] },
  },
  run: () => ({ result: { "doc.title": "T", ...(note === null ? {} : { "doc.note": note }) } }),
});

/** Takes the title, and the note where it is there or must be. */
const writer = (kind: Kind, required: boolean): TestNode => ({
  definition: {
    name: "writer",
    kind,
    inputs: { "doc.title": { schema: TEXT, optional: false }, "doc.note": { schema: TEXT, optional: !required } },
    outputs: { "doc.page": TEXT },
    inputState: {
      type: "object",
      properties: { "doc.title": TEXT, "doc.note": TEXT },
      required: required ? ["doc.title", "doc.note"] : ["doc.title"],
    },
    outputState: { type: "object", properties: { "doc.page": TEXT }, required: ["doc.page"] },
  },
  run: ({ input }) => ({ result: { "doc.page": Object.keys(input).sort().join(" and ") } }),
});

interface Seen {
  readonly view: RunView;
  readonly result: ExecutionResult;
  readonly step: (id: string) => StepView | undefined;
}

async function ran(nodes: readonly TestNode[], operation: string, payload: JsonObject): Promise<Seen> {
  const world = await testEngine(nodes);
  const { runId } = valueOf(await world.send(operation, payload));
  const { runs } = world.engine.services;
  await world.settle(900);
  const view = await runs.view(CALL, runId);
  if (!view) throw new Error("the run has no page");
  const result = valueOf(await runs.result(CALL, runId));
  return { view, result, step: (id) => view.steps.find((one) => one.id === id) };
}

const PAGE = {
  steps: [
    { id: "r", node: "reader" },
    {
      id: "w",
      node: "writer",
      inputs: { "doc.title": "r.doc.title", "doc.note": "r.doc.note" },
    },
  ],
  given: { "doc.text": "x" },
};

/** How the two steps reach their executor: in one work item, by the gateway or a consumer, or in two. */
const WAYS = [
  ["inline, in one segment", "compute", {}],
  ["queued, in one segment", "compute", { inline: "never" }],
  ["queued, in segments of their own", "compute", { inline: "never", fusion: "none" }],
  ["queued effects", "effect", {}],
] as const satisfies readonly (readonly [string, Kind, JsonObject])[];

describe("a step whose source succeeded without an output its schema does not require", () => {
  it.each(WAYS)("goes without it where it is optional: %s", async (_, kind, policy) => {
    const { view, result } = await ran([reader(kind, null), writer(kind, false)], "graph.run", { ...PAGE, policy });
    expect(view).toMatchObject({ status: "succeeded", outputs: { "doc.page": "doc.title" } });
    expect(result).toMatchObject({ status: "success" });
  });

  it.each(WAYS)("is refused as the input it is where it is required: %s", async (_, kind, policy) => {
    const { view, step } = await ran([reader(kind, null), writer(kind, true)], "graph.run", { ...PAGE, policy });
    expect(view).toMatchObject({ status: "failed", error: { code: "INPUT_STATE_INVALID", place: expect.any(String) } });
    expect(step("r")).toMatchObject({ status: "succeeded" });
    expect(step("w")).toMatchObject({
      status: "failed",
      attempts: [{ error: { code: "INPUT_STATE_INVALID" } }],
      error: { message: expect.stringContaining("doc.note") },
    });
  });

  it.each(WAYS)("takes it when it is there: %s", async (_, kind, policy) => {
    const { view } = await ran([reader(kind, "n"), writer(kind, true)], "graph.run", { ...PAGE, policy });
    expect(view).toMatchObject({ status: "succeeded", outputs: { "doc.page": "doc.note and doc.title" } });
  });

  it.each(WAYS)("is planned for a goal as for a graph: %s", async (_, kind, policy) => {
    const goal = { want: ["doc.page"], given: { "doc.text": "x" }, policy };
    const without = await ran([reader(kind, null), writer(kind, true)], "goal.run", goal);
    expect(without.view).toMatchObject({ status: "failed", error: { code: "INPUT_STATE_INVALID" } });
  });
});

describe("a goal whose wanted key was never given", () => {
  it.each(WAYS)("has failed and says who did not give it, beside what was given: %s", async (_, kind, policy) => {
    const goal = { want: ["doc.title", "doc.note"], given: { "doc.text": "x" }, policy };
    const { view, result, step } = await ran([reader(kind, null)], "goal.run", goal);
    const error = {
      code: "OUTPUT_STATE_INVALID",
      message: "reader@1.0.0 succeeded without 'doc.note', which is wanted",
      place: "step reader",
    };
    expect(view).toMatchObject({ status: "failed", outputs: { "doc.title": "T" }, error });
    expect(result).toMatchObject({ status: "partial", run_status: "failed", outputs: { "doc.title": "T" }, error });
    expect(step("reader")).toMatchObject({ status: "succeeded" });
  });

  it("has succeeded when it was given, or is not wanted", async () => {
    const given = { "doc.text": "x" };
    const both = await ran([reader("effect", "n")], "goal.run", { want: ["doc.title", "doc.note"], given });
    expect(both.view).toMatchObject({ status: "succeeded", outputs: { "doc.title": "T", "doc.note": "n" } });
    const title = await ran([reader("effect", null)], "goal.run", { want: ["doc.title"], given });
    expect(title.view).toMatchObject({ status: "succeeded", outputs: { "doc.title": "T" }, error: null });
  });

  it("is a graph's own affair: its results are what there is", async () => {
    const { view } = await ran([reader("effect", null)], "graph.run", {
      steps: [{ id: "r", node: "reader" }],
      given: { "doc.text": "x" },
    });
    expect(view).toMatchObject({ status: "succeeded", outputs: { "doc.title": "T" }, error: null });
  });
});
