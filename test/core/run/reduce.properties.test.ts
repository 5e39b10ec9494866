import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fault } from "../../../src/core/errors.ts";
import { decodeRun, encodeRun } from "../../../src/core/run/codec/codec.ts";
import { signalsOf } from "../../../src/core/run/views/signals.ts";
import { TERMINAL_RUN, TERMINAL_STEP } from "../../../src/core/run/model/state.ts";
import { sketchPlan, type StepSketch } from "../../support/plans.ts";
import { dispatches, DrivenRun, failure, success } from "../../support/runs.ts";

/** A random DAG whose segments are chunks of a topological order. */
const dag = fc
  .array(fc.record({ needs: fc.array(fc.nat(20), { maxLength: 3 }), cut: fc.boolean(), inline: fc.boolean() }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((rows) => {
    let segment = 0;
    return rows.map((row, index): StepSketch => {
      if (row.cut) segment++;
      const needs = [...new Set(row.needs.filter(() => index > 0).map((need) => `s${need % index}`))];
      return { id: `s${index}`, needs, segment: `g${segment}` };
    });
  });

/** What the world does with the next dispatched work. */
const fate = fc.oneof(
  { weight: 6, arbitrary: fc.constant("succeed" as const) },
  { weight: 2, arbitrary: fc.constant("fail" as const) },
  { weight: 1, arbitrary: fc.constant("die" as const) },
  { weight: 2, arbitrary: fc.constant("lose" as const) },
  { weight: 1, arbitrary: fc.constant("duplicate" as const) },
  { weight: 1, arbitrary: fc.constant("undeliverable" as const) },
  { weight: 1, arbitrary: fc.constant("empty" as const) },
  { weight: 1, arbitrary: fc.constant("evict" as const) },
);

const fates = fc.array(fate, { minLength: 1, maxLength: 60 });

function drive(sketches: readonly StepSketch[], world: readonly ReturnType<typeof pick>[]): DrivenRun {
  const run = new DrivenRun(sketchPlan(sketches), { graceMs: 1_000, maxExpiries: 3 });
  let turn = 0;
  run.send({ type: "start" });
  for (let guard = 0; guard < 2_000 && !TERMINAL_RUN.has(run.state.header.status); guard++) {
    const [work] = dispatches(run.intents.splice(0, 1));
    if (!work) {
      const due = [...run.state.segments.values()].flatMap(({ dueAt }) => (dueAt === null ? [] : [dueAt]));
      run.now = Math.max(run.now, Math.min(...due));
      run.send({ type: "tick" });
      continue;
    }
    const what = world[turn++ % world.length];
    const all = work.steps.map((step) => ({ step, outcome: success(step, run.now) }));
    const answer = { type: "answer", segment: work.segment, token: work.token } as const;
    if (what === "succeed") run.send({ ...answer, results: all });
    if (what === "fail") run.send({ ...answer, results: [{ step: work.steps[0] ?? "", outcome: failure() }] });
    if (what === "die")
      run.send({
        ...answer,
        results: [{ step: work.steps[0] ?? "", outcome: failure(fault("OUTPUT_STATE_INVALID", "bad")) }],
      });
    if (what === "duplicate") {
      run.send({ ...answer, results: all });
      run.send({ ...answer, results: all });
    }
    if (what === "undeliverable")
      run.send({
        type: "undeliverable",
        segment: work.segment,
        token: work.token,
        fault: fault("UNDELIVERABLE", "lost"),
      });
    if (what === "empty") run.send({ ...answer, results: [] });
    if (what === "evict") {
      run.state = decodeRun(encodeRun(run.state));
      run.send({ ...answer, results: all });
    }
  }
  return run;
}

const pick = () => "succeed" as "succeed" | "fail" | "die" | "lose" | "duplicate" | "undeliverable" | "empty" | "evict";

describe("whatever happens to the messages", () => {
  it("every run ends, and every one of its steps with it", () => {
    fc.assert(
      fc.property(dag, fates, (sketches, world) => {
        const run = drive(sketches, world);
        expect(TERMINAL_RUN.has(run.state.header.status)).toBe(true);
        expect(Object.values(run.statuses()).every((status) => TERMINAL_STEP.has(status as never))).toBe(true);
        expect(run.state.openSteps).toBe(0);
      }),
    );
  });

  it("a run succeeds exactly when all its steps did, and otherwise names a cause", () => {
    fc.assert(
      fc.property(dag, fates, (sketches, world) => {
        const run = drive(sketches, world);
        const good = Object.values(run.statuses()).every((status) => status === "succeeded");
        expect(run.state.header.status === "succeeded").toBe(good);
        expect(run.state.header.fault === null).toBe(good);
      }),
    );
  });

  it("no step runs before what it needs has succeeded", () => {
    fc.assert(
      fc.property(dag, fates, (sketches, world) => {
        const run = drive(sketches, world);
        for (const sketch of sketches) {
          if (run.step(sketch.id).status !== "succeeded") continue;
          for (const need of sketch.needs ?? []) expect(run.step(need).status).toBe("succeeded");
        }
      }),
    );
  });

  it("signals are numbered without repetition, each result after its dispatch, completion last", () => {
    fc.assert(
      fc.property(dag, fates, (sketches, world) => {
        const signals = signalsOf(drive(sketches, world).state);
        const numbers = signals.map(({ seq }) => seq);
        expect(new Set(numbers).size).toBe(numbers.length);
        expect(signals.at(-1)?.type).toBe("signal.graph.completed");
        const open = new Set<string>();
        for (const signal of signals) {
          if (!("step" in signal)) continue;
          const key = `${signal.step}/${signal.attempt}`;
          if (signal.type === "signal.node.dispatch") open.add(key);
          if (signal.type === "signal.node.result") expect(open.delete(key)).toBe(true);
        }
        expect(open.size).toBe(0);
      }),
    );
  });

  it("a token is never given out twice", () => {
    fc.assert(
      fc.property(dag, fates, (sketches, world) => {
        const run = drive(sketches, world);
        for (const { steps } of run.state.segments.values()) {
          for (const { attempts } of steps) {
            const epochs = attempts.map(({ epoch }) => epoch);
            expect(new Set(epochs).size).toBe(epochs.length);
          }
        }
      }),
    );
  });

  it("the same events in the same order give the same run", () => {
    fc.assert(
      fc.property(dag, fates, (sketches, world) => {
        expect(encodeRun(drive(sketches, world).state)).toBe(encodeRun(drive(sketches, world).state));
      }),
    );
  });
});
