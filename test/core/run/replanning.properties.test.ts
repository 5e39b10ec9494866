import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fault } from "../../../src/core/errors.ts";
import { planGoal } from "../../../src/core/plan/search/plan-goal.ts";
import { buildSnapshot } from "../../../src/core/registry/snapshot.ts";
import { err } from "../../../src/core/result.ts";
import { decodeRun, encodeRun } from "../../../src/core/run/codec/codec.ts";
import { observationsOf } from "../../../src/core/run/reduce/observations.ts";
import { nextPlan } from "../../../src/core/run/reduce/next-plan.ts";
import { signalsOf } from "../../../src/core/run/views/signals.ts";
import { TERMINAL_RUN, TERMINAL_STEP } from "../../../src/core/run/model/state.ts";
import { triedSteps } from "../../../src/core/run/model/tried-steps.ts";
import { failure } from "../../support/runs.ts";
import { hypergraph, type Hypergraph } from "../plan/support/hypergraphs.ts";
import { node, policy } from "../plan/support/nodes.ts";
import { DEAD, made, VariantRun } from "./support/variants.ts";
import { ALL_SERVED } from "../../support/served.ts";

/** Layers of keys, each with several variants that start from different earlier keys: hardly ever is there only one way. */
const variants: fc.Arbitrary<Hypergraph> = fc
  .array(
    fc.array(
      fc.record({
        needs: fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 2 }),
        cost: fc.integer({ min: 0, max: 5 }),
        kind: fc.constantFrom("compute" as const, "effect" as const),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    { minLength: 2, maxLength: 5 },
  )
  .map((layers) => ({
    given: ["k.0"],
    want: [`k.${layers.length}`, "k.1"],
    nodes: layers.flatMap((layer, i) =>
      layer.map(({ needs, ...sketch }, j) =>
        node({ ...sketch, name: `n${i + 1}${j}`, in: needs.map((need) => `k.${need % (i + 1)}`), out: [`k.${i + 1}`] }),
      ),
    ),
  }));

/** What the world does with the next work. */
const workFate = fc.oneof(
  { weight: 5, arbitrary: fc.constant("succeed" as const) },
  { weight: 4, arbitrary: fc.constant("die" as const) },
  { weight: 1, arbitrary: fc.constant("fail" as const) },
  { weight: 1, arbitrary: fc.constant("lose" as const) },
  { weight: 1, arbitrary: fc.constant("pause" as const) },
);
/** What the world does with the next question for another plan. */
const questionFate = fc.oneof(
  { weight: 6, arbitrary: fc.constant("answer" as const) },
  { weight: 1, arbitrary: fc.constant("twice" as const) },
  { weight: 1, arbitrary: fc.constant("late" as const) },
  { weight: 1, arbitrary: fc.constant("lose" as const) },
  { weight: 1, arbitrary: fc.constant("bury" as const) },
  { weight: 1, arbitrary: fc.constant("refuse" as const) },
);
const world = fc.record({
  works: fc.array(workFate, { minLength: 1, maxLength: 40 }),
  questions: fc.array(questionFate, { minLength: 1, maxLength: 10 }),
  maxReplans: fc.integer({ min: 0, max: 4 }),
  onFailure: fc.constantFrom("continue" as const, "stop" as const),
  evict: fc.boolean(),
});
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

/** Every dispatch of a step, with the node it was sent to. */
interface Sent {
  readonly step: string;
  readonly node: string;
  readonly token: string;
  /** Whether the step had succeeded before. */
  readonly again: boolean;
}

function drive(graph: Hypergraph, { works, questions, maxReplans, onFailure, evict }: World) {
  const snapshot = buildSnapshot("1", graph.nodes, new Map());
  const plan = planGoal(
    { want: graph.want, given: graph.given, policy: policy({ maxReplans, onFailure }) },
    snapshot,
    ALL_SERVED,
  );
  if (!plan.ok || plan.value.steps.length === 0) return null;
  const run = new VariantRun(plan.value, snapshot);
  const sent: Sent[] = [];
  const succeeded = new Set<string>();
  const late: string[] = [];
  let work = 0;
  let question = 0;
  run.send({ type: "start" });
  for (let guard = 0; guard < 3_000 && !TERMINAL_RUN.has(run.state.header.status); guard++) {
    if (evict) run.state = decodeRun(encodeRun(run.state));
    const intent = run.intents.shift();
    if (!intent) {
      if (run.state.header.status === "paused") run.send({ type: "resume" });
      else {
        const until = run.state.header.replanning?.question?.until;
        const due = [...run.state.segments.values()].flatMap(({ dueAt }) => (dueAt === null ? [] : [dueAt]));
        run.now = Math.max(run.now, Math.min(...due, until ?? Infinity));
        run.send({ type: "tick" });
      }
      continue;
    }
    if (intent.type === "replan") {
      const fate = questions[question++ % questions.length];
      if (fate === "answer" || fate === "twice") run.answer(intent.token);
      if (fate === "twice") run.answer(intent.token);
      if (fate === "late") late.push(intent.token);
      else for (const token of late.splice(0)) run.answer(token);
      const unreached = fault(fate === "bury" ? "UNDELIVERABLE" : "PLAN_UNREACHABLE", "no");
      if (fate === "bury" || fate === "refuse")
        run.send({ type: "replanned", token: intent.token, result: err(unreached) });
    }
    if (intent.type !== "dispatch") continue;
    const fate = works[work++ % works.length];
    for (const step of intent.steps) {
      const planned = run.state.plan.steps.find(({ id }) => id === step);
      const node = `${planned?.node ?? ""}@${planned?.version ?? ""}`;
      sent.push({ step, node, token: `${intent.segment} ${intent.token}`, again: succeeded.has(step) });
    }
    const { segment, token, steps } = intent;
    const first = steps[0] ?? "";
    if (fate === "pause") run.send({ type: "pause" });
    if (fate === "succeed" || fate === "pause") {
      for (const step of steps) succeeded.add(step);
      const results = steps.map((step) => ({ step, outcome: made(run.state, step, run.now) }));
      run.send({ type: "answer", segment, token, results });
    }
    const problem = fate === "die" ? DEAD : fault("CONNECTION_ERROR", "down");
    if (fate === "die" || fate === "fail")
      run.send({ type: "answer", segment, token, results: [{ step: first, outcome: failure(problem, run.now) }] });
  }
  return { run, sent, snapshot };
}

const everyWorld = (check: (driven: NonNullable<ReturnType<typeof drive>>, world: World) => void): void =>
  fc.assert(
    fc.property(fc.oneof(hypergraph(), { weight: 3, arbitrary: variants }), world, (graph, chances) => {
      const driven = drive(graph, chances);
      if (driven) check(driven, chances);
    }),
    { numRuns: 600 },
  );

describe("whatever dies, and whatever becomes of the questions", () => {
  it("the run ends with every step of its plan, and waits for nothing any more", () => {
    everyWorld(({ run }) => {
      expect(TERMINAL_RUN.has(run.state.header.status)).toBe(true);
      expect(Object.values(run.statuses()).every((status) => TERMINAL_STEP.has(status as never))).toBe(true);
      expect(run.state.openSteps).toBe(0);
      expect(run.state.header.replanning).toBeUndefined();
    });
  });

  it("it succeeds exactly when every step of its last plan did, and has a fault otherwise", () => {
    everyWorld(({ run }) => {
      const good = Object.values(run.statuses()).every((status) => status === "succeeded");
      expect(run.state.header.status === "succeeded").toBe(good);
      expect(run.state.header.fault === null).toBe(good);
    });
  });

  it("no step runs again after it has succeeded, and no lease is given twice", () => {
    everyWorld(({ sent }) => {
      expect(sent.filter(({ again }) => again)).toEqual([]);
      const leases = sent.map(({ step, token }) => `${step} ${token}`);
      expect(new Set(leases).size).toBe(leases.length);
    });
  });

  it("a step's id means one node for the whole run, and a dead node never comes back", () => {
    everyWorld(({ run, sent }) => {
      const nodes = new Map<string, string>();
      for (const { step, node } of sent) expect(nodes.set(step, nodes.get(step) ?? node).get(step)).toBe(node);
      const dead = (run.state.replaced ?? []).filter(({ state }) => state.status === "failed");
      const refs = dead.map(({ step }) => `${step.node}@${step.version}`);
      expect(new Set(refs).size).toBe(refs.length);
      for (const step of run.state.plan.steps) expect(refs).not.toContain(`${step.node}@${step.version}`);
    });
  });

  it("plans change no more often than the policy allows", () => {
    everyWorld(({ run }, { maxReplans }) => expect(run.state.header.replans ?? 0).toBeLessThanOrEqual(maxReplans));
  });

  it("signals are numbered without repetition, and nothing that was tried is missing", () => {
    everyWorld(({ run, sent }) => {
      const signals = signalsOf(run.state);
      const numbers = signals.map(({ seq }) => seq);
      expect(new Set(numbers).size).toBe(numbers.length);
      const told = new Set(
        signals.flatMap((one) => ("step" in one ? [`${one.type} ${one.step} ${one.node}@${one.version}`] : [])),
      );
      for (const { step, node: ref } of sent) expect(told).toContain(`signal.node.dispatch ${step} ${ref}`);
      expect(signals.filter(({ type }) => type === "signal.graph.replanned")).toHaveLength(
        run.state.header.replans ?? 0,
      );
    });
  });

  it("every attempt that ended by a node's doing is observed once", () => {
    everyWorld(({ run }) => {
      const told = triedSteps(run.state).flatMap(({ state }) => state.attempts.filter(({ fault }) => fault !== null));
      const blamed = told.filter(({ fault }) => fault?.code !== "LEASE_EXPIRED").length;
      const succeeded = triedSteps(run.state).filter(({ state }) => state.status === "succeeded").length;
      expect(observationsOf(run.state)).toHaveLength(blamed + succeeded);
    });
  });

  it("what is stored is what is remembered", () => {
    everyWorld(({ run }) => {
      const again = decodeRun(encodeRun(run.state));
      expect(encodeRun(again)).toBe(encodeRun(run.state));
      expect(nextPlan(again, run.snapshot, ALL_SERVED).ok).toBe(false);
    });
  });
});

it("plans do change in these worlds", () => {
  let changed = 0;
  everyWorld(({ run }) => void (changed += run.state.header.replans ?? 0));
  expect(changed).toBeGreaterThan(30);
});
