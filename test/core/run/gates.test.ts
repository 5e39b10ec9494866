import { describe, expect, it } from "vitest";
import type { Gate } from "../../../src/core/plan/model/gate.ts";
import { sketchPlan } from "../../support/plans.ts";
import { DrivenRun, success } from "../../support/runs.ts";

const onA = (than: string): Gate => ({ test: { value: { step: "a", key: "a.out" }, path: "", op: "eq", than } });

function run(gate: Gate): DrivenRun {
  const driven = new DrivenRun(
    sketchPlan([
      { id: "a" },
      { id: "gated", when: gate },
      { id: "reader", needs: ["gated"] },
      { id: "afterwards", after: ["gated"] },
      { id: "last", after: ["afterwards"] },
    ]),
  );
  driven.send({ type: "start" });
  for (let i = 0; i < 10 && driven.state.header.status === "running"; i++) {
    const [id] = Object.entries(driven.statuses()).find(([, status]) => status === "leased") ?? [];
    const token = driven.state.segments.get(id ?? "")?.lease?.token ?? "";
    driven.send({
      type: "answer",
      segment: id ?? "",
      token,
      results: [{ step: id ?? "", outcome: success(id ?? "") }],
    });
  }
  return driven;
}

describe("gates", () => {
  it("an open gate lets its step run", () => {
    expect(run(onA("a")).statuses()).toEqual({
      a: "succeeded",
      gated: "succeeded",
      reader: "succeeded",
      afterwards: "succeeded",
      last: "succeeded",
    });
  });

  it("a closed gate passes over its step and what reads it, and sets free what only comes after it", () => {
    const closed = run(onA("something else"));
    expect(closed.statuses()).toEqual({
      a: "succeeded",
      gated: "skipped",
      reader: "skipped",
      afterwards: "succeeded",
      last: "succeeded",
    });
    expect(closed.state.header).toMatchObject({ status: "succeeded", fault: null });
  });

  it("a gate is not judged before the output it asks about is there", () => {
    const driven = new DrivenRun(sketchPlan([{ id: "a" }, { id: "gated", when: onA("a") }]));
    driven.send({ type: "start" });
    expect(driven.statuses()).toEqual({ a: "leased", gated: "pending" });
  });

  it("a gate on a step that failed skips its step with the failure, not as passed over", () => {
    const driven = new DrivenRun(sketchPlan([{ id: "a" }, { id: "gated", when: onA("a") }]), {
      graceMs: 1,
      maxExpiries: 0,
    });
    driven.send({ type: "start" });
    driven.now = driven.state.segments.get("a")?.dueAt ?? 0;
    driven.send({ type: "tick" });
    expect(driven.step("gated")).toMatchObject({ status: "skipped" });
    expect(driven.step("gated").passedOver).toBeUndefined();
    expect(driven.state.header.status).toBe("failed");
  });
});
