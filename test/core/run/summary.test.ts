import { describe, expect, it } from "vitest";
import { fault } from "../../../src/core/errors.ts";
import { startedMessages } from "../../../src/core/messages/ring-messages.ts";
import { summaryOf } from "../../../src/core/run/model/summary.ts";
import { readMessage } from "../../../src/core/messages/read-message.ts";
import { sampleSummary } from "../../support/contracts/run-index.ts";
import { sketchPlan } from "../../support/plans.ts";
import { beginRun, DrivenRun, dispatches, failure, success } from "../../support/runs.ts";

const ref = (key: string) => ({ ref: { key, sha256: "0".repeat(64), bytes: 70_000 } });

describe("the summary of a run", () => {
  it("says what a search needs", () => {
    const state = beginRun(sketchPlan([{ id: "a" }, { id: "b", needs: ["a"] }]), 7);
    expect(summaryOf({ ...state, header: { ...state.header, tags: ["z", "a", "z"] } })).toMatchObject({
      runId: state.header.id,
      status: "queued",
      tags: ["a", "z"],
      nodes: ["a@1.0.0", "b@1.0.0"],
      createdAt: 7,
      finishedAt: null,
      steps: 2,
      cachedSteps: 0,
      faultCode: null,
      faultMessage: null,
      values: [],
      archive: null,
    });
  });

  it("names composites among the nodes", () => {
    const plan = sketchPlan([{ id: "a" }]);
    const boundary = {
      id: "report",
      node: "report",
      version: "2.0.0",
      parent: null,
      steps: ["a"],
      inputs: {},
      outputs: {},
      cacheTtlMs: null,
    };
    expect(summaryOf(beginRun({ ...plan, boundaries: [boundary] })).nodes).toEqual(["a@1.0.0", "report@2.0.0"]);
  });

  it("rises in revision with everything that happens, and carries the error", () => {
    const run = new DrivenRun(sketchPlan([{ id: "a" }]), { graceMs: 1, maxExpiries: 1 });
    const revisions = [summaryOf(run.state).revision];
    const [work] = dispatches(run.send({ type: "start" }));
    revisions.push(summaryOf(run.state).revision);
    const outcome = failure(fault("OUTPUT_STATE_INVALID", "m".repeat(5_000)));
    run.send({ type: "answer", segment: "a", token: work?.token ?? "", results: [{ step: "a", outcome }] });
    const ended = summaryOf(run.state);
    revisions.push(ended.revision);
    expect(revisions).toEqual([...new Set(revisions)].toSorted((a, b) => a - b));
    expect(ended).toMatchObject({ status: "failed", faultCode: "OUTPUT_STATE_INVALID" });
    expect(ended.faultMessage).toHaveLength(1_000);
  });

  it("holds every large value the run was given or produced, each once", () => {
    const run = new DrivenRun(sketchPlan([{ id: "a" }]));
    const [work] = dispatches(run.send({ type: "start" }));
    const outcome = {
      ...success("a"),
      outputs: { "a.out": ref("values/t/b"), "a.more": ref("values/t/a"), "a.small": { v: 1 } },
    };
    run.send({ type: "answer", segment: "a", token: work?.token ?? "", results: [{ step: "a", outcome }] });
    const state = { ...run.state, given: { in: ref("values/t/b"), other: ref("values/t/c") } };
    expect(summaryOf(state).values).toEqual(["values/t/a", "values/t/b", "values/t/c"]);
  });
});

describe("news of unfinished runs", () => {
  it("travels in as few messages as fit, and each is understood", () => {
    const runs = Array.from({ length: 200 }, (_, n) => sampleSummary({ runId: `r00_${n}` }));
    const messages = startedMessages(runs);
    expect(messages.flatMap((message) => message.runs)).toEqual(runs);
    expect(messages.length).toBeLessThan(10);
    for (const message of messages) {
      expect(JSON.stringify(message).length).toBeLessThan(40_000);
      expect(readMessage(message)).toMatchObject({ ok: true });
    }
    expect(startedMessages([])).toEqual([]);
  });

  it("leaves out the values of a run that would fill a message alone", () => {
    const values = Array.from({ length: 500 }, (_, n) => `values/default/2026-01-01/${n}`.padEnd(90, "0"));
    const messages = startedMessages([sampleSummary({ values }), sampleSummary({ values: ["values/a"] })]);
    expect(messages.flatMap(({ runs }) => runs.map((run) => run.values))).toEqual([[], ["values/a"]]);
  });
});
