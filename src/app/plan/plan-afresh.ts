import type { JsonObject } from "../../../contracts/json/json.ts";
import type { Fault } from "../../core/errors.ts";
import type { RegistrySnapshot } from "../../core/registry/snapshot.ts";
import type { Result } from "../../core/result.ts";
import { planOperation, type Planned } from "./planning.ts";
import type { RegistryCache } from "../registry/registry-cache.ts";

/** What is to be planned, and for whom. */
export interface PlanRequest {
  readonly tenant: string;
  readonly operation: string;
  readonly payload: JsonObject;
  readonly targetNode: string | null;
  /** A registry version the caller has seen; null for any. */
  readonly registryVersion: string | null;
}

export interface PlannedAfresh {
  readonly snapshot: RegistrySnapshot;
  readonly planned: Result<Planned, Fault>;
}

/**
 * Plans with the snapshot at hand. A refusal that a newer registry could cure is checked against the newest one first,
 * so a node that was registered a moment ago, anywhere, is never said to be missing.
 */
export async function planAfresh(
  request: PlanRequest,
  registry: RegistryCache,
  background: (work: Promise<unknown>) => void,
): Promise<PlannedAfresh> {
  const { tenant, operation, payload, targetNode } = request;
  const plan = (snapshot: RegistrySnapshot): PlannedAfresh => ({
    snapshot,
    planned: planOperation(operation, payload, targetNode, snapshot),
  });
  const first = plan(await registry.snapshot(tenant, request.registryVersion, background));
  if (first.planned.ok || !mayBeCured(first.planned.error)) return first;
  const newer = await registry.newer(tenant, first.snapshot);
  return newer ? plan(newer) : first;
}

/** Whether a refusal to plan may be due to an old snapshot. */
export const mayBeCured = ({ code }: Fault): boolean => code === "NODE_NOT_FOUND" || code.startsWith("PLAN_");
