import fc from "fast-check";
import { fault } from "../../src/core/errors.ts";
import { planGoal } from "../../src/core/plan/search/plan-goal.ts";
import { planIndex } from "../../src/core/plan/model/plan-index.ts";
import type { Plan } from "../../src/core/plan/model/plan.ts";
import { DEFAULT_POLICY, type Policy } from "../../src/core/plan/model/policy.ts";
import { buildSnapshot, type RegistrySnapshot } from "../../src/core/registry/snapshot.ts";
import { apply, begin } from "../../src/core/run/reduce/begin.ts";
import type { Intent, RunEvent, Transition } from "../../src/core/run/model/event.ts";
import { nextPlan } from "../../src/core/run/reduce/next-plan.ts";
import { reduce } from "../../src/core/run/reduce/reduce.ts";
import { TERMINAL_RUN, type RunState, type StepOutcome } from "../../src/core/run/model/state.ts";
import { node } from "../core/plan/support/nodes.ts";
import { sketchPlan, type StepSketch } from "./plans.ts";
import { failure, REQUEST, success } from "./runs.ts";
import { ALL_SERVED } from "./served.ts";

const LEASES = { graceMs: 1_000, maxExpiries: 2 };

/** A plan and the registry that other plans are made from when its steps die. */
export interface Start {
  readonly plan: Plan;
  readonly snapshot: RegistrySnapshot;
}

/** A plan whose dead steps nothing can replace. */
export const onlyPlan = (plan: Plan): Start => ({ plan, snapshot: buildSnapshot("1", [], new Map()) });

const policies: fc.Arbitrary<Partial<Policy>> = fc
  .record({
    mode: fc.constantFrom("parallel" as const, "sequential" as const, "batch" as const),
    maxParallelism: fc.constantFrom(null, null, 1, 3),
    deadlineMs: fc.constantFrom(null, 20_000),
    onFailure: fc.constantFrom("continue" as const, "stop" as const),
  })
  .map((policy) => (policy.mode === "sequential" ? { ...policy, maxParallelism: null } : policy));

/** Graphs with waits and shared segments, some with more than sixteen segments. */
const graphs: fc.Arbitrary<Start> = fc
  .tuple(
    fc.array(
      fc.record({
        needs: fc.array(fc.nat(40), { maxLength: 2 }),
        joins: fc.boolean(),
        wait: fc.constantFrom(null, null, null, null, "sleep" as const, "event" as const, "approval" as const),
      }),
      { minLength: 1, maxLength: 30, size: "max" },
    ),
    policies,
  )
  .map(([rows, policy]) => {
    let segment = 0;
    const sketches = rows.map(({ needs, joins, wait }, index): StepSketch => {
      if (!joins || wait !== null || rows[index - 1]?.wait) segment++;
      return {
        id: `s${index}`,
        needs: [...new Set(needs.filter(() => index > 0).map((need) => `s${need % index}`))],
        segment: `g${segment}`,
        ...(wait === null ? {} : { wait: { kind: wait, ms: 3_000, event: "go", timeoutMs: 9_000 } }),
      };
    });
    return onlyPlan(sketchPlan(sketches, policy));
  });

/** Chains of effects with three variants of each step, some longer than sixteen segments. */
const chains: fc.Arbitrary<Start> = fc
  .tuple(fc.integer({ min: 1, max: 24 }), policies, fc.integer({ min: 1, max: 5 }))
  .map(([length, changes, maxReplans]) => {
    const nodes = Array.from({ length }, (_, i) =>
      [0, 1, 2].map((cost) =>
        node({ name: `n${i}${cost}`, kind: "effect", cost, in: [`k.${i}`], out: [`k.${i + 1}`] }),
      ),
    ).flat();
    const snapshot = buildSnapshot("1", nodes, new Map());
    const policy = { ...DEFAULT_POLICY, ...changes, maxReplans };
    const planned = planGoal({ want: [`k.${length}`], given: ["k.0"], policy }, snapshot, ALL_SERVED);
    if (!planned.ok) throw new Error(planned.error.message);
    return { plan: planned.value, snapshot };
  });

export const starts = fc.oneof(graphs, chains);

const chance = (weight: number, move: string) => ({ weight, arbitrary: fc.constant(move) });

/** What the world does next, over and over: answers, failures, losses, limits, people, time. */
export const moves = fc.array(
  fc.oneof(
    chance(8, "succeed"),
    chance(2, "fail"),
    chance(2, "die"),
    chance(1, "lose"),
    chance(1, "empty"),
    chance(1, "undeliverable"),
    chance(2, "defer"),
    chance(1, "admit"),
    chance(1, "tick"),
    chance(1, "pause"),
    chance(1, "resume"),
    chance(1, "event"),
    chance(1, "approve"),
  ),
  { minLength: 1, maxLength: 40 },
);

/** One decision, with the state before and after it. */
export interface Turn {
  readonly transition: Transition;
  readonly state: RunState;
}

/** A run among random happenings, to its end. `onTurn` sees every decision and answers the state to go on with. */
export class RandomRun {
  state: RunState;
  now = 0;
  readonly #snapshot: RegistrySnapshot;
  readonly #onTurn: (turn: Turn) => RunState;
  readonly #sizeOf: (step: string) => number;
  readonly #intents: Intent[] = [];

  /** @param sizeOf characters of each value a step puts out */
  constructor({ plan, snapshot }: Start, onTurn: (turn: Turn) => RunState, sizeOf: (step: string) => number = () => 0) {
    const given = Object.fromEntries(plan.given.map((key) => [key, { v: key }]));
    this.state = begin(REQUEST, plan, given, 0);
    this.#snapshot = snapshot;
    this.#onTurn = onTurn;
    this.#sizeOf = sizeOf;
  }

  play(world: readonly string[]): void {
    this.#send({ type: "start" });
    for (let turn = 0; turn < 400 && !TERMINAL_RUN.has(this.state.header.status); turn++) {
      this.#move(world[turn % world.length] ?? "tick");
    }
  }

  #move(move: string): void {
    if (move === "pause" || move === "resume") return this.#send({ type: move });
    if (move === "tick") return this.#send({ type: "tick" });
    if (move === "event") return this.#send({ type: "event", name: "go", payload: { v: "ö\u{1F30A}" } });
    if (move === "approve") {
      const step = this.#waiting("approval");
      return step === null ? undefined : this.#send({ type: "approve", step, approved: this.now % 2 === 0, word: {} });
    }
    if (move === "admit") {
      const limited = [...this.state.segments.values()].find(({ steps }) => steps.some(({ limitedBy }) => limitedBy));
      return limited ? this.#send({ type: "admitted", segment: limited.id }) : undefined;
    }
    const intent = this.#intents.shift();
    if (!intent) return this.#wait();
    if (intent.type === "replan" && move !== "lose") {
      const result = nextPlan(this.state, this.#snapshot, ALL_SERVED);
      return this.#send({ type: "replanned", token: intent.token, result });
    }
    if (intent.type === "dispatch") this.#answer(intent, move);
  }

  #answer({ segment, token, steps }: Extract<Intent, { type: "dispatch" }>, move: string): void {
    const [first = ""] = steps;
    const answer = { type: "answer", segment, token } as const;
    if (move === "lose") return;
    if (move === "empty") return this.#send({ ...answer, results: [] });
    if (move === "defer") return this.#send({ ...answer, results: [], deferred: { by: "node a", retryInMs: 500 } });
    if (move === "undeliverable")
      return this.#send({ type: "undeliverable", segment, token, fault: fault("UNDELIVERABLE", "lost") });
    if (move === "fail") return this.#send({ ...answer, results: [{ step: first, outcome: failure() }] });
    const dead = failure(fault("OUTPUT_STATE_INVALID", "bad"));
    if (move === "die") return this.#send({ ...answer, results: [{ step: first, outcome: dead }] });
    this.#send({ ...answer, results: steps.map((step) => ({ step, outcome: this.#made(step) })) });
  }

  #made(step: string): StepOutcome {
    const outputs = planIndex(this.state.plan).stepById.get(step)?.outputs ?? [];
    const text = "\u{1F30A}".repeat(this.#sizeOf(step) / 2);
    return {
      ...(success(step, this.now) as Extract<StepOutcome, { ok: true }>),
      outputs: Object.fromEntries(outputs.map((key) => [key, { v: `${key}${text}` }])),
    };
  }

  /** Nothing is left to do: time passes until something is due, or somebody ends a pause. */
  #wait(): void {
    if (this.state.header.status === "paused") return this.#send({ type: "resume" });
    const { deadlineAt, replanning } = this.state.header;
    const due = [...this.state.segments.values()].flatMap(({ dueAt }) => dueAt ?? []);
    const next = Math.min(...due, deadlineAt ?? Infinity, replanning?.question?.until ?? Infinity);
    if (Number.isFinite(next)) this.now = Math.max(this.now, next);
    this.#send({ type: "tick" });
  }

  #waiting(kind: string): string | null {
    const steps = [...this.state.segments.values()].flatMap((segment) => segment.steps);
    return steps.find(({ waiting }) => waiting?.kind === kind)?.id ?? null;
  }

  #send(event: RunEvent): void {
    const transition = reduce(this.state, event, this.now, LEASES);
    this.#intents.push(...transition.intents);
    this.state = this.#onTurn({ transition, state: apply(this.state, transition) });
    this.now += 1;
  }
}
