import { describe, expect, it } from "vitest";
import { fault } from "../../../src/core/errors.ts";
import { decodeRun, encodeRun } from "../../../src/core/run/codec/codec.ts";
import { sketchPlan } from "../../support/plans.ts";
import { dispatches, DrivenRun, failure, success } from "../../support/runs.ts";

const LEASES = { graceMs: 1_000, maxExpiries: 2 };
const DIAMOND = sketchPlan([
  { id: "a" },
  { id: "b", needs: ["a"] },
  { id: "c", needs: ["a"] },
  { id: "d", needs: ["b", "c"] },
]);

function answerAll(run: DrivenRun, intents = run.intents): void {
  for (const { segment, token, steps } of dispatches(intents.splice(0))) {
    run.send({ type: "answer", segment, token, results: steps.map((step) => ({ step, outcome: success(step) })) });
  }
}

describe("dispatch", () => {
  it("a step runs the moment its own inputs are there, without level barriers", () => {
    const run = new DrivenRun(sketchPlan([{ id: "slow" }, { id: "fast" }, { id: "next", needs: ["fast"] }]));
    run.send({ type: "start" });
    const fast = dispatches(run.intents).find(({ segment }) => segment === "fast");
    const after = run.send({
      type: "answer",
      segment: "fast",
      token: fast?.token ?? "",
      results: [{ step: "fast", outcome: success("fast") }],
    });
    expect(dispatches(after).map(({ segment }) => segment)).toEqual(["next"]);
    expect(run.step("slow").status).toBe("leased");
  });

  it("a run ends when its last step does", () => {
    const run = new DrivenRun(DIAMOND);
    run.send({ type: "start" });
    answerAll(run);
    answerAll(run);
    expect(run.statuses()).toEqual({ a: "succeeded", b: "succeeded", c: "succeeded", d: "leased" });
    answerAll(run);
    expect(run.state.header).toMatchObject({ status: "succeeded", fault: null });
    expect(run.intents).toEqual([{ type: "finished" }]);
  });

  it("inline segments are leased for the gateway, and nothing else until the run has a ring", () => {
    const run = new DrivenRun(
      sketchPlan([
        { id: "a", inline: true },
        { id: "b", needs: ["a"] },
      ]),
    );
    run.send({ type: "inline" });
    expect(dispatches(run.intents).map(({ segment }) => segment)).toEqual(["a"]);
    answerAll(run);
    expect(run.intents).toEqual([]);
    expect(run.state.header.status).toBe("queued");
    run.send({ type: "start" });
    expect(dispatches(run.intents).map(({ segment }) => segment)).toEqual(["b"]);
    expect(run.step("a").attempts[0]?.via).toBe("inline");
    expect(run.step("b").attempts[0]?.via).toBe("queue");
  });

  it("a plan without steps is finished from the start", () => {
    expect(new DrivenRun(sketchPlan([])).state.header).toMatchObject({ status: "succeeded", finishedAt: 0 });
  });
});

describe("leases", () => {
  it("an answer with an old token changes nothing", () => {
    const run = new DrivenRun(sketchPlan([{ id: "a" }]), LEASES);
    run.send({ type: "start" });
    const [first] = dispatches(run.intents.splice(0));
    run.now = first?.expiresAt ?? 0;
    run.send({ type: "tick" });
    const [second] = dispatches(run.intents.splice(0));
    expect(second?.epoch).toBe(2);
    const before = run.state;
    run.send({
      type: "answer",
      segment: "a",
      token: first?.token ?? "",
      results: [{ step: "a", outcome: success("a") }],
    });
    expect(run.state).toEqual(before);
    run.send({
      type: "answer",
      segment: "a",
      token: second?.token ?? "",
      results: [{ step: "a", outcome: success("a") }],
    });
    expect(run.state.header.status).toBe("succeeded");
  });

  it("each expiry doubles the grace, and after the last the step fails with LEASE_EXPIRED", () => {
    const run = new DrivenRun(sketchPlan([{ id: "a" }, { id: "b", needs: ["a"] }]), LEASES);
    run.send({ type: "start" });
    const lengths: number[] = [];
    while (run.state.header.status === "running") {
      const due = run.state.segments.get("a")?.dueAt ?? 0;
      lengths.push(due - run.now);
      run.now = due;
      run.send({ type: "tick" });
    }
    expect(lengths).toEqual([2_000, 3_000, 5_000]);
    expect(run.state.header).toMatchObject({ status: "failed", fault: { code: "LEASE_EXPIRED", place: "step a" } });
    expect(run.statuses()).toEqual({ a: "failed", b: "skipped" });
  });

  it("a tick before the time changes nothing", () => {
    const run = new DrivenRun(sketchPlan([{ id: "a" }]), LEASES);
    run.send({ type: "start" });
    const before = run.state;
    run.now = 1;
    expect(run.send({ type: "tick" })).toEqual([]);
    expect(run.state).toEqual(before);
  });

  it("an undeliverable work item goes out again under a higher epoch", () => {
    const run = new DrivenRun(sketchPlan([{ id: "a" }]), LEASES);
    run.send({ type: "start" });
    const [first] = dispatches(run.intents.splice(0));
    const again = run.send({
      type: "undeliverable",
      segment: "a",
      token: first?.token ?? "",
      fault: fault("UNDELIVERABLE", "lost"),
    });
    expect(dispatches(again)[0]).toMatchObject({ segment: "a", epoch: 2 });
  });

  it("an executor that answers without results does not loop for ever", () => {
    const run = new DrivenRun(sketchPlan([{ id: "a" }]), LEASES);
    run.send({ type: "start" });
    for (let i = 0; i < 10 && run.state.header.status === "running"; i++) {
      const lease = run.state.segments.get("a")?.lease;
      run.send({ type: "answer", segment: "a", token: lease?.token ?? "", results: [] });
    }
    expect(run.state.header.status).toBe("failed");
  });
});

describe("retries", () => {
  it("a retryable failure comes again after its backoff, a bounded number of times", () => {
    const run = new DrivenRun(sketchPlan([{ id: "a", retry: { maxRetries: 2 } }]));
    run.send({ type: "start" });
    const waits: number[] = [];
    for (let round = 0; round < 10 && run.state.header.status === "running"; round++) {
      const segment = run.state.segments.get("a");
      if (segment?.lease)
        run.send({
          type: "answer",
          segment: "a",
          token: segment.lease.token,
          results: [{ step: "a", outcome: failure() }],
        });
      else {
        waits.push((segment?.dueAt ?? 0) - run.now);
        run.now = segment?.dueAt ?? 0;
        run.send({ type: "tick" });
      }
    }
    expect(waits).toHaveLength(2);
    expect(waits[0]).toBeGreaterThanOrEqual(50);
    expect(waits[0]).toBeLessThanOrEqual(100);
    expect(waits[1]).toBeGreaterThanOrEqual(100);
    expect(waits[1]).toBeLessThanOrEqual(200);
    expect(run.step("a").attempts).toHaveLength(3);
    expect(run.state.header).toMatchObject({ status: "failed", fault: { code: "CONNECTION_ERROR" } });
  });

  it("a failure that no retry cures is final at once and takes its dependents with it, not its siblings", () => {
    const run = new DrivenRun(
      sketchPlan([{ id: "a" }, { id: "b" }, { id: "c", needs: ["a"] }, { id: "d", needs: ["c"] }]),
    );
    run.send({ type: "start" });
    const token = run.state.segments.get("a")?.lease?.token ?? "";
    run.send({
      type: "answer",
      segment: "a",
      token,
      results: [{ step: "a", outcome: failure(fault("OUTPUT_STATE_INVALID", "no")) }],
    });
    expect(run.statuses()).toEqual({ a: "failed", b: "leased", c: "skipped", d: "skipped" });
    expect(run.state.header.status).toBe("running");
    run.intents.splice(0);
    const b = run.state.segments.get("b")?.lease?.token ?? "";
    run.send({ type: "answer", segment: "b", token: b, results: [{ step: "b", outcome: success("b") }] });
    expect(run.state.header.status).toBe("failed");
  });

  it("with onFailure stop, a dead step ends the whole run", () => {
    const run = new DrivenRun(sketchPlan([{ id: "a" }, { id: "b" }], { onFailure: "stop" }));
    run.send({ type: "start" });
    const token = run.state.segments.get("a")?.lease?.token ?? "";
    run.intents.splice(0);
    run.send({
      type: "answer",
      segment: "a",
      token,
      results: [{ step: "a", outcome: failure(fault("OUTPUT_STATE_INVALID", "no")) }],
    });
    expect(run.statuses()).toEqual({ a: "failed", b: "cancelled" });
    expect(run.state.header).toMatchObject({ status: "failed", fault: { code: "OUTPUT_STATE_INVALID" } });
    expect(run.intents).toEqual([{ type: "finished" }]);
  });

  it("within a segment, what did not depend on the failure keeps its result and only the rest is repeated", () => {
    const run = new DrivenRun(
      sketchPlan([
        { id: "a", segment: "s" },
        { id: "b", segment: "s" },
        { id: "c", segment: "s", needs: ["a", "b"] },
      ]),
    );
    run.send({ type: "start" });
    const [first] = dispatches(run.intents.splice(0));
    expect(first?.steps).toEqual(["a", "b", "c"]);
    run.send({
      type: "answer",
      segment: "s",
      token: first?.token ?? "",
      results: [
        { step: "a", outcome: success("a") },
        { step: "b", outcome: failure() },
      ],
    });
    expect(run.intents).toEqual([]);
    run.now = run.state.segments.get("s")?.dueAt ?? 0;
    run.send({ type: "tick" });
    expect(dispatches(run.intents)[0]?.steps).toEqual(["b", "c"]);
  });
});

describe("ends", () => {
  it("the deadline ends a run, whatever is under way", () => {
    const run = new DrivenRun(sketchPlan([{ id: "a" }], { deadlineMs: 500 }));
    run.send({ type: "start" });
    run.intents.splice(0);
    run.now = 500;
    run.send({ type: "tick" });
    expect(run.state.header).toMatchObject({ status: "failed", fault: { code: "RUN_DEADLINE" } });
    expect(run.intents).toEqual([{ type: "finished" }]);
  });

  it("a cancelled run stays cancelled, and a late answer changes nothing", () => {
    const run = new DrivenRun(sketchPlan([{ id: "a" }]));
    run.send({ type: "start" });
    const token = run.state.segments.get("a")?.lease?.token ?? "";
    run.send({ type: "cancel", reason: "no longer needed" });
    const before = encodeRun(run.state);
    run.send({ type: "answer", segment: "a", token, results: [{ step: "a", outcome: success("a") }] });
    expect(encodeRun(run.state)).toBe(before);
    expect(run.state.header.status).toBe("cancelled");
  });
});

describe("codec", () => {
  it("a run survives encoding at any moment", () => {
    const run = new DrivenRun(DIAMOND);
    for (const move of [
      () => run.send({ type: "start" }),
      () => answerAll(run),
      () => answerAll(run),
      () => answerAll(run),
    ]) {
      move();
      const copy = decodeRun(encodeRun(run.state));
      expect(copy.header).toEqual(run.state.header);
      expect([...copy.segments]).toEqual([...run.state.segments]);
      expect(copy.openSteps).toBe(run.state.openSteps);
    }
  });
});
