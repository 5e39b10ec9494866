import { fault, type Fault } from "../../src/core/errors.ts";
import type { Plan } from "../../src/core/plan/model/plan.ts";
import { apply, begin } from "../../src/core/run/reduce/begin.ts";
import type { Intent, LeaseSettings, RunEvent } from "../../src/core/run/model/event.ts";
import { reduce } from "../../src/core/run/reduce/reduce.ts";
import { CLIENT } from "../../src/core/run/model/origin.ts";
import type { RunState, StepOutcome } from "../../src/core/run/model/state.ts";

export const REQUEST = {
  id: "r00_00000000000000000000000000",
  tenant: "default",
  operation: "goal.run",
  correlationId: "11111111-1111-4111-8111-111111111111",
  envelopeId: "22222222-2222-4222-8222-222222222222",
  sourceNode: "test",
  idempotencyKey: null,
  requestHash: "",
  principal: "token:default",
  trace: null,
  origin: CLIENT,
  tags: [],
} as const;

export const beginRun = (plan: Plan, now = 0): RunState => begin(REQUEST, plan, { in: { v: "x" } }, now);

/** A run driven by hand: applies events, keeps the intents that came out. */
export class DrivenRun {
  state: RunState;
  now = 0;
  readonly intents: Intent[] = [];
  readonly #leases: LeaseSettings | undefined;

  constructor(plan: Plan, leases?: LeaseSettings) {
    this.state = beginRun(plan);
    this.#leases = leases;
  }

  send(event: RunEvent): readonly Intent[] {
    const transition = reduce(this.state, event, this.now, this.#leases);
    this.state = apply(this.state, transition);
    this.intents.push(...transition.intents);
    return transition.intents;
  }

  step(id: string) {
    const step = [...this.state.segments.values()].flatMap((segment) => segment.steps).find((one) => one.id === id);
    if (!step) throw new Error(`no step ${id}`);
    return step;
  }

  statuses(): Record<string, string> {
    return Object.fromEntries(
      [...this.state.segments.values()].flatMap(({ steps }) => steps.map(({ id, status }) => [id, status])),
    );
  }
}

export const dispatches = (intents: readonly Intent[]): Extract<Intent, { type: "dispatch" }>[] =>
  intents.filter((intent) => intent.type === "dispatch");

export const success = (step: string, at = 0): StepOutcome => ({
  ok: true,
  outputs: { [`${step}.out`]: { v: step } },
  inputHash: "i",
  outputHash: "o",
  inputBytes: 1,
  startedAt: at,
  durationMs: 1,
  cached: false,
});

export const failure = (problem: Fault = fault("CONNECTION_ERROR", "down"), at = 0): StepOutcome => ({
  ok: false,
  fault: problem,
  inputHash: null,
  inputBytes: 1,
  startedAt: at,
  durationMs: 1,
});
