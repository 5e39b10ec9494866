import { CLIENT } from "../../../src/core/run/model/origin.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundaryFaces } from "../../../src/core/cache/boundary-face.ts";
import { cacheNews } from "../../../src/core/cache/news.ts";
import type { Boundary, Plan } from "../../../src/core/plan/model/plan.ts";
import type { StepOutcome } from "../../../src/core/run/model/state.ts";
import { workItemOf } from "../../../src/core/run/dispatch/work-item-of.ts";
import type { StepResult } from "../../../src/core/run/dispatch/work-item.ts";
import { sketchPlan, type StepSketch } from "../../support/plans.ts";
import { dispatches, DrivenRun, failure, success } from "../../support/runs.ts";

/** A composite `box` of the steps whose ids say so; its outputs are those of the given steps. */
function boxed(sketches: readonly StepSketch[], outputs: readonly string[], id = "box"): Plan {
  const plan = sketchPlan(sketches);
  const steps = plan.steps.map((step) => (step.id.startsWith(`${id}/`) ? { ...step, parent: id } : step));
  const boundary: Boundary = {
    id,
    node: "composite",
    version: "1.0.0",
    parent: null,
    steps: steps.flatMap((step) => (step.parent === id ? step.id : [])),
    inputs: { in: { step: null, key: "in" } },
    outputs: Object.fromEntries(outputs.map((step) => [`${step}.whole`, { step, key: `${step}.out` }])),
    cacheTtlMs: 1_000,
  };
  const results = { out: { step: outputs[0] ?? "", key: `${outputs[0] ?? ""}.out` } };
  return { ...plan, steps, results, boundaries: [boundary] };
}

const TWO_WAYS = boxed(
  [{ id: "box/a" }, { id: "box/b" }, { id: "box/c", needs: ["box/a", "box/b"] }, { id: "d", needs: ["box/c"] }],
  ["box/c"],
);

const whole = (outputs: readonly string[] = ["box/c"]): StepResult => ({
  step: "box",
  whole: true,
  outcome: {
    ...(success("box") as Extract<StepOutcome, { ok: true }>),
    outputs: Object.fromEntries(outputs.map((step) => [`${step}.whole`, { v: `cached ${step}` }])),
    cached: true,
    hit: { signature: "s", runId: "r00_0", madeAt: 0, boundary: "box" },
  },
});

describe("the face of a composite", () => {
  it("names what goes in and what comes out", () => {
    expect(boundaryFaces(TWO_WAYS).get("box")).toEqual({
      inputs: { in: { step: null, key: "in" } },
      outputs: { "box/c.whole": { step: "box/c", key: "box/c.out" } },
      bodyHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it("is the same wherever the composite stands, and another when a part is", () => {
    const body = (id: string) => [{ id: `${id}/a` }, { id: `${id}/b`, needs: [`${id}/a`] }];
    const hash = (plan: Plan, id: string): string | undefined => boundaryFaces(plan).get(id)?.bodyHash;
    const renamed = (plan: Plan): Plan => ({ ...plan, steps: plan.steps.map((step) => ({ ...step, node: "n" })) });
    const here = renamed(boxed(body("box"), ["box/b"]));
    // Keys are named after steps in these plans, so only the part that reads the input is compared elsewhere.
    const alone = (id: string): Plan => {
      const plan = renamed(boxed([{ id: `${id}/a` }], [`${id}/a`], id));
      const outputs = { whole: { step: `${id}/a`, key: "x" } };
      return { ...plan, boundaries: (plan.boundaries ?? []).map((one) => ({ ...one, outputs })), results: {} };
    };
    expect(hash(alone("box"), "box")).toBe(hash(alone("elsewhere/box"), "elsewhere/box"));
    const newer = { ...here, steps: here.steps.map((step) => ({ ...step, version: "1.0.1" })) };
    expect(hash(newer, "box")).not.toBe(hash(here, "box"));
  });

  it.each<[string, (plan: Plan) => Plan]>([
    [
      "has no time to live",
      (plan) => ({ ...plan, boundaries: plan.boundaries?.map((b) => ({ ...b, cacheTtlMs: null })) ?? [] }),
    ],
    [
      "has a part with effects",
      (plan) => ({ ...plan, steps: plan.steps.map((s) => (s.id === "box/a" ? { ...s, kind: "effect" } : s)) }),
    ],
    [
      "asks somebody outside",
      (plan) => ({
        ...plan,
        steps: plan.steps.map((s) =>
          s.id === "box/a" ? { ...s, wait: { kind: "approval", ms: null, event: null, timeoutMs: 1 } } : s,
        ),
      }),
    ],
    ["has no outputs", (plan) => ({ ...plan, boundaries: plan.boundaries?.map((b) => ({ ...b, outputs: {} })) ?? [] })],
    ["is looked into by a result", (plan) => ({ ...plan, results: { x: { step: "box/a", key: "box/a.out" } } })],
    [
      "is looked into by a step",
      (plan) => ({
        ...plan,
        steps: plan.steps.map((s) => (s.id === "d" ? { ...s, inputs: { x: { step: "box/b", key: "box/b.out" } } } : s)),
      }),
    ],
  ])("that %s cannot be cached as a whole", (_, change) => {
    expect(boundaryFaces(change({ ...TWO_WAYS })).size).toBe(0);
  });
});

describe("a composite in a run", () => {
  it("is looked up by every segment that begins it, and by none once something of it has ended", () => {
    const run = new DrivenRun(TWO_WAYS);
    const first = dispatches(run.send({ type: "start" }));
    expect(first.map(({ segment }) => segment)).toEqual(["box/a", "box/b"]);
    for (const one of first) {
      expect(workItemOf(run.state, one)).toMatchObject({
        probes: [{ boundary: "box", node: "composite", inputs: { in: "|in" }, steps: one.steps }],
        values: { "|in": { v: "x" } },
      });
    }
    const [a, b] = first;
    run.send({
      type: "answer",
      segment: "box/a",
      token: a?.token ?? "",
      results: [{ step: "box/a", outcome: success("box/a") }],
    });
    if (b) expect(workItemOf(run.state, b)).not.toHaveProperty("probes");
  });

  it("that is found is settled at once: leases inside are void, what follows is dispatched", () => {
    const run = new DrivenRun(TWO_WAYS);
    const [a, b] = dispatches(run.send({ type: "start" }));
    const next = run.send({ type: "answer", segment: "box/a", token: a?.token ?? "", results: [whole()] });
    expect(run.statuses()).toEqual({ "box/a": "cached", "box/b": "cached", "box/c": "cached", d: "leased" });
    expect(dispatches(next).map(({ segment }) => segment)).toEqual(["d"]);
    expect(run.step("box/c").outcome).toMatchObject({ outputs: { "box/c.out": { v: "cached box/c" } } });
    expect(run.step("box/b").outcome).toMatchObject({ outputs: {} });
    const before = run.state;
    run.send({
      type: "answer",
      segment: "box/b",
      token: b?.token ?? "",
      results: [{ step: "box/b", outcome: failure() }],
    });
    expect(run.state.segments).toEqual(before.segments);
  });

  it("that two segments find is settled once", () => {
    const run = new DrivenRun(TWO_WAYS);
    const [a, b] = dispatches(run.send({ type: "start" }));
    run.send({ type: "answer", segment: "box/a", token: a?.token ?? "", results: [whole()] });
    const again = run.send({ type: "answer", segment: "box/b", token: b?.token ?? "", results: [whole()] });
    expect(again).toEqual([]);
  });

  it("keeps what one part has made when another finds the rest", () => {
    const run = new DrivenRun(TWO_WAYS);
    const [a, b] = dispatches(run.send({ type: "start" }));
    run.send({
      type: "answer",
      segment: "box/a",
      token: a?.token ?? "",
      results: [{ step: "box/a", outcome: success("box/a") }],
    });
    run.send({ type: "answer", segment: "box/b", token: b?.token ?? "", results: [whole()] });
    expect(run.statuses()).toEqual({ "box/a": "succeeded", "box/b": "cached", "box/c": "cached", d: "leased" });
  });

  it("that nobody knows settles nothing: the work goes out again", () => {
    const run = new DrivenRun(TWO_WAYS);
    const [a] = dispatches(run.send({ type: "start" }));
    const results = [{ ...whole(), step: "nothing" }];
    const next = dispatches(run.send({ type: "answer", segment: "box/a", token: a?.token ?? "", results }));
    expect(next).toMatchObject([{ segment: "box/a", epoch: 2 }]);
  });

  it("ends however answers come: found, executed, in any order", () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), fc.boolean(), (numbers, fused) => {
        const sketches: StepSketch[] = [
          { id: "box/a", segment: "one" },
          { id: "box/b", segment: fused ? "one" : "two" },
          { id: "box/c", needs: ["box/a", "box/b"], segment: fused ? "one" : "three" },
          { id: "d", needs: ["box/c"] },
          { id: "e" },
        ];
        const run = new DrivenRun(boxed(sketches, ["box/c"]));
        const open = dispatches(run.send({ type: "start" }));
        for (let turn = 0; open.length > 0 && turn < 100; turn++) {
          const [dispatch] = open.splice((numbers.next().value ?? 0) % open.length, 1);
          if (!dispatch) continue;
          const item = workItemOf(run.state, dispatch);
          const found = (item.probes?.length ?? 0) > 0 && (numbers.next().value ?? 0) % 2 === 0;
          const inside = new Set(found ? item.probes?.flatMap(({ steps }) => steps) : []);
          const results: StepResult[] = dispatch.steps
            .filter((step) => !inside.has(step))
            .map((step) => ({ step, outcome: success(step) }));
          const answer = found ? [whole(), ...results] : results;
          open.push(
            ...dispatches(
              run.send({ type: "answer", segment: dispatch.segment, token: dispatch.token, results: answer }),
            ),
          );
        }
        expect(run.state.header.status).toBe("succeeded");
        expect(run.state.openSteps).toBe(0);
        expect([...run.state.segments.values()].every(({ lease }) => lease === null)).toBe(true);
        expect(run.intents.filter(({ type }) => type === "finished")).toHaveLength(1);
      }),
    );
  });
});

describe("what a run leaves in the cache", () => {
  function finished(settle: (run: DrivenRun) => void): DrivenRun {
    const run = new DrivenRun(TWO_WAYS);
    run.send({ type: "start" });
    settle(run);
    return run;
  }
  const executed = (run: DrivenRun, steps: readonly string[]): void => {
    for (const step of steps) {
      const token = run.state.segments.get(step)?.lease?.token ?? "";
      run.send({ type: "answer", segment: step, token, results: [{ step, outcome: success(step, 500) }] });
    }
  };

  it("is the composite when everything in it was executed, as old as its oldest part", () => {
    const run = finished((one) => executed(one, ["box/a", "box/b", "box/c", "d"]));
    expect(cacheNews(run.state, 600)).toMatchObject({
      drafts: [
        {
          node: "composite",
          outputs: { "box/c.whole": { v: "box/c" } },
          outputHash: null,
          madeAt: 500,
          expiresAt: 1_500,
        },
      ],
      hits: [],
    });
    expect(cacheNews(run.state, 1_500).drafts).toEqual([]);
  });

  it("is nothing of a composite that was found, which is counted once", () => {
    const run = finished((one) => {
      const token = one.state.segments.get("box/a")?.lease?.token ?? "";
      one.send({ type: "answer", segment: "box/a", token, results: [whole()] });
      executed(one, ["d"]);
    });
    expect(cacheNews(run.state, 600)).toEqual({
      drafts: [],
      hits: [{ tenant: "default", node: "composite", version: "1.0.0", hits: 1 }],
    });
  });

  it("is nothing of a run from a file, or of one whose policy wants none", () => {
    const { state } = finished((one) => executed(one, ["box/a", "box/b", "box/c", "d"]));
    const foreign = { ...state, header: { ...state.header, origin: { kind: "import", of: CLIENT } as const } };
    const plan = { ...state.plan, policy: { ...state.plan.policy, noCache: true } };
    expect(cacheNews(foreign, 600).drafts).toEqual([]);
    expect(cacheNews({ ...state, plan }, 600).drafts).toEqual([]);
  });

  it("is nothing of a composite with a dead part", () => {
    const run = finished((one) => {
      executed(one, ["box/a"]);
      const token = one.state.segments.get("box/b")?.lease?.token ?? "";
      const outcome = failure({ code: "INPUT_STATE_INVALID", message: "no" });
      one.send({ type: "answer", segment: "box/b", token, results: [{ step: "box/b", outcome }] });
    });
    expect(cacheNews(run.state, 600).drafts).toEqual([]);
  });
});
