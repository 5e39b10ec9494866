import { describe, expect, it } from "vitest";
import type { JsonObject, JsonValue } from "../../contracts/json.ts";
import { runSnapshot } from "../../contracts/run-control.ts";
import { valueHash } from "../../src/core/run/hash.ts";
import type { RerunRequest, Services } from "../../src/infra/host/services.ts";
import { effectNode, pureNode, testEngine, type TestEngine, type TestNode } from "../support/engines.ts";
import { waitNode } from "../support/wait-node.ts";

const CORRELATION = "33333333-3333-4333-8333-333333333333";
const SHOUT = pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase());
const TWICE = effectNode("twice", "text.loud", "text.twice", (text) => `${text} ${text}`);
const COUNT = pureNode("count", "text.twice", "text.size", (text) => String(text.length));
const PIPELINE = [SHOUT, TWICE, COUNT];
const UNKNOWN = "r00_0000000000000000000000000Z";

interface RunView {
  readonly run_id: string;
  readonly status: string;
  readonly outputs: JsonObject;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly correlation_id: string;
  readonly steps: readonly { readonly id: string; readonly status: string; readonly attempts: readonly unknown[] }[];
}

/** A world with one run in it, and the ways of steering it. */
async function started(nodes: readonly TestNode[], operation: string, payload: JsonObject) {
  const world = await testEngine(nodes);
  const sent = await world.send(operation, payload);
  if (!sent.ok) throw new Error(sent.error.message);
  return { world, id: sent.value.runId, ...steering(world) };
}

function steering({ engine, settle }: TestEngine) {
  const { control, runs } = engine.services;
  return {
    control,
    settle,
    steer: (id: string, event: Parameters<Services["control"]["control"]>[2], tenant = "default") =>
      control.control(tenant, id, event),
    rerun: (id: string, request: Partial<RerunRequest> = {}) =>
      control.rerun("default", id, { from: null, downstream: true, given: {}, ...request }, CORRELATION),
    async view(id: string): Promise<RunView> {
      const run = await runs.view("default", id);
      if (!run) throw new Error(`no run ${id}`);
      return run as unknown as RunView;
    },
    /** Ids of the steps that were executed in this run, in order. */
    async executed(id: string): Promise<readonly string[]> {
      const run = (await runs.view("default", id)) as unknown as RunView;
      return run.steps.filter(({ attempts }) => attempts.length > 0).map(({ id: step }) => step);
    },
  };
}

const goal = (text: JsonValue = "hey") => ({ want: ["text.size"], given: { "text.in": text } });
const refusal = (code: string) => ({ ok: false, error: { code } });

/** The value of a result; fails with the fault's message. */
function valueOf<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: { readonly message: string } }): T {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

const idOf = (run: JsonObject): string => String(run["run_id"]);

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
    expect((await view(id)).status).toBe("waiting");
    await control.signal("default", id, "other", 1);
    expect((await view(id)).status).toBe("waiting");
    expect(valueOf(await control.signal("default", id, "paid", { amount: 42 }))).toEqual({
      run_id: id,
      status: "running",
    });
    await settle();
    expect(await view(id)).toMatchObject({ status: "succeeded", outputs: { "book.out": { amount: 42 } } });
  });

  it("a payload over 64 KB travels as a reference", async () => {
    const { control, settle, view, id, world } = await open();
    await control.signal("default", id, "paid", "x".repeat(100_000));
    await settle();
    expect((await view(id)).outputs["book.out"]).toMatchObject({ bytes: 100_002 });
    expect(await world.engine.ports.blobs.list("values/default/")).toHaveLength(1);
  });

  it("one for a run that has ended, for another tenant or for nobody is refused", async () => {
    const { control, settle, id } = await open();
    expect(await control.signal("other", id, "paid", 1)).toMatchObject(refusal("RUN_NOT_FOUND"));
    await control.signal("default", id, "paid", 1);
    await settle();
    expect(await control.signal("default", id, "paid", 2)).toMatchObject(refusal("INVALID_STATE"));
    for (const unknown of [UNKNOWN, "nobody"]) {
      expect(await control.signal("default", unknown, "paid", 1)).toMatchObject(refusal("RUN_NOT_FOUND"));
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
  const word = (approved: boolean, step = "sign") => ({ type: "approve", step, approved, word: { by: "ann" } }) as const;

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

describe("rerun", () => {
  async function ended(nodes: readonly TestNode[] = PIPELINE) {
    const made = await started(nodes, "goal.run", goal());
    await made.settle();
    return made;
  }

  it("of everything is a run of its own with the same plan, and leaves the first as it was", async () => {
    const { rerun, settle, view, executed, id } = await ended();
    const before = await view(id);
    const again = idOf(valueOf(await rerun(id)));
    await settle();
    expect(again).not.toBe(id);
    expect(await executed(again)).toEqual(["shout", "twice", "count"]);
    const { run_id, status, outputs, correlation_id } = await view(again);
    expect({ run_id, status, outputs, correlation_id }).toEqual({
      run_id: again,
      status: "succeeded",
      outputs: before.outputs,
      correlation_id: CORRELATION,
    });
    expect(await view(id)).toEqual(before);
  });

  it.each([
    [true, ["twice", "count"]],
    [false, ["twice"]],
  ])("from a step, downstream %s, executes %j and keeps the rest", async (downstream, expected) => {
    const { rerun, settle, view, executed, id } = await ended();
    const again = idOf(valueOf(await rerun(id, { from: "twice", downstream })));
    await settle();
    expect(await executed(again)).toEqual(expected);
    expect(await view(again)).toMatchObject({ status: "succeeded", outputs: { "text.size": "7" } });
  });

  it("with an edited input executes whatever reads it, and what follows", async () => {
    const { rerun, settle, view, executed, id } = await ended();
    const again = idOf(valueOf(await rerun(id, { from: "count", given: { "text.in": "hello" } })));
    await settle();
    expect(await executed(again)).toEqual(["shout", "twice", "count"]);
    expect((await view(again)).outputs).toEqual({ "text.size": "11" });
  });

  it("repeats what failed, whichever step it is from", async () => {
    let broken = true;
    const fragile = pureNode("count", "text.twice", "text.size", (text) => {
      if (broken) throw new TypeError("broken");
      return String(text.length);
    });
    const { rerun, settle, view, executed, id } = await ended([SHOUT, TWICE, fragile]);
    expect((await view(id)).status).toBe("failed");
    broken = false;
    const again = idOf(valueOf(await rerun(id, { from: "count" })));
    await settle();
    expect(await executed(again)).toEqual(["count"]);
    expect(await view(again)).toMatchObject({ status: "succeeded", outputs: { "text.size": "7" } });
  });

  it("steps that were kept are counted once for trust", async () => {
    const { world, rerun, settle, id } = await ended();
    await rerun(id, { from: "count" });
    await settle();
    const { trust } = await world.engine.ports.registry.snapshot("default");
    expect(["shout", "twice", "count"].map((name) => trust.get(`${name}@1.0.0`)?.samples)).toEqual([1, 1, 2]);
  });

  it("of a run under way, from a step nobody knows, with a value it never had: refused, and no run begins", async () => {
    const { world, rerun, settle, steer, id } = await started(PIPELINE, "goal.run", goal());
    expect(await rerun(id)).toMatchObject(refusal("INVALID_STATE"));
    await steer(id, { type: "cancel", reason: "x" });
    await settle();
    expect(await rerun(id, { from: "nobody" })).toMatchObject(refusal("INVALID_PARAMETER"));
    expect(await rerun(id, { given: { "text.other": 1 } })).toMatchObject({
      ok: false,
      error: { code: "INVALID_PARAMETER", place: '$.given["text.other"]' },
    });
    expect(await rerun(UNKNOWN)).toMatchObject(refusal("RUN_NOT_FOUND"));
    expect(world.engine.ports.bus.work.size).toBe(0);
  });

  it("with an input that breaks the contract fails with the place", async () => {
    const { rerun, settle, view, id } = await ended();
    const again = idOf(valueOf(await rerun(id, { given: { "text.in": 7 } })));
    await settle();
    expect(await view(again)).toMatchObject({ status: "failed", error: { code: "INPUT_STATE_INVALID" } });
  });
});

describe("replay", () => {
  it("of an honest run is identical, repeats no effect and writes nothing", async () => {
    let effects = 0;
    const twice = effectNode("twice", "text.loud", "text.twice", (text) => {
      effects++;
      return `${text} ${text}`;
    });
    const { world, control, settle, view, id } = await started([SHOUT, twice, COUNT], "goal.run", goal());
    await settle();
    const before = [await view(id), await world.engine.ports.blobs.list("")];
    expect(await control.replay("default", id)).toMatchObject({
      ok: true,
      value: {
        run_id: id,
        identical: true,
        matches: 2,
        differs: 0,
        gone: 0,
        not_repeated: 1,
        steps: [
          { step: "shout", verdict: "matches" },
          { step: "twice", verdict: "not_repeated" },
          { step: "count", verdict: "matches" },
        ],
      },
    });
    expect(effects).toBe(1);
    expect([await view(id), await world.engine.ports.blobs.list("")]).toEqual(before);
  });

  it("of a node that answers otherwise shows both hashes", async () => {
    let calls = 0;
    const moody = pureNode("shout", "text.in", "text.loud", (text) => `${text}${++calls}`);
    const { control, settle, id } = await started([moody, TWICE, COUNT], "goal.run", goal());
    await settle();
    const report = valueOf(await control.replay("default", id)) as unknown as {
      identical: boolean;
      steps: { verdict: string; expected: JsonObject; actual: JsonObject }[];
    };
    expect([report.identical, report.steps[0]?.verdict]).toEqual([false, "differs"]);
    expect(report.steps[0]?.actual["input_hash"]).toBe(report.steps[0]?.expected["input_hash"]);
    expect(report.steps[0]?.actual["output_hash"]).not.toBe(report.steps[0]?.expected["output_hash"]);
  });

  it("of a failure that fails the same way again is identical", async () => {
    const broken = pureNode("shout", "text.in", "text.loud", () => 7);
    const { control, id } = await started([broken], "goal.run", { want: ["text.loud"], given: { "text.in": "x" } });
    expect(await control.replay("default", id)).toMatchObject({ ok: true, value: { identical: true, matches: 1 } });
  });

  it("of a run under way or unknown is refused", async () => {
    const { control, id } = await started(PIPELINE, "goal.run", goal());
    expect(await control.replay("default", id)).toMatchObject(refusal("RUN_NOT_FINISHED"));
    expect(await control.replay("other", id)).toMatchObject(refusal("RUN_NOT_FOUND"));
  });
});

describe("export and import", () => {
  const LARGE = "x".repeat(100_000);

  async function exported(text: JsonValue = LARGE) {
    const made = await started(PIPELINE, "goal.run", goal(text));
    await made.settle();
    const snapshot = valueOf(await made.control.exportRun("default", made.id));
    return { ...made, snapshot, result: await made.world.engine.services.runs.result("default", made.id) };
  }

  it("a run taken in elsewhere has the same result, large values and all, before and after its archive", async () => {
    const { snapshot, result, id, view } = await exported();
    const original = await view(id);
    const other = await testEngine(PIPELINE);
    const there = steering(other);
    expect(await there.control.importRun("default", snapshot)).toMatchObject({
      ok: true,
      value: { run_id: id, status: "succeeded" },
    });
    expect(await other.engine.services.runs.result("default", id)).toEqual(result);
    await there.settle();
    expect(await other.engine.services.runs.result("default", id)).toEqual(result);
    expect(await there.view(id)).toEqual(original);
    expect(await there.control.replay("default", id)).toMatchObject({ ok: true, value: { identical: true, matches: 2 } });
    const again = idOf(valueOf(await there.rerun(id, { from: "twice" })));
    await there.settle();
    expect((await there.view(again)).outputs).toEqual(original.outputs);
  });

  it("the same file twice changes nothing, and exporting it again gives the same file", async () => {
    const { snapshot, id } = await exported();
    const there = steering(await testEngine(PIPELINE));
    await there.control.importRun("default", snapshot);
    const first = await there.view(id);
    await there.settle();
    expect(await there.control.importRun("default", snapshot)).toMatchObject({ ok: true, value: { run_id: id } });
    expect(await there.view(id)).toEqual(first);
    expect(valueOf(await there.control.exportRun("default", id))).toEqual(snapshot);
  });

  it("where a node is not registered, a replay says it is gone", async () => {
    const { snapshot, id } = await exported();
    const there = steering(await testEngine([SHOUT]));
    await there.control.importRun("default", snapshot);
    expect(await there.control.replay("default", id)).toMatchObject({
      ok: true,
      value: { identical: false, matches: 1, gone: 1, steps: [{}, {}, { step: "count", verdict: "gone" }] },
    });
  });

  it("is what the contract says", async () => {
    const { snapshot } = await exported();
    expect(runSnapshot.safeParse(snapshot).error).toBeUndefined();
  });

  it("a run under way is not exported", async () => {
    const { control, id } = await started(PIPELINE, "goal.run", goal());
    expect(await control.exportRun("default", id)).toMatchObject(refusal("RUN_NOT_FINISHED"));
    expect(await control.exportRun("other", id)).toMatchObject(refusal("RUN_NOT_FOUND"));
  });

  const edits: [string, (file: Record<string, JsonValue>) => void, string][] = [
    ["an output", (file) => (file["record"] = JSON.parse(JSON.stringify(file["record"]).replaceAll("7", "8"))), "METADATA_HASH_MISMATCH"],
    ["a large value", (file) => (file["values"] = { ...(file["values"] as JsonObject), ["0".repeat(64)]: "1" }), "METADATA_HASH_MISMATCH"],
    ["a member of its own", (file) => (file["note"] = "edited"), "METADATA_HASH_MISMATCH"],
    ["the events", (file) => (file["events"] = []), "METADATA_HASH_MISMATCH"],
    ["the seal", (file) => (file["sha256"] = "0".repeat(64)), "METADATA_HASH_MISMATCH"],
    ["the format", (file) => (file["format"] = "onex-run/9"), "INVALID_PARAMETER"],
    ["the tenant, sealed anew", (file) => reseal(file, (text) => text.replace('"tenant":"default"', '"tenant":"other"')), "INVALID_PARAMETER"],
    ["the end, sealed anew", (file) => reseal(file, (text) => text.replace('"status":"succeeded"', '"status":"running"')), "INVALID_STATE"],
  ];

  it.each(edits)("a file with %s changed is refused, and nothing is taken in", async (_, edit, code) => {
    const { snapshot, id } = await exported("hey");
    const file = structuredClone(snapshot) as Record<string, JsonValue>;
    edit(file);
    expect(file).not.toEqual(snapshot);
    const there = steering(await testEngine(PIPELINE));
    expect(await there.control.importRun("default", file)).toMatchObject(refusal(code));
    await expect(there.view(id)).rejects.toThrow();
  });

  it.each([null, 7, "text", [], {}])("%j is no snapshot", async (value) => {
    const there = steering(await testEngine([]));
    expect(await there.control.importRun("default", value)).toMatchObject(refusal("INVALID_PARAMETER"));
  });
});

/** Edits the record and seals the file again, as anybody could. */
function reseal(file: Record<string, JsonValue>, edit: (record: string) => string): void {
  file["record"] = JSON.parse(edit(JSON.stringify(file["record"]))) as JsonValue;
  const { sha256: _, ...unsealed } = file;
  file["sha256"] = valueHash(unsealed);
}
