import { planIndex } from "../../plan/model/plan-index.ts";
import type { PlanStep } from "../../plan/model/plan.ts";
import type { RunState, StepState } from "./state.ts";

/** A step's state with the plan's word on it. */
export interface TriedStep {
  readonly step: PlanStep;
  readonly state: StepState;
}

/** The state of every step the run has or had. */
export const triedStates = ({ segments, replaced = [] }: RunState): readonly StepState[] => [
  ...[...segments.values()].flatMap(({ steps }) => steps),
  ...replaced.map(({ state }) => state),
];

/** Every step the run has or had: those of its plan, then those that left earlier ones. */
export function triedSteps({ plan, segments, replaced = [] }: RunState): readonly TriedStep[] {
  const { stepById } = planIndex(plan);
  const current = [...segments.values()].flatMap(({ steps }) =>
    steps.flatMap((state): TriedStep[] => {
      const step = stepById.get(state.id);
      return step ? [{ step, state }] : [];
    }),
  );
  return replaced.length === 0 ? current : [...current, ...replaced];
}
