import { faultOf } from "../../core/errors.ts";
import { planJson } from "../../core/run/view.ts";
import { err, ok } from "../../core/result.ts";
import { namesOnly } from "./given.ts";
import { planOperation } from "./planning.ts";
import type { RegistryCache } from "./registry-cache.ts";
import type { PlanService } from "./services.ts";

/** Plans shown without running anything. */
export function planService(registry: RegistryCache, background: (work: Promise<unknown>) => void): PlanService {
  return {
    async preview(tenant, operation, payload, registryVersion) {
      try {
        const snapshot = await registry.snapshot(tenant, registryVersion, background);
        const planned = planOperation(operation, namesOnly(payload), null, snapshot);
        return planned.ok ? ok({ ...planJson(planned.value.plan), registry_version: snapshot.version }) : planned;
      } catch (thrown) {
        return err(faultOf(thrown, "the plan could not be made"));
      }
    },
  };
}
