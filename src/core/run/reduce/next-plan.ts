import { fault, type Fault } from "../../errors.ts";
import { boundedPlan } from "../../plan/assemble/bounded-plan.ts";
import type { Plan } from "../../plan/model/plan.ts";
import { replan } from "../../plan/replan/replan.ts";
import type { Served } from "../../registry/served.ts";
import type { RegistrySnapshot } from "../../registry/snapshot.ts";
import { err, ok, type Result } from "../../result.ts";
import { hasSucceeded } from "../dispatch/dispatch-segment.ts";
import type { RunState } from "../model/state.ts";

/**
 * A plan with which a run that waits for one can go on: without the nodes that died in it, now or before. Refusals: what
 * core/plan/replan refuses, and INVALID_STATE for a run that waits for no plan.
 */
export function nextPlan(
  { header, plan, segments, replaced = [] }: RunState,
  snapshot: RegistrySnapshot,
  served: Served,
): Result<Plan, Fault> {
  if (!header.replanning) return err(fault("INVALID_STATE", `run '${header.id}' waits for no other plan`));
  const succeeded = new Map(
    [...segments.values()].flatMap(({ steps }) =>
      steps.flatMap((step) =>
        hasSucceeded(step) && step.outcome?.ok ? [[step.id, Object.keys(step.outcome.outputs)] as const] : [],
      ),
    ),
  );
  const next = replan(plan, header.replanning.failed, succeeded, snapshot, served, {
    left: replaced.map(({ step, state }) => ({ step, died: state.status === "failed" })),
    inline: header.status === "queued",
  });
  return next.ok ? ok(boundedPlan(next.value)) : next;
}
