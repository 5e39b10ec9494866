import { fault, type Fault } from "../../errors.ts";
import type { StepId } from "../../plan/model/plan.ts";
import { nodeRef, type ContractKey } from "../../registry/node.ts";
import { hasSucceeded } from "../dispatch/dispatch-segment.ts";
import type { Draft } from "./draft.ts";

/**
 * Why a run is no success although no step of it has failed: a wanted key is not there, because its step succeeded without
 * it, or never ran behind a closed gate. Null when nothing is missing. Of a graph that names nothing as wanted, results may
 * be missing.
 */
export function unmetWant(draft: Draft): Fault | null {
  const { state, index } = draft;
  if (state.plan.origin === "graph" && state.plan.strict !== true) return null;
  for (const [key, source] of Object.entries(state.plan.results)) {
    if (source.step === null || draft.value(source) !== undefined) continue;
    if (!hasSucceeded(draft.step(source.step))) return notRun(key, source.step);
    const planned = index.stepById.get(source.step);
    const who = planned ? nodeRef({ name: planned.node, version: planned.version }) : source.step;
    return fault("OUTPUT_STATE_INVALID", `${who} succeeded without '${key}', which is wanted`, {
      place: `step ${source.step}`,
      hint: "require it in output_state of the node's contract.yaml, or do not want it",
      retryable: false,
    });
  }
  return null;
}

const notRun = (key: ContractKey, step: StepId): Fault =>
  fault("GATE_CLOSED", `'${key}' is wanted, and step ${step}, which gives it, was passed over`, {
    place: `step ${step}`,
    hint: "its condition, or one before it, did not hold: want another key, or let policy.partial allow it to be missing",
    retryable: false,
  });

/** Whether anything wanted is there that a step has made. */
export const hasSomeWant = (draft: Draft): boolean =>
  Object.values(draft.state.plan.results).some((source) => source.step !== null && draft.value(source) !== undefined);
