import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { effectNode, pureNode, type TestNode } from "../../support/engines.ts";
import {
  CORRELATION,
  COUNT,
  goal,
  idOf,
  PIPELINE,
  refusal,
  SHOUT,
  started,
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
