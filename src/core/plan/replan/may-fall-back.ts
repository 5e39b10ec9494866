import { nodeRef, type ContractKey, type NodeRef } from "../../registry/node.ts";
import type { Plan, PlanStep, StepId } from "../model/plan.ts";
import { planIndex } from "../model/plan-index.ts";

/**
 * Whether it is worth asking for another plan without a step's node: cheap, and never a false no for what was known when
 * the plan was made. A goal may go another way anywhere downstream of the step; a graph only knows other versions of the
 * step's own node. What a composite's body allows is not told by the plan, so that is worth asking.
 *
 * @param excluded nodes that died in the run, the step's own among them
 */
export function mayFallBack(plan: Plan, step: PlanStep, excluded: ReadonlySet<NodeRef>): boolean {
  const isGraph = plan.origin === "graph";
  if (!isGraph && step.parent !== undefined) return true;
  const keys = isGraph ? null : keysDownstream(plan, step.id);
  return plan.why.some(
    ({ key, candidates }) =>
      (keys === null || keys.has(key)) &&
      candidates.some(
        ({ node, version, verdict }) =>
          verdict === "fallback" && (!isGraph || node === step.node) && !excluded.has(nodeRef({ name: node, version })),
      ),
  );
}

/** What the step, everything that waits for it, and the composites around those put out. */
function keysDownstream(plan: Plan, from: StepId): ReadonlySet<ContractKey> {
  const { stepById, dependents } = planIndex(plan);
  const reached = new Set<StepId>([from]);
  const keys = new Set<ContractKey>();
  // `reached` grows while it is walked.
  for (const id of reached) {
    for (const key of stepById.get(id)?.outputs ?? []) keys.add(key);
    for (const dependent of dependents.get(id) ?? []) reached.add(dependent);
  }
  for (const { steps, outputs } of plan.boundaries ?? []) {
    if (steps.some((id) => reached.has(id))) for (const key of Object.keys(outputs)) keys.add(key);
  }
  return keys;
}
