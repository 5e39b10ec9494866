import type { RunRemovalService } from "./archive/run-removal.ts";
import type { CacheService } from "./cache/cache-service.ts";
import type { DeadLetterService } from "./deliver/dead-letter-service.ts";
import type { HandlerService } from "./insight/handler-service.ts";
import type { HealthService } from "./insight/health-service.ts";
import type { MetricsService } from "./insight/metrics-service.ts";
import type { EnvelopeService } from "./operations/envelope-service.ts";
import type { PlanService } from "./plan/plan-service.ts";
import type { QuarantineService } from "./quarantine/quarantine-service.ts";
import type { NodeService } from "./registry/node-service.ts";
import type { PoolService } from "./pools/pool-service.ts";
import type { StepLogService } from "./pools/step-log-service.ts";
import type { WorkItemService } from "./pools/work-item-service.ts";
import type { RunControlService } from "./runs/run-control-service.ts";
import type { RunSearchService } from "./runs/run-search.ts";
import type { RunService } from "./runs/run-service.ts";
import type { TriggerService } from "./triggers/trigger-service.ts";

/**
 * What the gateway's routes may do: capabilities, not bindings. Every method takes the call it serves first, and reaches
 * nothing beyond the call's tenant; health alone answers anybody.
 */
export interface Services {
  readonly envelopes: EnvelopeService;
  readonly nodes: NodeService;
  readonly plans: PlanService;
  readonly runs: RunService;
  readonly control: RunControlService;
  readonly search: RunSearchService;
  readonly removal: RunRemovalService;
  readonly deadLetters: DeadLetterService;
  readonly quarantine: QuarantineService;
  readonly triggers: TriggerService;
  readonly pools: PoolService;
  readonly workItems: WorkItemService;
  readonly logs: StepLogService;
  readonly cache: CacheService;
  readonly metrics: MetricsService;
  readonly handlers: HandlerService;
  readonly health: HealthService;
}
