import { describe, expect, it } from "vitest";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { runSnapshot } from "../../../contracts/api/run-control.ts";
import { textHash, valueHash } from "../../../src/core/run/model/hash.ts";
import { effectNode, pureNode, testEngine, type TestNode } from "../../support/engines.ts";
import {
  CORRELATION,
  COUNT,
  goal,
  idOf,
  PIPELINE,
  refusal,
  SHOUT,
  started,
  steering,
  TWICE,
  UNKNOWN,
  valueOf,
} from "../../support/steered-run.ts";
import { CALL, callFor } from "../../support/call.ts";

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
    expect(world.engine.ports.bus.execute.size).toBe(0);
  });

  it("asked for twice with one key is one run, with another request a conflict", async () => {
    const { rerun, settle, executed, id } = await ended();
    const request = { from: "count", idempotencyKey: "again" };
    const first = idOf(valueOf(await rerun(id, request)));
    expect(idOf(valueOf(await rerun(id, request)))).toBe(first);
    await settle();
    expect(idOf(valueOf(await rerun(id, request)))).toBe(first);
    expect(await executed(first)).toEqual(["count"]);
    expect(await rerun(id, { ...request, from: "twice" })).toMatchObject(refusal("IDEMPOTENCY_CONFLICT"));
    expect(idOf(valueOf(await rerun(id)))).not.toBe(first);
  });

  it("names the run it repeats", async () => {
    const { rerun, view, id } = await ended();
    const again = idOf(valueOf(await rerun(id, { from: "count" })));
    expect(await view(again)).toMatchObject({ lineage: { kind: "rerun", run_id: id, from: "count", depth: 1 } });
    expect(await view(id)).toMatchObject({ lineage: null });
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
    expect(await control.replay(CALL, id)).toMatchObject({
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
    const report = valueOf(await control.replay(CALL, id)) as unknown as {
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
    expect(await control.replay(CALL, id)).toMatchObject({ ok: true, value: { identical: true, matches: 1 } });
  });

  it("of a run under way or unknown is refused", async () => {
    const { control, id } = await started(PIPELINE, "goal.run", goal());
    expect(await control.replay(CALL, id)).toMatchObject(refusal("RUN_NOT_FINISHED"));
    expect(await control.replay(callFor("other"), id)).toMatchObject(refusal("RUN_NOT_FOUND"));
  });
});

describe("export and import", () => {
  const LARGE = "x".repeat(100_000);

  async function exported(text: JsonValue = LARGE) {
    const made = await started(PIPELINE, "goal.run", goal(text));
    await made.settle();
    const snapshot = valueOf(await made.control.exportRun(CALL, made.id));
    return { ...made, snapshot, result: await made.world.engine.services.runs.result(CALL, made.id) };
  }

  it("a run taken in elsewhere has the same result, large values and all, before and after its archive", async () => {
    const { snapshot, result, id, view } = await exported();
    const original = await view(id);
    const other = await testEngine(PIPELINE);
    const there = steering(other);
    expect(await there.control.importRun(CALL, snapshot)).toMatchObject({
      ok: true,
      value: { run_id: id, status: "succeeded" },
    });
    expect(await other.engine.services.runs.result(CALL, id)).toEqual(result);
    await there.settle();
    expect(await other.engine.services.runs.result(CALL, id)).toEqual(result);
    expect(await there.view(id)).toEqual(original);
    expect(await there.control.replay(CALL, id)).toMatchObject({
      ok: true,
      value: { identical: true, matches: 2 },
    });
    const again = idOf(valueOf(await there.rerun(id, { from: "twice" })));
    await there.settle();
    expect((await there.view(again)).outputs).toEqual(original.outputs);
  });

  it("the same file twice changes nothing, and exporting it again gives the same file", async () => {
    const { snapshot, id } = await exported();
    const there = steering(await testEngine(PIPELINE));
    await there.control.importRun(CALL, snapshot);
    const first = await there.view(id);
    await there.settle();
    expect(await there.control.importRun(CALL, snapshot)).toMatchObject({ ok: true, value: { run_id: id } });
    expect(await there.view(id)).toEqual(first);
    expect(valueOf(await there.control.exportRun(CALL, id))).toEqual(snapshot);
  });

  it("where a node is not registered, a replay says it is gone", async () => {
    const { snapshot, id } = await exported();
    const there = steering(await testEngine([SHOUT]));
    await there.control.importRun(CALL, snapshot);
    expect(await there.control.replay(CALL, id)).toMatchObject({
      ok: true,
      value: { identical: false, matches: 1, gone: 1, steps: [{}, {}, { step: "count", verdict: "gone" }] },
    });
  });

  it("says nothing of the trust of the nodes here", async () => {
    const { snapshot } = await exported();
    const there = await testEngine(PIPELINE);
    await steering(there).control.importRun(CALL, snapshot);
    await there.settle();
    const { trust } = await there.engine.ports.registry.snapshot("default");
    expect([...trust.values()].map(({ samples }) => samples).filter((samples) => samples > 0)).toEqual([]);
  });

  it("a run whose large value is lost is not exported", async () => {
    const { world, control, id } = await exported();
    const { blobs } = world.engine.ports;
    await blobs.delete(await blobs.list("values/"));
    expect(await control.exportRun(CALL, id)).toMatchObject(refusal("VALUE_UNAVAILABLE"));
  });

  it("is what the contract says", async () => {
    const { snapshot } = await exported();
    expect(runSnapshot.safeParse(snapshot).error).toBeUndefined();
  });

  it("a run under way is not exported", async () => {
    const { control, id } = await started(PIPELINE, "goal.run", goal());
    expect(await control.exportRun(CALL, id)).toMatchObject(refusal("RUN_NOT_FINISHED"));
    expect(await control.exportRun(callFor("other"), id)).toMatchObject(refusal("RUN_NOT_FOUND"));
  });

  const edits: [string, (file: Record<string, JsonValue>) => void, string][] = [
    [
      "an output",
      (file) => (file["record"] = JSON.parse(JSON.stringify(file["record"]).replaceAll("7", "8"))),
      "METADATA_HASH_MISMATCH",
    ],
    [
      "a large value",
      (file) => (file["values"] = { ...(file["values"] as JsonObject), ["0".repeat(64)]: "1" }),
      "METADATA_HASH_MISMATCH",
    ],
    ["a member of its own", (file) => (file["note"] = "edited"), "METADATA_HASH_MISMATCH"],
    ["the events", (file) => (file["events"] = []), "METADATA_HASH_MISMATCH"],
    ["the seal", (file) => (file["sha256"] = "0".repeat(64)), "METADATA_HASH_MISMATCH"],
    ["the format", (file) => (file["format"] = "other-run/1"), "INVALID_PARAMETER"],
    ["the format, a later one", (file) => (file["format"] = "onex-run/9"), "RECORD_NEWER"],
    [
      "the record, of a later release, sealed anew",
      (file) => reseal(file, (text) => text.replace(/"v":\d+,"header"/, '"v":99,"header"')),
      "RECORD_NEWER",
    ],
    [
      "the tenant, sealed anew",
      (file) => reseal(file, (text) => text.replace('"tenant":"default"', '"tenant":"other"')),
      "INVALID_PARAMETER",
    ],
    [
      "the id, sealed anew",
      (file) => reseal(file, (text) => text.replace(/"id":"r[^"]+"/, '"id":"nobody"')),
      "INVALID_PARAMETER",
    ],
    [
      "the plan taken out, sealed anew",
      (file) => reseal(file, (text) => text.replace('"plan":', '"plans":')),
      "INVALID_PARAMETER",
    ],
    [
      "the end, sealed anew",
      (file) => reseal(file, (text) => text.replace('"status":"succeeded"', '"status":"running"')),
      "INVALID_STATE",
    ],
  ];

  it.each(edits)("a file with %s changed is refused, and nothing is taken in", async (_, edit, code) => {
    const { snapshot, id } = await exported("hey");
    const file = structuredClone(snapshot) as Record<string, JsonValue>;
    edit(file);
    expect(file).not.toEqual(snapshot);
    const there = steering(await testEngine(PIPELINE));
    expect(await there.control.importRun(CALL, file)).toMatchObject(refusal(code));
    await expect(there.view(id)).rejects.toThrow();
  });

  it("a file that points at another's object overwrites nothing: its values get places of their own", async () => {
    const { snapshot, result } = await exported();
    const file = structuredClone(snapshot) as Record<string, JsonValue>;
    reseal(file, (text) => text.replaceAll(/"key":"values[^"]*"/g, '"key":"nodes/default/shout"'));
    const there = await testEngine(PIPELINE);
    await there.engine.ports.blobs.put("nodes/default/shout", "the code");
    expect(await steering(there).control.importRun(CALL, file)).toMatchObject({ ok: true });
    expect(await there.engine.ports.blobs.get("nodes/default/shout")).toBe("the code");
    expect(await there.engine.services.runs.result(CALL, String(file["run_id"]))).toEqual(result);
  });

  it.each([
    ["lacks a value it refers to", () => ({})],
    ["has a value that is no JSON", () => ({ [textHash("{")]: "{" })],
  ])("a file that %s is refused, and nothing is written", async (_, values) => {
    const { snapshot } = await exported();
    const file = structuredClone(snapshot) as Record<string, JsonValue>;
    file["values"] = values();
    reseal(file, (text) =>
      text.replaceAll(/"sha256":"[0-9a-f]{64}"/g, `"sha256":"${Object.keys(values())[0] ?? "0".repeat(64)}"`),
    );
    const there = await testEngine(PIPELINE);
    expect(await steering(there).control.importRun(CALL, file)).toMatchObject(refusal("INVALID_PARAMETER"));
    expect(await there.engine.ports.blobs.list("")).toEqual([]);
  });

  it.each([null, 7, "text", [], {}])("%j is no snapshot", async (value) => {
    const there = steering(await testEngine([]));
    expect(await there.control.importRun(CALL, value)).toMatchObject(refusal("INVALID_PARAMETER"));
  });
});

/** Edits the record and seals the file again, as anybody could. */
function reseal(file: Record<string, JsonValue>, edit: (record: string) => string): void {
  file["record"] = JSON.parse(edit(JSON.stringify(file["record"]))) as JsonValue;
  const { sha256: _, ...unsealed } = file;
  file["sha256"] = valueHash(unsealed);
}
