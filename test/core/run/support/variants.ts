import { fault, type Fault } from "../../../../src/core/errors.ts";
import { planGoal } from "../../../../src/core/plan/search/plan-goal.ts";
import { planIndex } from "../../../../src/core/plan/model/plan-index.ts";
import type { Plan } from "../../../../src/core/plan/model/plan.ts";
import type { RegistrySnapshot } from "../../../../src/core/registry/snapshot.ts";
import type { Intent } from "../../../../src/core/run/model/event.ts";
import { nextPlan } from "../../../../src/core/run/reduce/next-plan.ts";
import type { RunState, StepOutcome } from "../../../../src/core/run/model/state.ts";
import type { Policy } from "../../../../src/core/plan/model/policy.ts";
import { dispatches, DrivenRun, failure, success } from "../../../support/runs.ts";
import { policy } from "../../plan/support/nodes.ts";
import { ALL_SERVED } from "../../../support/served.ts";

export const DEAD = fault("OUTPUT_STATE_INVALID", "nonsense");

export function goalPlan(
  snapshot: RegistrySnapshot,
  want: readonly string[],
  given: readonly string[],
  changes: Partial<Policy> = {},
): Plan {
  const plan = planGoal({ want, given, policy: policy(changes) }, snapshot, ALL_SERVED);
  if (!plan.ok) throw new Error(plan.error.message);
  return plan.value;
}

/** A good outcome of a step under the run's plan. */
export const made = (state: RunState, step: string, at: number): StepOutcome => ({
  ...(success(step, at) as Extract<StepOutcome, { ok: true }>),
  outputs: Object.fromEntries(
    (planIndex(state.plan).stepById.get(step)?.outputs ?? []).map((key) => [key, { v: `${step}:${key}` }]),
  ),
});

/** A run of a plan whose nodes fail by name, with the planner at hand. */
export class VariantRun extends DrivenRun {
  readonly snapshot: RegistrySnapshot;

  constructor(plan: Plan, snapshot: RegistrySnapshot, leases = { graceMs: 1_000, maxExpiries: 3 }) {
    super(plan, leases);
    this.snapshot = snapshot;
    this.state = { ...this.state, given: Object.fromEntries(plan.given.map((key) => [key, { v: key }])) };
  }

  /** Everything that is to be done now. */
  taken(): readonly Intent[] {
    return this.intents.splice(0);
  }

  /** Answers every dispatched work: nodes in `dying` fail for good, all others succeed. Questions are handed back. */
  work(dying: readonly string[] = [], problem: Fault = DEAD): readonly string[] {
    const intents = this.taken();
    for (const { segment, token, steps } of dispatches(intents)) {
      const results: { step: string; outcome: StepOutcome }[] = [];
      for (const step of steps) {
        const planned = planIndex(this.state.plan).stepById.get(step);
        const needs = Object.values(planned?.inputs ?? {}).map((source) => source.step);
        if (results.some((one) => !one.outcome.ok && needs.includes(one.step))) continue;
        const dies = planned !== undefined && dying.includes(`${planned.node}@${planned.version}`);
        results.push({ step, outcome: dies ? failure(problem) : made(this.state, step, this.now) });
      }
      this.send({ type: "answer", segment, token, results });
    }
    return intents.flatMap((intent) => (intent.type === "replan" ? [intent.token] : []));
  }

  /** Answers a question as the planner would. */
  answer(token: string): void {
    this.send({ type: "replanned", token, result: nextPlan(this.state, this.snapshot, ALL_SERVED) });
  }

  /** Goes on until nothing is left to do by itself. */
  drain(dying: readonly string[] = []): void {
    for (let guard = 0; guard < 100 && this.intents.length > 0; guard++)
      for (const token of this.work(dying)) this.answer(token);
  }
}
