import { describe, expect, it } from "vitest";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { runSnapshot } from "../../../contracts/api/run-control.ts";
import { textHash, valueHash } from "../../../src/core/run/model/hash.ts";
import { testEngine } from "../../support/engines.ts";
import { goal, idOf, PIPELINE, refusal, SHOUT, started, steering, valueOf } from "../../support/steered-run.ts";
import { CALL, callFor } from "../../support/call.ts";

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
