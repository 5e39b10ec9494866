import { describe, expect, it } from "vitest";
import { fault } from "../../../src/core/errors.ts";
import { ok, err } from "../../../src/core/result.ts";
import { planGraph } from "../../../src/core/plan/graph/plan-graph.ts";
import { decodeRun, encodeRun } from "../../../src/core/run/codec/codec.ts";
import { executionResult } from "../../../src/core/run/views/execution-result.ts";
import { nextPlan } from "../../../src/core/run/reduce/next-plan.ts";
import { observationsOf } from "../../../src/core/run/reduce/observations.ts";
import { rerunOf } from "../../../src/core/run/reduce/rerun.ts";
import { signalsOf } from "../../../src/core/run/views/signals.ts";
import { refsOf, sealSnapshot } from "../../../src/core/run/codec/snapshot.ts";
import { summaryOf } from "../../../src/core/run/model/summary.ts";
import { viewRun } from "../../../src/core/run/views/view.ts";
import { REQUEST } from "../../support/runs.ts";
import { policy, registry } from "../plan/support/nodes.ts";
import { goalPlan, VariantRun } from "./support/variants.ts";
import { ALL_SERVED } from "../../support/served.ts";

const effect = { kind: "effect" } as const;
const SNAPSHOT = registry([
  { name: "fetch", in: ["url"], out: ["text"], ...effect },
  { name: "classify", version: "1.1.0", in: ["text"], out: ["label"], ...effect },
  { name: "classify", in: ["text"], out: ["label"], cost: 3, ...effect },
  { name: "rules", in: ["text"], out: ["label"], cost: 9, ...effect },
  { name: "file", in: ["label"], out: ["receipt"], ...effect },
  { name: "count", in: ["text"], out: ["size"], ...effect },
]);

const started = (want: readonly string[] = ["receipt"], changes = {}): VariantRun => {
  const run = new VariantRun(goalPlan(SNAPSHOT, want, ["url"], changes), SNAPSHOT);
  run.send({ type: "start" });
  return run;
};
/** The run waits for an answer to its first question. */
const asking = (want?: readonly string[], changes?: object): { run: VariantRun; token: string } => {
  const run = started(want, changes);
  run.work();
  run.work(["classify@1.1.0"]);
  const [token] = run.work();
  if (token === undefined) throw new Error("nothing was asked");
  return { run, token };
};

describe("a step that dies while another node can do its work", () => {
  it("is replaced: the run goes on with the other one and succeeds without a fault", () => {
    const run = started();
    run.drain(["classify@1.1.0"]);
    expect(run.state.header).toMatchObject({ status: "succeeded", fault: null, replans: 1 });
    expect(run.state.plan.steps.map(({ id, version }) => `${id}@${version}`)).toEqual([
      "fetch@1.0.0",
      "classify_2@1.0.0",
      "file@1.0.0",
    ]);
    expect(run.state.replaced).toMatchObject([{ step: { id: "classify" }, state: { status: "failed" }, replan: 1 }]);
  });

  it("is replaced as often as the policy allows, and never by a node that died before", () => {
    const run = started();
    run.drain(["classify@1.1.0", "classify@1.0.0"]);
    expect(run.state.header).toMatchObject({ status: "succeeded", replans: 2 });
    expect(run.state.replaced?.map(({ step }) => step.id)).toEqual(["classify", "classify_2"]);
    const once = started(undefined, { maxReplans: 1 });
    once.drain(["classify@1.1.0", "classify@1.0.0"]);
    expect(once.state.header).toMatchObject({ status: "failed", replans: 1, fault: { code: "OUTPUT_STATE_INVALID" } });
  });

  it.each([{ maxReplans: 0 }, { maxReplans: undefined }])("fails at once with %j", (changes) => {
    const run = started(undefined, changes);
    run.drain(["classify@1.1.0"]);
    expect(run.state.header).toMatchObject({ status: "failed", fault: { place: "step classify" } });
    expect(run.statuses()).toMatchObject({ classify: "failed", file: "skipped" });
  });

  it("fails when every variant does, with the last one's fault", () => {
    const run = started(undefined, { maxReplans: 10 });
    run.drain(["classify@1.1.0", "classify@1.0.0", "rules@1.0.0"]);
    expect(run.state.header).toMatchObject({ status: "failed", replans: 2, fault: { place: "step rules" } });
    expect(run.state.openSteps).toBe(0);
  });

  it("is not asked about when the plan knows no other way", () => {
    const run = started(["size"]);
    expect(run.work(["fetch@1.0.0"])).toEqual([]);
    expect(run.taken()).toEqual([{ type: "finished" }]);
    expect(run.state.header.fault?.place).toBe("step fetch");
  });

  it.each(["VALUE_UNAVAILABLE", "GATE_CLOSED"] as const)(
    "is not replaced when it is not the node's doing: %s",
    (code) => {
      const run = started();
      run.work();
      run.work(["classify@1.1.0"], fault(code, "no", { retryable: false }));
      expect(run.state.header).toMatchObject({ status: "failed", fault: { code } });
    },
  );

  it("comes before on_failure stop", () => {
    const run = started(["receipt"], { onFailure: "stop" });
    run.drain(["classify@1.1.0"]);
    expect(run.state.header.status).toBe("succeeded");
  });

  it("goes an entirely different way when a consumer further down can", () => {
    const snapshot = registry([
      { name: "features", in: ["text"], out: ["features"], ...effect },
      { name: "rules", in: ["features"], out: ["label"], ...effect },
      { name: "model", in: ["text"], out: ["label"], cost: 50, ...effect },
    ]);
    const run = new VariantRun(goalPlan(snapshot, ["label"], ["text"]), snapshot);
    run.send({ type: "start" });
    run.drain(["features@1.0.0"]);
    expect(run.state.header.status).toBe("succeeded");
    expect(run.state.plan.steps.map(({ node }) => node)).toEqual(["model"]);
  });

  it("of a graph gives way to another version the author allows", () => {
    const snapshot = registry([
      { name: "a", version: "1.2.0", out: ["x"], ...effect },
      { name: "a", version: "1.0.0", out: ["x"], ...effect },
      { name: "b", in: ["x"], out: ["y"], ...effect },
    ]);
    const plan = planGraph(
      {
        steps: [
          { id: "one", node: "a" },
          { id: "two", node: "b" },
        ],
        given: [],
      },
      snapshot,
      policy(),
      ALL_SERVED,
    );
    if (!plan.ok) throw new Error(plan.error.message);
    const run = new VariantRun(plan.value, snapshot);
    run.send({ type: "start" });
    run.drain(["a@1.2.0"]);
    expect(run.statuses()).toEqual({ one_2: "succeeded", two: "succeeded" });
    const pinned = planGraph(
      { steps: [{ id: "one", node: "a", version: "1.2.0" }], given: [] },
      snapshot,
      policy(),
      ALL_SERVED,
    );
    const other = new VariantRun(pinned.ok ? pinned.value : plan.value, snapshot);
    other.send({ type: "start" });
    other.drain(["a@1.2.0"]);
    expect(other.state.header).toMatchObject({ status: "failed" });
    expect(other.state.header.replans).toBeUndefined();
  });
});

describe("while a run waits for another plan", () => {
  it("nothing new is dispatched, and the question comes when the last lease has ended", () => {
    const run = started(["receipt", "size"]);
    run.work();
    const [first, second] = run.taken();
    if (first?.type !== "dispatch" || second?.type !== "dispatch") throw new Error("two work items were expected");
    const [classify, count] = first.steps[0] === "classify" ? [first, second] : [second, first];
    run.send({
      type: "answer",
      segment: classify.segment,
      token: classify.token,
      results: [
        {
          step: "classify",
          outcome: {
            ok: false,
            fault: fault("OUTPUT_STATE_INVALID", "no"),
            inputHash: null,
            inputBytes: 0,
            startedAt: 0,
            durationMs: 1,
          },
        },
      ],
    });
    expect(run.taken()).toEqual([]);
    expect(run.state.header).toMatchObject({ status: "running", fault: null, replanning: { question: null } });
    run.now = count.expiresAt;
    run.send({ type: "tick" });
    expect(run.taken()).toEqual([{ type: "replan", token: "replan.1.1" }]);
    run.answer("replan.1.1");
    run.drain();
    expect(run.statuses()).toMatchObject({ count: "succeeded", file: "succeeded", classify_2: "succeeded" });
    expect(run.step("count").attempts).toHaveLength(2);
  });

  it("a lost question is asked again under a new token, a bounded number of times, then the failure stands", () => {
    const { run } = asking();
    const asked: string[] = [];
    for (let i = 0; i < 10 && run.state.header.status === "running"; i++) {
      run.now = run.state.header.replanning?.question?.until ?? run.now;
      run.send({ type: "tick" });
      asked.push(...run.taken().flatMap((intent) => (intent.type === "replan" ? [intent.token] : [])));
    }
    expect(asked).toEqual(["replan.1.2", "replan.1.3", "replan.1.4"]);
    expect(run.state.header).toMatchObject({ status: "failed", fault: { code: "OUTPUT_STATE_INVALID" } });
  });

  it("an answer to an older question, or to none, changes nothing", () => {
    const { run, token } = asking();
    run.now = run.state.header.replanning?.question?.until ?? 0;
    run.send({ type: "tick" });
    const before = encodeRun(run.state);
    run.answer(token);
    run.send({ type: "replanned", token, result: err(fault("PLAN_UNREACHABLE", "no")) });
    expect(encodeRun(run.state)).toBe(before);
    run.answer("replan.1.2");
    const after = encodeRun(run.state);
    run.send({ type: "replanned", token: "replan.1.2", result: ok(run.state.plan) });
    expect(encodeRun(run.state)).toBe(after);
    run.drain();
    expect(run.state.header.status).toBe("succeeded");
  });

  it("a question that ended in the dead letters is asked again", () => {
    const { run, token } = asking();
    run.send({ type: "replanned", token, result: err(fault("UNDELIVERABLE", "lost")) });
    expect(run.taken()).toEqual([{ type: "replan", token: "replan.1.2" }]);
  });

  it("a refusal lets the failure stand, and says why", () => {
    const { run, token } = asking();
    run.send({ type: "replanned", token, result: err(fault("PLAN_UNREACHABLE", "nobody gives label")) });
    expect(run.state.header).toMatchObject({
      status: "failed",
      fault: { code: "OUTPUT_STATE_INVALID", hint: "there is no other way: nobody gives label" },
    });
    expect(run.state.header.replanning).toBeUndefined();
    expect(run.statuses()).toMatchObject({ classify: "failed", file: "skipped" });
  });

  it("it can be cancelled, and a late answer changes nothing", () => {
    const { run, token } = asking();
    run.send({ type: "cancel", reason: "enough" });
    expect(run.state.header).toMatchObject({ status: "cancelled", fault: { code: "RUN_CANCELLED" } });
    expect(run.state.header.replanning).toBeUndefined();
    const before = encodeRun(run.state);
    run.send({ type: "replanned", token, result: ok(run.state.plan) });
    expect(encodeRun(run.state)).toBe(before);
  });

  it("its deadline ends it", () => {
    const { run } = asking(undefined, { deadlineMs: 500 });
    run.now = 500;
    run.send({ type: "tick" });
    expect(run.state.header).toMatchObject({ status: "failed", fault: { code: "RUN_DEADLINE" } });
  });

  it("it can be paused, answered while it is, and goes on when resumed", () => {
    const { run, token } = asking();
    run.send({ type: "pause" });
    run.answer(token);
    expect(run.taken()).toEqual([]);
    expect(run.state.header).toMatchObject({ status: "paused", replans: 1 });
    run.send({ type: "resume" });
    run.drain();
    expect(run.state.header.status).toBe("succeeded");
  });

  it("a backoff carries over with its attempts, whenever it ends", () => {
    const run = started(["receipt", "size"]);
    run.work();
    for (const intent of run.taken()) {
      if (intent.type !== "dispatch") continue;
      const problem =
        intent.steps[0] === "classify" ? fault("OUTPUT_STATE_INVALID", "no") : fault("CONNECTION_ERROR", "down");
      const outcome = {
        ok: false,
        fault: problem,
        inputHash: null,
        inputBytes: 0,
        startedAt: 0,
        durationMs: 1,
      } as const;
      run.send({
        type: "answer",
        segment: intent.segment,
        token: intent.token,
        results: [{ step: intent.steps[0] ?? "", outcome }],
      });
    }
    const retryAt = run.step("count").retryAt ?? 0;
    run.now = retryAt;
    run.send({ type: "tick" });
    expect(run.state.header.replanning?.question?.token).toBe("replan.1.1");
    run.drain();
    expect(run.state.header.status).toBe("succeeded");
    const epochs = run.step("count").attempts.map(({ epoch }) => epoch);
    expect(epochs).toEqual([1, 2]);
  });

  it("another failure that nothing can avoid ends the waiting", () => {
    const run = started(["receipt", "size"]);
    run.work();
    run.work(["classify@1.1.0", "count@1.0.0"]);
    expect(run.state.header.status).toBe("failed");
    expect(run.taken()).toEqual([{ type: "finished" }]);
    expect(run.state.openSteps).toBe(0);
  });
});

describe("what is left of a replaced step", () => {
  const run = started();
  run.drain(["classify@1.1.0"]);

  it("survives storage, whole and unchanged", () => {
    const again = decodeRun(encodeRun(run.state));
    expect(again).toEqual(run.state);
  });

  it("is an older record's nothing", () => {
    const plain = started();
    plain.drain();
    expect(JSON.parse(encodeRun(plain.state))).not.toHaveProperty("replaced");
    expect(decodeRun(encodeRun(plain.state)).replaced).toBeUndefined();
  });

  it("is seen in the view, the signals, the summary and the execution result", () => {
    expect(viewRun(run.state)).toMatchObject({
      replans: 1,
      replaced: [
        { id: "classify", version: "1.1.0", status: "failed", replan: 1, error: { code: "OUTPUT_STATE_INVALID" } },
      ],
      replanning: null,
    });
    const signals = signalsOf(run.state);
    expect(signals.map((one) => `${one.type.replace("signal.", "")} ${"step" in one ? one.step : ""}`.trim())).toEqual([
      "node.dispatch fetch",
      "node.result fetch",
      "node.dispatch classify",
      "node.result classify",
      "graph.replanned",
      "node.dispatch classify_2",
      "node.result classify_2",
      "node.dispatch file",
      "node.result file",
      "graph.completed",
    ]);
    expect(summaryOf(run.state).nodes).toContain("classify@1.1.0");
    const result = executionResult(run.state);
    expect(result?.status).toBe("success");
    expect(result?.results.at(-1)).toMatchObject({ step: "classify", status: "failure", metadata: { replaced: true } });
  });

  it("counts for trust exactly once", () => {
    expect(observationsOf(run.state).map(({ node, observation }) => [node, observation.x > 0])).toEqual([
      ["fetch@1.0.0", true],
      ["classify@1.0.0", true],
      ["file@1.0.0", true],
      ["classify@1.1.0", false],
    ]);
  });

  it("is under the seal of an exported run", () => {
    const { replaced: _, ...without } = run.state;
    expect(sealSnapshot(run.state, {}).sha256).not.toBe(sealSnapshot(without, {}).sha256);
    const ref = { key: "values/default/x", sha256: "x", bytes: 9 };
    const [first] = run.state.replaced ?? [];
    if (!first) throw new Error("nothing was replaced");
    const outcome = { ...run.step("file").outcome, ok: true, outputs: { label: { ref } } } as never;
    expect(refsOf({ ...run.state, replaced: [{ ...first, state: { ...first.state, outcome } }] })).toEqual([ref]);
  });

  it("is not in a rerun, which begins with the plan that worked", () => {
    const again = rerunOf(
      run.state,
      { ...REQUEST, id: "r00_00000000000000000000000001" },
      { from: "file", downstream: true, given: {}, plan: null },
      9,
    );
    expect(again.ok && again.value.plan.steps.map(({ id }) => id)).toEqual(["fetch", "classify_2", "file"]);
    expect(again.ok && [again.value.replaced, again.value.header.replans]).toEqual([undefined, undefined]);
  });
});

it("no plan is made for a run that waits for none", () => {
  expect(nextPlan(started().state, SNAPSHOT, ALL_SERVED)).toMatchObject({
    ok: false,
    error: { code: "INVALID_STATE" },
  });
});
