import type { Fault } from "../../core/errors.ts";
import type { Plan } from "../../core/plan/model/plan.ts";
import type { Result } from "../../core/result.ts";
import { nextPlan } from "../../core/run/reduce/next-plan.ts";
import type { RunState } from "../../core/run/model/state.ts";
import type { RegistryCache } from "../registry/registry-cache.ts";

/**
 * Another plan for a run whose steps have died, from the snapshot at hand; what that refuses is tried with the newest one,
 * so a node registered a moment ago, anywhere, can take over. Rejects with SERVICE_UNAVAILABLE when there is no registry.
 */
export async function replanAfresh(
  state: RunState,
  registry: RegistryCache,
  background: (work: Promise<unknown>) => void,
): Promise<Result<Plan, Fault>> {
  const { tenant } = state.header;
  const snapshot = await registry.snapshot(tenant, null, background);
  const first = nextPlan(state, snapshot);
  if (first.ok) return first;
  const newer = await registry.newer(tenant, snapshot);
  return newer ? nextPlan(state, newer) : first;
}
