import { describe, expect, it } from "vitest";
import type { Plan } from "../../../src/core/plan/model/plan.ts";
import { rerunOf } from "../../../src/core/run/reduce/rerun.ts";
import { apply } from "../../../src/core/run/reduce/begin.ts";
import { reduce } from "../../../src/core/run/reduce/reduce.ts";
import type { RunState, StepOutcome } from "../../../src/core/run/model/state.ts";
import { sketchPlan, type StepSketch } from "../../support/plans.ts";
import { dispatches, DrivenRun, failure, REQUEST, success } from "../../support/runs.ts";

const STEPS: readonly StepSketch[] = [{ id: "a" }, { id: "b" }];
const goal = (changes: Partial<Plan> = {}): Plan => ({ ...sketchPlan(STEPS), origin: "goal", ...changes });
const without = (step: string): StepOutcome => ({ ...success(step), outputs: {} }) as StepOutcome;

/** Runs a plan whose steps come to the given outcomes; those not named give what they should. */
function ran(plan: Plan, outcomes: Readonly<Record<string, StepOutcome>> = {}): RunState {
  const run = new DrivenRun(plan);
  for (const { segment, token, steps } of dispatches(run.send({ type: "start" }))) {
    const results = steps.map((step) => ({ step, outcome: outcomes[step] ?? success(step) }));
    run.send({ type: "answer", segment, token, results });
  }
  return run.state;
}

describe("a goal", () => {
  it("is reached when every wanted key is there", () => {
    expect(ran(goal()).header).toMatchObject({ status: "succeeded", fault: null });
  });

  it("is not reached without one, and names the step that had to give it", () => {
    const { header, segments } = ran(goal(), { b: without("b") });
    expect(header).toMatchObject({
      status: "failed",
      fault: {
        code: "OUTPUT_STATE_INVALID",
        message: "b@1.0.0 succeeded without 'b.out', which is wanted",
        place: "step b",
      },
    });
    expect(segments.get("b")?.steps[0]?.status).toBe("succeeded");
  });

  it("is reached without what is not wanted", () => {
    const { "b.out": _, ...results } = goal().results;
    expect(ran(goal({ results }), { b: without("b") }).header.status).toBe("succeeded");
  });

  it("fails for what went wrong first", () => {
    const dead = failure({ code: "HANDLER_EXECUTION_ERROR", message: "no", retryable: false });
    expect(ran(goal(), { a: dead, b: without("b") }).header.fault).toMatchObject({ code: "HANDLER_EXECUTION_ERROR" });
  });

  it("is not reached by a rerun that keeps the step", () => {
    const original = ran(goal(), { b: without("b") });
    const options = { from: "a", downstream: true, given: {}, plan: null };
    const begun = rerunOf(original, { ...REQUEST, id: "r00_00000000000000000000000001" }, options, 5);
    if (!begun.ok) throw new Error(begun.error.message);
    let state = begun.value;
    const start = reduce(state, { type: "start" }, 5);
    state = apply(state, start);
    const [work] = dispatches(start.intents);
    expect(work?.steps).toEqual(["a"]);
    const results = [{ step: "a", outcome: success("a") }];
    state = apply(state, reduce(state, { type: "answer", segment: "a", token: work?.token ?? "", results }, 6));
    expect(state.header).toMatchObject({ status: "failed", fault: { place: "step b" } });
  });
});

describe("a graph", () => {
  it("has the results there are", () => {
    expect(ran(sketchPlan(STEPS), { b: without("b") }).header).toMatchObject({ status: "succeeded", fault: null });
  });
});
