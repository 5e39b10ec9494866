import type { PlanWire } from "../../../contracts/documents/plan.ts";
import { faultOf, type Fault } from "../../core/errors.ts";
import type { Plan } from "../../core/plan/model/plan.ts";
import { planText, type PlanTextFormat } from "../../core/plan/views/plan-text.ts";
import { planToWire } from "../../core/plan/stored/plan-to-wire.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { CallContext } from "../call-context.ts";
import { namesOnly } from "./given.ts";
import type { Planner } from "./planner.ts";
import type { PlanRequest } from "./planning.ts";

/** What is to be planned, and how new the registry must be. */
export interface PlanQuery extends PlanRequest {
  /** A registry version the caller must see, from an earlier answer; null for any. */
  readonly registryVersion: string | null;
}

/** A plan, and the registry version it was made from. */
export type ShownPlan = PlanWire & { readonly registry_version: string };

/** Plans shown without running anything. */
export interface PlanService {
  /** The plan of a goal or graph. */
  preview(call: CallContext, query: PlanQuery): Promise<Result<ShownPlan, Fault>>;
  /** The same plan as text, and the registry version it was made from. */
  show(
    call: CallContext,
    query: PlanQuery,
    format: PlanTextFormat,
  ): Promise<Result<{ readonly text: string; readonly registryVersion: string }, Fault>>;
}

export function planService(planner: Planner): PlanService {
  async function planned<T>(
    { tenant }: CallContext,
    { registryVersion, ...request }: PlanQuery,
    shown: (plan: Plan, version: string) => T,
  ): Promise<Result<T, Fault>> {
    try {
      const asked = { ...request, payload: namesOnly(request.payload) };
      const { ground, made } = await planner.plan(tenant, asked, registryVersion);
      return made.ok ? ok(shown(made.value.plan, ground.snapshot.version)) : made;
    } catch (thrown) {
      return err(faultOf(thrown, "the plan could not be made"));
    }
  }
  return {
    preview: (call, query) =>
      planned(call, query, (plan, version) => ({ ...planToWire(plan), registry_version: version })),
    show: (call, query, format) =>
      planned(call, query, (plan, version) => ({ text: planText(plan, format), registryVersion: version })),
  };
}
