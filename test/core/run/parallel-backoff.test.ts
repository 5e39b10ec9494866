import { describe, expect, it } from "vitest";
import { TERMINAL_RUN } from "../../../src/core/run/model/state.ts";
import { sketchPlan } from "../../support/plans.ts";
import { dispatches, DrivenRun, failure, success } from "../../support/runs.ts";

describe("a step whose backoff ends while the run has no room", () => {
  const plan = sketchPlan([{ id: "a" }, { id: "b" }], { maxParallelism: 1 });

  it("waits for room, not for time", () => {
    const run = new DrivenRun(plan);
    const [first] = dispatches(run.send({ type: "start" }));
    run.send({ type: "answer", segment: "a", token: first?.token ?? "", results: [{ step: "a", outcome: failure() }] });
    run.now = run.step("a").retryAt ?? 0;
    run.send({ type: "tick" });
    const timers = [...run.state.segments.values()].map(({ dueAt }) => dueAt);
    expect(timers.filter((at) => at !== null && at <= run.now)).toEqual([]);
  });

  it("is repeated as soon as there is room", () => {
    const run = new DrivenRun(plan);
    const [first] = dispatches(run.send({ type: "start" }));
    const failed = [{ step: "a", outcome: failure() }];
    const [second] = dispatches(run.send({ type: "answer", segment: "a", token: first?.token ?? "", results: failed }));
    run.now = run.step("a").retryAt ?? 0;
    run.send({ type: "tick" });
    const done = [{ step: "b", outcome: success("b") }];
    const [third] = dispatches(run.send({ type: "answer", segment: "b", token: second?.token ?? "", results: done }));
    expect(third).toMatchObject({ segment: "a", epoch: 2 });
    run.send({
      type: "answer",
      segment: "a",
      token: third?.token ?? "",
      results: [{ step: "a", outcome: success("a") }],
    });
    expect(TERMINAL_RUN.has(run.state.header.status)).toBe(true);
  });
});
