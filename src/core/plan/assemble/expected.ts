import { nodeRef } from "../../registry/node.ts";
import type { RegistrySnapshot } from "../../registry/snapshot.ts";
import type { Plan, StepId } from "../model/plan.ts";
import { edgesInto } from "../model/plan-index.ts";

/**
 * Expected duration in milliseconds from declared latencies: of the longest chain, or of all steps together when the
 * policy runs them one at a time. Queueing is not counted.
 */
export function expectedMs(plan: Plan, snapshot: RegistrySnapshot): number {
  const serial = plan.policy.mode === "sequential" || plan.policy.maxParallelism === 1;
  const ends = new Map<StepId, number>();
  let [sum, last] = [0, 0];
  for (const step of plan.steps) {
    const own = snapshot.byRef.get(nodeRef({ name: step.node, version: step.version }))?.execution.latencyMs ?? 0;
    let start = 0;
    for (const { from } of edgesInto(step)) start = Math.max(start, ends.get(from) ?? 0);
    ends.set(step.id, start + own);
    sum += own;
    last = Math.max(last, start + own);
  }
  return serial ? sum : last;
}
