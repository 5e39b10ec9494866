import { fault, type Fault } from "../../errors.ts";
import { nodeRef } from "../../registry/node.ts";
import { hasSucceeded } from "../dispatch/dispatch-segment.ts";
import type { Draft } from "./draft.ts";

/**
 * Why a goal is not reached although every step has ended well: a wanted key that its step succeeded without, because its
 * schema does not require it. Null when nothing is missing. Of a graph, and behind a closed gate, a result may be missing.
 */
export function unmetWant(draft: Draft): Fault | null {
  const { state, index } = draft;
  if (state.plan.origin === "graph") return null;
  for (const [key, source] of Object.entries(state.plan.results)) {
    if (source.step === null || !hasSucceeded(draft.step(source.step)) || draft.value(source) !== undefined) continue;
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
