import { describe, expect, it } from "vitest";
import { decodeRun, encodeRun } from "../../../src/core/run/codec/codec.ts";
import { observationsOf } from "../../../src/core/run/reduce/observations.ts";
import { signalsOf } from "../../../src/core/run/views/signals.ts";
import { viewRun } from "../../../src/core/run/views/view.ts";
import { workItemOf } from "../../../src/core/run/dispatch/work-item-of.ts";
import { sketchPlan } from "../../support/plans.ts";
import { dispatches, DrivenRun, success } from "../../support/runs.ts";

const PLAN = sketchPlan([{ id: "a" }, { id: "b", needs: ["a"] }]);
const LIMITED = { by: "node a", retryInMs: 5_000 };

/** Started, with the first dispatch of `a`. */
function started(plan = PLAN) {
  const run = new DrivenRun(plan, { graceMs: 1_000, maxExpiries: 1 });
  const [first] = dispatches(run.send({ type: "start" }));
  if (!first) throw new Error("nothing was dispatched");
  return { run, first };
}

const deferred = (token: string, changes: object = {}) =>
  ({ type: "answer", segment: "a", token, results: [], deferred: { ...LIMITED, ...changes } }) as const;
const answered = (token: string) =>
  ({ type: "answer", segment: "a", token, results: [{ step: "a", outcome: success("a") }] }) as const;

describe("a work item that a limit has no room for", () => {
  it("gives its lease back, waits and says what for", () => {
    const { run, first } = started();
    expect(run.send(deferred(first.token))).toEqual([]);
    expect(run.step("a")).toMatchObject({ status: "ready", retryAt: 5_000, limitedBy: "node a", outcome: null });
    expect(run.state.segments.get("a")).toMatchObject({ lease: null, dueAt: 5_000, expiries: 0 });
    expect(run.state.header.status).toBe("running");
    expect(viewRun(run.state)["steps"]).toMatchObject([{ id: "a", limited_by: "node a" }, { limited_by: null }]);
  });

  it("goes out again when its time has come, under a new token and as the same attempt", () => {
    const { run, first } = started();
    run.send(deferred(first.token));
    run.now = 4_999;
    expect(run.send({ type: "tick" })).toEqual([]);
    run.now = 5_000;
    const [second] = dispatches(run.send({ type: "tick" }));
    expect(second?.token).not.toBe(first.token);
    expect(run.step("a").attempts).toMatchObject([{ epoch: 2, dispatchedAt: 0, finishedAt: null }]);
    expect(run.step("a").limitedBy).toBeUndefined();
    run.send(answered(first.token));
    expect(run.step("a").status).toBe("leased");
    run.send(answered(second?.token ?? ""));
    expect(run.statuses()).toMatchObject({ a: "succeeded", b: "leased" });
  });

  it("goes out at once when the limit calls", () => {
    const { run, first } = started();
    run.send(deferred(first.token));
    run.now = 10;
    expect(dispatches(run.send({ type: "admitted", segment: "a" }))).toMatchObject([{ segment: "a", epoch: 2 }]);
  });

  it("goes out at once when the limit called before the refusal arrived", () => {
    const { run, first } = started();
    expect(run.send({ type: "admitted", segment: "a" })).toEqual([]);
    const [second] = dispatches(run.send(deferred(first.token)));
    expect(second).toMatchObject({ segment: "a", epoch: 2 });
    expect(run.send(deferred(second?.token ?? ""))).toEqual([]);
    expect(run.step("a")).toMatchObject({ status: "ready", retryAt: 5_000 });
  });

  it("keeps its record and its signals the same however long it waits", () => {
    const { run, first } = started();
    const before = signalsOf(run.state);
    let token = first.token;
    for (let n = 0; n < 50; n++) {
      run.send(deferred(token));
      run.state = decodeRun(encodeRun(run.state));
      run.now += 5_000;
      token = dispatches(run.send({ type: "tick" }))[0]?.token ?? "";
    }
    expect(run.step("a").attempts).toHaveLength(1);
    expect(signalsOf(run.state).map(({ seq, type }) => [seq, type])).toEqual(
      before.map(({ seq, type }) => [seq, type]),
    );
    run.send(answered(token));
    const seqs = signalsOf(run.state).map(({ seq }) => seq);
    expect(new Set(seqs).size).toBe(seqs.length);
    expect(observationsOf(run.state)).toHaveLength(1);
  });

  it("waits neither for a failure nor for an expiry: both still count as before", () => {
    const { run, first } = started();
    run.send(deferred(first.token));
    run.now = 5_000;
    run.send({ type: "tick" });
    run.now = run.state.segments.get("a")?.dueAt ?? 0;
    run.send({ type: "tick" });
    expect(run.state.segments.get("a")?.expiries).toBe(1);
    expect(run.step("a").attempts.map(({ fault }) => fault?.code ?? null)).toEqual(["LEASE_EXPIRED", null]);
  });

  it("tells the next dispatch since when it waits", () => {
    const { run, first } = started();
    run.now = 700;
    run.send(deferred(first.token));
    run.now = 6_000;
    const [second] = dispatches(run.send({ type: "tick" }));
    if (!second) throw new Error("nothing was dispatched");
    expect(workItemOf(run.state, second)).toMatchObject({ since: 0, steps: [{ attempt: 1 }] });
  });

  it("fails after a day, with the limit's name", () => {
    const { run, first } = started();
    run.now = 24 * 60 * 60 * 1_000;
    run.send(deferred(first.token));
    expect(run.state.header).toMatchObject({ status: "failed", fault: { code: "RATE_LIMIT_ERROR" } });
    expect(run.state.header.fault?.message).toContain("node a");
    expect(run.statuses()).toEqual({ a: "failed", b: "skipped" });
  });

  it("frees the room it had in its run", () => {
    const { run, first } = started(sketchPlan([{ id: "a" }, { id: "c" }], { mode: "sequential" }));
    expect(dispatches(run.send(deferred(first.token)))).toMatchObject([{ segment: "c" }]);
    expect(run.send({ type: "admitted", segment: "a" })).toEqual([]);
    expect(run.step("a").limitedBy).toBe("node a");
  });

  it("is not called out of a pause, and can be cancelled", () => {
    const { run, first } = started();
    run.send(deferred(first.token));
    run.send({ type: "pause" });
    expect(run.send({ type: "admitted", segment: "a" })).toEqual([]);
    run.now = 6_000;
    run.send({ type: "tick" });
    expect(dispatches(run.send({ type: "resume" }))).toMatchObject([{ segment: "a" }]);
    run.send({ type: "cancel", reason: "enough" });
    expect(run.statuses()).toEqual({ a: "cancelled", b: "cancelled" });
  });

  it("changes nothing under an old token", () => {
    const { run, first } = started();
    run.send(answered(first.token));
    const before = encodeRun(run.state);
    run.send(deferred(first.token));
    expect(encodeRun(run.state)).toBe(before);
  });
});

describe("a signal of an attempt that came to nothing", () => {
  it("says released from the first time it is read, whatever becomes of the step", () => {
    const plan = sketchPlan([
      { id: "a", segment: "g" },
      { id: "b", segment: "g" },
    ]);
    const run = new DrivenRun(plan);
    const [first] = dispatches(run.send({ type: "start" }));
    const only = [{ step: "a", outcome: success("a") }];
    run.send({ type: "answer", segment: "g", token: first?.token ?? "", results: only });
    const released = () =>
      signalsOf(run.state).find((one) => one.type === "signal.node.result" && one.step === "b" && one.epoch === 1);
    const early = released();
    expect(early).toMatchObject({ status: "released", will_retry: false });
    run.send({ type: "cancel", reason: "enough" });
    expect(released()).toEqual(early);
  });
});

describe("clocks that differ", () => {
  it("never make a duration negative", () => {
    const { run, first } = started();
    const outcome = { ...success("a"), durationMs: -40 };
    run.now = -7;
    run.send({ type: "answer", segment: "a", token: first.token, results: [{ step: "a", outcome }] });
    run.send({ type: "cancel", reason: "enough" });
    expect(run.step("a").attempts[0]?.durationMs).toBe(0);
    expect(viewRun(run.state)["duration_ms"]).toBe(0);
  });
});
