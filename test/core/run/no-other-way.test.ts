import { describe, expect, it } from "vitest";
import { fault } from "../../../src/core/errors.ts";
import { planGraph } from "../../../src/core/plan/graph/plan-graph.ts";
import { policy, registry } from "../plan/support/nodes.ts";
import { DEAD, goalPlan, VariantRun } from "./support/variants.ts";
import { ALL_SERVED } from "../../support/served.ts";

const variant = (at: number) => ({ name: `variant${at}`, out: ["label"], cost: at + 1, kind: "effect" }) as const;
const NAMES = Array.from({ length: 12 }, (_, at) => `variant${at}@1.0.0`);

function failed(variants: number, changes: object): VariantRun {
  const snapshot = registry(Array.from({ length: variants }, (_, at) => variant(at)));
  const run = new VariantRun(goalPlan(snapshot, ["label"], [], changes), snapshot);
  run.send({ type: "start" });
  run.drain(NAMES);
  expect(run.state.header.status).toBe("failed");
  return run;
}

describe("a run that has failed for want of another node says in its fault's hint", () => {
  it.each([
    ["that nobody is left", 3, {}, "no other node that may be used gives label"],
    [
      "so too where it may not be replanned any more",
      3,
      { maxReplans: 2 },
      "no other node that may be used gives label",
    ],
    ["what to raise, where somebody is left", 4, {}, "another node may do its work: raise policy.max_replans, now 2"],
    [
      "so too where it was never replanned",
      2,
      { maxReplans: 0 },
      "another node may do its work: raise policy.max_replans, now 0",
    ],
    ["nothing that cannot be done", 12, { maxReplans: 10 }, undefined],
    ["nothing where there never was another", 1, {}, undefined],
    ["nothing where a stored run knows no limit", 2, { maxReplans: undefined }, undefined],
  ])("%s", (_, variants, changes, hint) => {
    expect(failed(variants, changes).state.header.fault?.hint).toBe(hint);
  });

  it("that no other version is left, in a graph", () => {
    const versions = ["1.1.0", "1.0.0"].map((version) => ({ name: "a", version, out: ["x"], kind: "effect" }) as const);
    const snapshot = registry(versions);
    const plan = planGraph({ steps: [{ id: "one", node: "a" }], given: [] }, snapshot, policy(), ALL_SERVED);
    if (!plan.ok) throw new Error(plan.error.message);
    const run = new VariantRun(plan.value, snapshot);
    run.send({ type: "start" });
    run.drain(["a@1.1.0", "a@1.0.0"]);
    expect(run.state.header.fault).toEqual({ ...DEAD, hint: "no other version of a may be used", place: "step one_2" });
  });

  it("after the fault's own", () => {
    const snapshot = registry([variant(0), variant(1)]);
    const run = new VariantRun(goalPlan(snapshot, ["label"], [], { maxReplans: 0 }), snapshot);
    run.send({ type: "start" });
    run.work(NAMES, fault("OUTPUT_STATE_INVALID", "nonsense", { hint: "make sense" }));
    expect(run.state.header.fault?.hint).toMatch(/^make sense; another node may do its work/);
  });

  it("nothing of other nodes where the fault is none of the node's", () => {
    const snapshot = registry([variant(0), variant(1)]);
    const run = new VariantRun(goalPlan(snapshot, ["label"], [], { maxReplans: 0 }), snapshot);
    run.send({ type: "start" });
    run.work(NAMES, fault("VALUE_UNAVAILABLE", "lost", { retryable: false }));
    expect(run.state.header.fault?.hint).toBeUndefined();
  });
});
