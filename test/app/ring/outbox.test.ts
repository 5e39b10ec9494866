import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { begin } from "../../../src/core/run/reduce/begin.ts";
import { decodeRun, encodeRun } from "../../../src/core/run/codec/codec.ts";
import { partingOf } from "../../../src/core/run/reduce/departure.ts";
import { runId } from "../../../src/core/run/model/run-id.ts";
import type { RunState } from "../../../src/core/run/model/state.ts";
import { RingOutbox } from "../../../src/app/ring/outbox.ts";
import { RingRuns } from "../../../src/app/ring/runs.ts";
import { memoryRingStore } from "../../../src/infra/memory/runs/ring-store.ts";
import { sketchPlan } from "../../support/plans.ts";
import { DrivenRun, dispatches, failure, REQUEST, success } from "../../support/runs.ts";

/** A run that has ended, well or badly. */
function endedRun(number: number, { size = 0, fails = false, keyed = false } = {}): RunState {
  const run = new DrivenRun(sketchPlan([{ id: "a", retry: { maxRetries: 0 } }]));
  const request = { ...REQUEST, id: runId(0, String(number).padStart(26, "0")), requestHash: `h${number}` };
  const given = { in: { v: "x".repeat(size) } };
  run.state = begin({ ...request, idempotencyKey: keyed ? "k" : null }, run.state.plan, given, 0);
  const [work] = dispatches(run.send({ type: "start" }));
  if (!work) throw new Error("nothing was dispatched");
  const { segment, token } = work;
  run.send({ type: "answer", segment, token, results: [{ step: "a", outcome: fails ? failure() : success("a") }] });
  return run.state;
}

function open(states: readonly RunState[]) {
  const store = memoryRingStore();
  const runs = new RingRuns(store);
  for (const state of states) runs.insert(state.header.id, encodeRun(state), 0);
  const make = () => new RingOutbox(0, store, new RingRuns(store));
  return { store, outbox: make(), reopen: make };
}

const atHand = (state: RunState) => ({ ...partingOf(state), record: encodeRun(state) });

describe("a batch of finished runs", () => {
  it("says the same of its runs, whether that was at hand, read from storage or read after an eviction", () => {
    const sketch = fc.record({ size: fc.constantFrom(0, 100, 400_000), fails: fc.boolean(), keyed: fc.boolean() });
    fc.assert(
      fc.property(fc.array(fc.tuple(sketch, fc.boolean()), { minLength: 1, maxLength: 8 }), (sketches) => {
        const states = sketches.map(([one], number) => endedRun(number, one));
        const { store, outbox, reopen } = open(states);
        states.forEach((state, i) => outbox.finished(state.header.id, sketches[i]?.[1] ? atHand(state) : null));
        const { left } = store.transaction(() => outbox.open(5, 100));
        expect(left).toEqual(states.map(({ header }) => header.id));
        const [number = -1] = outbox.due(100, 200);
        const batch = outbox.read(number)?.batch;
        const expected = states.map((state) => ({ ...atHand(state), keyed: undefined, trust: undefined }));
        expect(batch?.runs).toEqual(expected);
        const cold = reopen();
        expect(cold.read(number)).toEqual({ batch, stranded: [] });
        expect(cold.nextRetryAt()).toBe(100);
        expect(cold.archived(number)).toEqual(outbox.archived(number));
      }),
      { numRuns: 40 },
    );
  });

  it("counts what its runs say of nodes as often as they ran, however often it is read", () => {
    const states = [0, 1, 2].map((number) => endedRun(number));
    const { store, outbox, reopen } = open(states);
    for (const state of states) outbox.finished(state.header.id, atHand(state));
    store.transaction(() => outbox.open(5, 100));
    const samples = (box: RingOutbox) => box.read(5)?.batch.trust.map(({ totals }) => totals.samples);
    expect([samples(outbox), samples(reopen()), samples(reopen())]).toEqual([[3], [3], [3]]);
  });

  it("is opened without the runs that are gone, and not at all for none", () => {
    const [here, gone] = [endedRun(0), endedRun(1)];
    const { store, outbox } = open([here]);
    outbox.finished(gone.header.id);
    expect(store.transaction(() => outbox.open(5, 100)).left).toEqual([]);
    expect(outbox.due(1_000, 2_000)).toEqual([]);
    for (const { header } of [gone, here]) outbox.finished(header.id);
    expect(store.transaction(() => outbox.open(5, 100)).left).toEqual([here.header.id]);
    outbox.finished(here.header.id);
    expect(outbox.waiting).toBe(0);
  });

  it("names no more nodes than a row can hold: the rest waits for the next", () => {
    const states = Array.from({ length: 4 }, (_, number) => endedRun(number));
    const { store, outbox } = open(states);
    states.forEach((state, run) => {
      const known = atHand(state);
      const [said] = known.trust;
      if (!said) throw new Error("the run says nothing of its node");
      const trust = Array.from({ length: 2_000 }, (__, i): typeof said => ({
        ...said,
        node: `n${run * 2_000 + i}@1.0.0`,
      }));
      outbox.finished(state.header.id, { ...known, trust });
    });
    expect(store.transaction(() => outbox.open(5, 100)).left).toHaveLength(3);
    expect(outbox.read(5)?.batch.trust).toHaveLength(6_000);
    expect(outbox.waiting).toBe(1);
  });

  it("is as large as one message can bring: the rest waits for the next", () => {
    const states = Array.from({ length: 4 }, (_, number) => endedRun(number, { size: 3_000_000 }));
    const { store, outbox } = open(states);
    for (const state of states) outbox.finished(state.header.id, atHand(state));
    expect(store.transaction(() => outbox.open(5, 100)).left).toHaveLength(3);
    expect(outbox.waiting).toBe(1);
    const [first] = outbox.read(5)?.batch.runs ?? [];
    expect(decodeRun(first?.record ?? "null").given["in"]).toEqual(states[0]?.given["in"]);
  });
});
