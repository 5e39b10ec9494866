import { planIndex } from "../../../src/core/plan/model/plan-index.ts";
import type { RunState, StepState } from "../../../src/core/run/model/state.ts";
import type { Findings } from "../findings.ts";
import type { Recorded } from "../sink.ts";

/** How often effects were told, and of how many steps. */
export interface EffectCount {
  readonly steps: number;
  readonly deliveries: number;
}

/**
 * At least once for effects, exactly once for state: a step that succeeded was told to the world under its own key, the
 * receipt in the run is the one the world gave, and nothing was told that no run knows.
 */
export function auditEffects(
  runs: ReadonlyMap<string, RunState>,
  records: ReadonlyMap<string, Recorded>,
  findings: Findings,
): EffectCount {
  let deliveries = 0;
  for (const [key, { run, step, told, deliveries: times }] of records) {
    deliveries += times;
    if (key !== `${run}/${step}`) findings.add("effects", `step ${step} of run ${run} came under the key ${key}`);
    if (told.size !== 1) findings.add("effects", `${key} was told ${told.size} different things`);
    const state = runs.get(run);
    const attempts = (state && stepsOf(state).find(({ id }) => id === step)?.attempts.length) ?? 0;
    if (!state) findings.add("effects", `an effect of run ${run}, which is not archived`);
    else if (attempts === 0) findings.add("effects", `step ${step} of run ${run} was told and never dispatched`);
  }
  for (const [id, state] of runs) {
    const { stepById } = planIndex(state.plan);
    for (const step of stepsOf(state)) {
      if (stepById.get(step.id)?.node !== "crash_record" || step.outcome?.ok !== true) continue;
      const known = records.get(`${id}/${step.id}`);
      const value = step.outcome.outputs["crash.receipt"];
      const receipt = value && "v" in value ? (value.v as { readonly receipt?: number }).receipt : undefined;
      if (!known) findings.add("effects", `step ${step.id} of run ${id} succeeded and was never told`);
      else if (known.receipt !== receipt)
        findings.add("effects", `step ${step.id} of run ${id} says ${receipt}, its receipt was ${known.receipt}`);
    }
  }
  return { steps: records.size, deliveries };
}

const stepsOf = (state: RunState): readonly StepState[] => [...state.segments.values()].flatMap(({ steps }) => steps);
