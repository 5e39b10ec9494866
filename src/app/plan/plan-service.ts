import type { JsonObject } from "../../../contracts/json/json.ts";
import { faultOf, type Fault } from "../../core/errors.ts";
import type { Plan } from "../../core/plan/model/plan.ts";
import { planText } from "../../core/plan/views/plan-text.ts";
import { planJson } from "../../core/run/views/view.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { namesOnly } from "./given.ts";
import { planAfresh } from "./plan-afresh.ts";
import type { RegistryCache } from "../registry/registry-cache.ts";
import type { PlanService } from "../services.ts";

/** Plans shown without running anything. */
export function planService(registry: RegistryCache, background: (work: Promise<unknown>) => void): PlanService {
  async function planned<T>(
    tenant: string,
    operation: string,
    payload: JsonObject,
    registryVersion: string | null,
    shown: (plan: Plan, version: string) => T,
  ): Promise<Result<T, Fault>> {
    try {
      const request = { tenant, operation, payload: namesOnly(payload), targetNode: null, registryVersion };
      const { snapshot, planned: made } = await planAfresh(request, registry, background);
      return made.ok ? ok(shown(made.value.plan, snapshot.version)) : made;
    } catch (thrown) {
      return err(faultOf(thrown, "the plan could not be made"));
    }
  }
  return {
    preview: (tenant, operation, payload, registryVersion) =>
      planned(tenant, operation, payload, registryVersion, (plan, version) => ({
        ...planJson(plan),
        registry_version: version,
      })),
    show: (tenant, operation, payload, registryVersion, format) =>
      planned(tenant, operation, payload, registryVersion, (plan, version) => ({
        text: planText(plan, format),
        registryVersion: version,
      })),
  };
}
