import { describe, expect, it } from "vitest";
import { decodeRun, encodeRun } from "../../../src/core/run/codec/codec.ts";
import type { PlanStep } from "../../../src/core/plan/model/plan.ts";
import { signalsOf } from "../../../src/core/run/views/signals.ts";
import { audienceOf } from "../../../src/core/run/wait/audience.ts";
import { sketchPlan } from "../../support/plans.ts";
import { dispatches, DrivenRun, success } from "../../support/runs.ts";

const due = (run: DrivenRun, segment: string) => run.state.segments.get(segment)?.dueAt ?? Number.NaN;

function finish(run: DrivenRun, step: string): void {
  const token = run.state.segments.get(step)?.lease?.token ?? "";
  run.send({ type: "answer", segment: step, token, results: [{ step, outcome: success(step) }] });
}

describe("waiting", () => {
  it("a sleep ends at its time, not before, and what comes after it runs", () => {
    const run = new DrivenRun(
      sketchPlan([
        { id: "nap", wait: { kind: "sleep", ms: 5_000 } },
        { id: "b", needs: ["nap"] },
      ]),
    );
    run.send({ type: "start" });
    expect(run.state.header.status).toBe("waiting");
    expect(due(run, "nap")).toBe(5_000);
    run.now = 4_999;
    run.send({ type: "tick" });
    expect(run.step("nap").status).toBe("waiting");
    run.now = 5_000;
    run.send({ type: "tick" });
    expect(run.statuses()).toEqual({ nap: "succeeded", b: "leased" });
    expect(run.state.header.status).toBe("running");
  });

  it("an event carries its payload to the step that waits for it", () => {
    const run = new DrivenRun(sketchPlan([{ id: "paid", wait: { kind: "event", event: "payment" } }]));
    run.send({ type: "start" });
    run.send({ type: "event", name: "other", payload: { v: 0 } });
    expect(run.step("paid").status).toBe("waiting");
    run.send({ type: "event", name: "payment", payload: { v: 42 } });
    expect(run.step("paid").outcome).toMatchObject({ ok: true, outputs: { "paid.out": { v: 42 } } });
    expect(run.state.header.status).toBe("succeeded");
  });

  it("an event that comes too early is kept for the step that will wait for it", () => {
    const run = new DrivenRun(
      sketchPlan([{ id: "a" }, { id: "paid", needs: ["a"], wait: { kind: "event", event: "payment" } }]),
    );
    run.send({ type: "start" });
    run.send({ type: "event", name: "payment", payload: { v: 7 } });
    run.state = decodeRun(encodeRun(run.state));
    finish(run, "a");
    expect(run.step("paid").outcome).toMatchObject({ ok: true, outputs: { "paid.out": { v: 7 } } });
  });

  it("an event's sender is told who hears it: those who wait, who will, and who may", () => {
    const run = new DrivenRun(
      sketchPlan([
        { id: "paid", wait: { kind: "event", event: "payment" } },
        { id: "nap", wait: { kind: "sleep", ms: 5_000 } },
        { id: "sign", wait: { kind: "approval" } },
        { id: "later", needs: ["nap"], wait: { kind: "event" } },
        { id: "both", needs: ["nap"], wait: { kind: "event", event: "payment" } },
      ]),
    );
    run.send({ type: "start" });
    expect(audienceOf(run.state, "payment")).toEqual({ steps: ["paid", "both"], awaited: ["later", "payment"] });
    expect(audienceOf(run.state, "later").steps).toEqual(["later"]);
    for (const name of ["paymnet", "nap", "sign", "paid", ""]) expect(audienceOf(run.state, name).steps).toEqual([]);
    run.send({ type: "event", name: "payment", payload: { v: 1 } });
    expect(audienceOf(run.state, "payment")).toEqual({ steps: ["both"], awaited: ["later", "payment"] });
  });

  it("a name that comes with a value is known when the value is", () => {
    const plan = sketchPlan([
      { id: "a" },
      { id: "paid", needs: ["a"], wait: { kind: "event" } },
      { id: "own", wait: { kind: "event" } },
    ]);
    const named = (id: string, source: PlanStep["inputs"][string]) => ({
      ...plan,
      steps: plan.steps.map((step) =>
        step.id === id ? { ...step, inputs: { ...step.inputs, "wait.event": source } } : step,
      ),
    });
    const fromStep = new DrivenRun(named("paid", { step: "a", key: "a.out" }));
    fromStep.send({ type: "start" });
    expect(audienceOf(fromStep.state, "anything")).toEqual({ steps: ["paid"], awaited: ["own"] });
    const given = new DrivenRun(named("own", { step: null, key: "name" }));
    given.state = { ...given.state, given: { ...given.state.given, name: { v: "invoice" } } };
    expect(audienceOf(given.state, "invoice")).toEqual({ steps: ["own"], awaited: ["invoice", "paid"] });
  });

  it("an event that never comes is given up with WAIT_TIMEOUT", () => {
    const run = new DrivenRun(sketchPlan([{ id: "paid", wait: { kind: "event", timeoutMs: 1_000 } }]));
    run.send({ type: "start" });
    run.now = 1_000;
    run.send({ type: "tick" });
    expect(run.state.header).toMatchObject({ status: "failed", fault: { code: "WAIT_TIMEOUT" } });
  });

  it.each([
    [true, "succeeded", undefined],
    [false, "failed", "APPROVAL_REJECTED"],
  ])("an approval of %s ends the step as %s", (approved, status, code) => {
    const run = new DrivenRun(sketchPlan([{ id: "sign", wait: { kind: "approval" } }]));
    run.send({ type: "start" });
    run.send({ type: "approve", step: "nobody", approved, word: {} });
    run.send({ type: "approve", step: "sign", approved, word: { by: "ann" } });
    expect(run.state.header.status).toBe(status);
    expect(run.state.header.fault?.code).toBe(code);
    const before = run.state;
    run.send({ type: "approve", step: "sign", approved: !approved, word: {} });
    expect(run.state).toEqual(before);
  });

  it("a wait is a dispatch and a result among the signals, without a message", () => {
    const run = new DrivenRun(sketchPlan([{ id: "nap", wait: { kind: "sleep", ms: 1 } }]));
    run.send({ type: "start" });
    expect(dispatches(run.intents)).toEqual([]);
    run.now = 1;
    run.send({ type: "tick" });
    expect(signalsOf(run.state).map((one) => [one.type, "via" in one ? one.via : undefined])).toEqual([
      ["signal.node.dispatch", "wait"],
      ["signal.node.result", "wait"],
      ["signal.graph.completed", undefined],
    ]);
  });
});

describe("pausing", () => {
  it("keeps new work back, takes answers, and goes on where it was", () => {
    const run = new DrivenRun(sketchPlan([{ id: "a" }, { id: "b", needs: ["a"] }]));
    run.send({ type: "start" });
    run.send({ type: "pause" });
    run.intents.splice(0);
    finish(run, "a");
    expect(run.statuses()).toEqual({ a: "succeeded", b: "pending" });
    expect(run.intents).toEqual([]);
    expect(run.state.header.status).toBe("paused");
    expect(dispatches(run.send({ type: "resume" })).map(({ segment }) => segment)).toEqual(["b"]);
  });

  it("a run whose last step answers while it is paused is over", () => {
    const run = new DrivenRun(sketchPlan([{ id: "a" }]));
    run.send({ type: "start" });
    run.send({ type: "pause" });
    finish(run, "a");
    expect(run.state.header.status).toBe("succeeded");
  });

  it("a lease that expires during the pause goes out again after it", () => {
    const run = new DrivenRun(sketchPlan([{ id: "a" }]));
    run.send({ type: "start" });
    run.send({ type: "pause" });
    run.now = due(run, "a");
    run.intents.splice(0);
    run.send({ type: "tick" });
    expect(run.intents).toEqual([]);
    expect(due(run, "a")).toBeNaN();
    expect(dispatches(run.send({ type: "resume" }))[0]).toMatchObject({ segment: "a", epoch: 2 });
  });

  it("resuming a run that is not paused changes nothing", () => {
    const run = new DrivenRun(sketchPlan([{ id: "a" }]));
    run.send({ type: "start" });
    const before = run.state;
    run.send({ type: "resume" });
    expect(run.state).toEqual(before);
  });
});

describe("room", () => {
  const wide = [{ id: "a" }, { id: "b" }, { id: "c" }];
  const leased = (run: DrivenRun) => Object.values(run.statuses()).filter((status) => status === "leased").length;

  it.each([
    ["sequential", { mode: "sequential" as const }, 1],
    ["two at a time", { maxParallelism: 2 }, 2],
    ["no limit", {}, 3],
  ])("%s", (_, policy, most) => {
    const run = new DrivenRun(sketchPlan(wide, policy));
    run.send({ type: "start" });
    let peak = 0;
    for (let i = 0; i < 10 && run.state.header.status === "running"; i++) {
      peak = Math.max(peak, leased(run));
      const next = Object.entries(run.statuses()).find(([, status]) => status === "leased");
      if (next) finish(run, next[0]);
    }
    expect(peak).toBe(most);
    expect(run.state.header.status).toBe("succeeded");
  });

  it("a failure makes room for what was kept back", () => {
    const run = new DrivenRun(sketchPlan(wide, { mode: "sequential" }), { graceMs: 10, maxExpiries: 0 });
    run.send({ type: "start" });
    for (let i = 0; i < 20 && run.state.header.status === "running"; i++) {
      run.now = Math.max(run.now, ...[...run.state.segments.values()].map(({ dueAt }) => dueAt ?? 0));
      run.send({ type: "tick" });
    }
    expect(run.statuses()).toEqual({ a: "failed", b: "failed", c: "failed" });
  });
});
