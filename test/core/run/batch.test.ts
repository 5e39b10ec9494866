import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fault } from "../../../src/core/errors.ts";
import { planWaves } from "../../../src/core/plan/assemble/waves.ts";
import { TERMINAL_RUN, TERMINAL_STEP } from "../../../src/core/run/model/state.ts";
import { sketchPlan, type StepSketch } from "../../support/plans.ts";
import { dispatches, DrivenRun, failure, success } from "../../support/runs.ts";

const batch = { mode: "batch" } as const;
const segmentsOf = (intents: Parameters<typeof dispatches>[0]) => dispatches(intents).map(({ segment }) => segment);

function driven(sketches: readonly StepSketch[], policy = {}) {
  const run = new DrivenRun(sketchPlan(sketches, { ...batch, ...policy }));
  const tokens = new Map<string, string>();
  const send: DrivenRun["send"] = (event) => {
    const intents = run.send(event);
    for (const { segment, token } of dispatches(intents)) tokens.set(segment, token);
    return intents;
  };
  const answer = (id: string, outcome = success(id)) =>
    send({ type: "answer", segment: id, token: tokens.get(id) ?? "", results: [{ step: id, outcome }] });
  return { run, send, answer };
}

describe("a run in batch mode", () => {
  const DIAMOND = [{ id: "a" }, { id: "b" }, { id: "c", needs: ["a"] }, { id: "d", needs: ["b"] }];

  it("begins a wave when the whole wave before it has ended", () => {
    const { send, answer } = driven(DIAMOND);
    expect(segmentsOf(send({ type: "start" }))).toEqual(["a", "b"]);
    expect(segmentsOf(answer("a"))).toEqual([]);
    expect(segmentsOf(answer("b"))).toEqual(["c", "d"]);
  });

  it("repeats a failed step within its wave", () => {
    const { run, send, answer } = driven(DIAMOND);
    send({ type: "start" });
    answer("a", failure());
    expect(segmentsOf(answer("b"))).toEqual([]);
    run.now = run.step("a").retryAt ?? 0;
    expect(segmentsOf(send({ type: "tick" }))).toEqual(["a"]);
    expect(segmentsOf(answer("a"))).toEqual(["c", "d"]);
  });

  it("lets the dead and the skipped end their part of a wave", () => {
    const { run, send, answer } = driven([...DIAMOND, { id: "e", needs: ["d"] }]);
    send({ type: "start" });
    answer("b");
    expect(segmentsOf(answer("a", failure(fault("OUTPUT_STATE_INVALID", "bad"))))).toEqual(["d"]);
    expect(segmentsOf(answer("d"))).toEqual(["e"]);
    answer("e");
    expect(run.state.header.status).toBe("failed");
  });

  it("goes on past a wave whose conditions do not hold", () => {
    const test = { value: { step: "a", key: "a.out" }, path: "", op: "eq", than: "never" } as const;
    const { send, answer } = driven([
      { id: "a" },
      { id: "gated", needs: ["a"], when: { test } },
      { id: "after", after: ["gated"] },
    ]);
    send({ type: "start" });
    expect(segmentsOf(answer("a"))).toEqual(["after"]);
  });

  it("waits with its wave", () => {
    const { run, send, answer } = driven([
      { id: "pause", wait: { kind: "sleep", ms: 9_000 } },
      { id: "b" },
      { id: "c", needs: ["b"] },
    ]);
    expect(segmentsOf(send({ type: "start" }))).toEqual(["b"]);
    expect(segmentsOf(answer("b"))).toEqual([]);
    run.now = 9_000;
    expect(segmentsOf(send({ type: "tick" }))).toEqual(["c"]);
  });

  it("keeps a wave's order and the run's own limit", () => {
    const { send, answer } = driven(DIAMOND, { maxParallelism: 1 });
    expect(segmentsOf(send({ type: "start" }))).toEqual(["a"]);
    expect(segmentsOf(answer("a"))).toEqual(["b"]);
    expect(segmentsOf(answer("b"))).toEqual(["c"]);
  });

  it("lets the gateway execute the first wave only", () => {
    const { send } = driven([{ id: "a", inline: true }, { id: "heavy" }, { id: "b", needs: ["a"], inline: true }]);
    expect(segmentsOf(send({ type: "inline" }))).toEqual(["a"]);
  });
});

const rows = fc.array(fc.record({ needs: fc.array(fc.nat(20), { maxLength: 3 }), wait: fc.nat(5), gate: fc.nat(5) }), {
  minLength: 1,
  maxLength: 12,
});
const graph = rows.map((all) =>
  all.map((row, index): StepSketch => {
    const needs = [...new Set(row.needs.filter(() => index > 0).map((need) => `s${need % index}`))];
    const [gate] = needs;
    return {
      id: `s${index}`,
      needs,
      ...(row.wait === 0 ? { wait: { kind: "sleep", ms: 500 } as const } : {}),
      ...(row.gate === 0 && gate
        ? { when: { test: { value: { step: gate, key: `${gate}.out` }, path: "", op: "eq", than: "no" } } as const }
        : {}),
    };
  }),
);
const fates = fc.array(
  fc.constantFrom("succeed", "succeed", "fail", "die", "lose", "defer", "defer and call", "call and defer"),
  {
    minLength: 1,
    maxLength: 30,
  },
);

describe("whatever happens", () => {
  const modes = fc.constantFrom("batch", "parallel", "sequential");
  const room = fc.option(fc.integer({ min: 1, max: 3 }));

  it("the run ends, refused turns included, and in batch mode nothing begins before every wave before it has ended", () => {
    fc.assert(
      fc.property(graph, fates, modes, room, (sketches, world, mode, maxParallelism) => {
        const leases = { graceMs: 1_000, maxExpiries: 3 };
        const run = new DrivenRun(sketchPlan(sketches, { mode, maxParallelism }), leases);
        const waves = planWaves(run.state.plan);
        const send: DrivenRun["send"] = (event) => {
          const intents = run.send(event);
          if (mode === "batch") for (const { segment } of dispatches(intents)) expectEnded(run, waves, segment);
          return intents;
        };
        send({ type: "start" });
        for (let turn = 0; turn < 3_000 && !TERMINAL_RUN.has(run.state.header.status); turn++) {
          const [work] = dispatches(run.intents.splice(0, 1));
          const what = world[turn % world.length];
          if (!work || what === "lose") {
            const due = [...run.state.segments.values()].flatMap(({ dueAt }) => (dueAt === null ? [] : [dueAt]));
            expect(due).not.toEqual([]);
            run.now = Math.max(run.now, Math.min(...due));
            send({ type: "tick" });
            continue;
          }
          const { segment, token, steps } = work;
          const problem = what === "die" ? fault("OUTPUT_STATE_INVALID", "bad") : fault("CONNECTION_ERROR", "down");
          const outcome = (step: string) => (what === "succeed" ? success(step, run.now) : failure(problem, run.now));
          const isDeferred = what === "defer" || what === "defer and call" || what === "call and defer";
          const results = isDeferred ? [] : steps.map((step) => ({ step, outcome: outcome(step) }));
          // A limit that never has room would keep the run for a day.
          const deferred = isDeferred && turn < 1_000 ? { deferred: { by: "node", retryInMs: 50 } } : {};
          if (what === "call and defer") send({ type: "admitted", segment });
          send({ type: "answer", segment, token, results, ...deferred });
          if (what === "defer and call") send({ type: "admitted", segment });
          const { attempts } = run.step(steps[0] ?? "");
          expect(attempts.filter(({ finishedAt }) => finishedAt === null).length).toBeLessThanOrEqual(1);
        }
        expect(TERMINAL_RUN.has(run.state.header.status)).toBe(true);
      }),
    );
  });
});

function expectEnded(run: DrivenRun, waves: readonly (readonly string[])[], segment: string): void {
  const at = waves.findIndex((wave) => wave.includes(segment));
  for (const earlier of waves.slice(0, at).flat()) {
    const steps = run.state.segments.get(earlier)?.steps ?? [];
    expect(steps.every(({ status }) => TERMINAL_STEP.has(status))).toBe(true);
  }
}
