import { waitUntil } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { fault, RuntimeHostError, type Fault } from "../src/core/errors.ts";
import type { Result } from "../src/core/result.ts";
import { readRetention, type Retention } from "../src/core/retention/settings.ts";
import { DEFAULT_LEASES } from "../src/core/run/model/event.ts";
import { d1DeadLetterStore } from "../src/infra/d1/dead-letter-store.ts";
import { d1Figures } from "../src/infra/d1/figures.ts";
import { d1NodeRegistry } from "../src/infra/d1/registry/node-registry.ts";
import { d1ResultCache } from "../src/infra/d1/result-cache.ts";
import { d1RunIndex } from "../src/infra/d1/runs/run-index.ts";
import { d1RunRetention } from "../src/infra/d1/runs/run-retention.ts";
import { d1SegmentLedger } from "../src/infra/d1/runs/segment-ledger.ts";
import { d1SequelLedger } from "../src/infra/d1/runs/sequel-ledger.ts";
import { d1SweepMarks } from "../src/infra/d1/sweep-marks.ts";
import { d1TriggerStore } from "../src/infra/d1/trigger-store.ts";
import { d1ValueLedger } from "../src/infra/d1/runs/value-ledger.ts";
import { durableLimiter } from "../src/infra/durable/limiter.ts";
import { placedObjects } from "../src/infra/durable/objects.ts";
import { durableRunCoordinator } from "../src/infra/durable/run-coordinator.ts";
import { d1TrustScores } from "../src/infra/d1/registry/trust-scores.ts";
import type { TrustMemoryPorts } from "../src/infra/durable/trust-memory.ts";
import { durableTrustStore } from "../src/infra/durable/trust-store.ts";
import { builtinHandler } from "../src/infra/handlers/builtin-handler.ts";
import { functionHandler } from "../src/infra/handlers/function-handler.ts";
import { noopHandler } from "../src/infra/handlers/noop-handler.ts";
import type { ArchivePorts } from "../src/app/archive/archive-consumer.ts";
import { CacheReader } from "../src/app/cache/cache-reader.ts";
import { cacheService } from "../src/app/cache/cache-service.ts";
import type { DeadLetterPorts } from "../src/app/deliver/dead-letter-consumer.ts";
import { deadLetterService } from "../src/app/deliver/dead-letter-service.ts";
import { envelopeService } from "../src/app/operations/envelope-service.ts";
import type { ExecuteConsumerPorts } from "../src/app/execute/execute-consumer.ts";
import { HandlerRouter } from "../src/app/execute/handler-router.ts";
import { healthService, keptHealth } from "../src/app/insight/health-service.ts";
import { consoleLog } from "../src/infra/system/console-log.ts";
import { metricsService } from "../src/app/insight/metrics-service.ts";
import { nodeService } from "../src/app/registry/node-service.ts";
import { planService } from "../src/app/plan/plan-service.ts";
import { RegistryCache } from "../src/app/registry/registry-cache.ts";
import { DEFAULT_RING, type RingPorts, type RingSettings } from "../src/app/ring/ports.ts";
import type { SweepPorts } from "../src/app/sweep/ports.ts";
import { RunReader } from "../src/app/runs/run-reader.ts";
import { runControlService } from "../src/app/runs/run-control-service.ts";
import { runRemovalService } from "../src/app/archive/run-removal.ts";
import { runSearchService } from "../src/app/runs/run-search.ts";
import { runService } from "../src/app/runs/run-service.ts";
import type { Services } from "../src/app/services.ts";
import type { TriggerPorts } from "../src/app/triggers/take-trigger.ts";
import { triggerService } from "../src/app/triggers/trigger-service.ts";
import { systemClock, systemIds, systemTimer } from "../src/infra/system/clock.ts";
import { queuesEventBus } from "../src/infra/queues/event-bus.ts";
import { queuesTriggerBus } from "../src/infra/queues/trigger-bus.ts";
import { r2BlobStore } from "../src/infra/r2/blob-store.ts";
import { quickJsSandbox } from "../src/infra/sandbox/quick-js-sandbox.ts";
import { workerdModule } from "../src/infra/sandbox/workerd-module.ts";
import { builtinNodes } from "../src/nodes/index.ts";

/** Everything the shells may use, made once per isolate. The only file that reads Env. */
export interface Wiring {
  readonly services: Services;
  readonly execute: ExecuteConsumerPorts;
  readonly archive: ArchivePorts;
  readonly triggering: TriggerPorts;
  readonly deadLetters: DeadLetterPorts;
  readonly sweep: SweepPorts;
  /** How long things are kept; a fault when the variable cannot be read. */
  readonly retention: Result<Retention, Fault>;
  readonly token: string | undefined;
  readonly environment: string;
}

/** How queues are sent to. */
const PATIENCE = { timer: systemTimer };

const wired = new WeakMap<Env, Wiring>();

export function wiring(env: Env): Wiring {
  const known = wired.get(env);
  if (known) return known;
  const made = wire(env);
  wired.set(env, made);
  return made;
}

/** What a ring object needs besides its own storage and alarm. */
export const ringPorts = (env: Env): Omit<RingPorts, "store" | "alarm"> => ({
  bus: queuesEventBus(env.EXECUTE, env.EVENTS, PATIENCE),
  triggerBus: queuesTriggerBus(env.TRIGGERS, env.RESULTS, PATIENCE),
  clock: systemClock,
  timer: systemTimer,
  log: consoleLog,
});

export const ringSettings = (env: Env): RingSettings => ({
  ...DEFAULT_RING,
  leases: { ...DEFAULT_LEASES, graceMs: Number(env.LEASE_GRACE_MS) },
});

/** Null for any number. A limit that cannot be read must not turn into none. */
function tenantSlots(env: Env): number | null {
  const text: string = env.TENANT_CONCURRENCY;
  if (/^\d{1,9}$/.test(text)) return Number(text) || null;
  const hint = 'set TENANT_CONCURRENCY to a whole number; "0" for any number';
  throw new RuntimeHostError(fault("INVALID_CONFIGURATION", `TENANT_CONCURRENCY is '${text}'`, { hint }));
}

/** What a trust memory needs besides its own storage. */
export const trustMemoryPorts = (env: Env): TrustMemoryPorts => ({
  scores: d1TrustScores(drizzle(env.DB)),
  clock: systemClock,
  log: consoleLog,
});

function wire(env: Env): Wiring {
  const clock = systemClock;
  const ids = systemIds;
  const log = consoleLog;
  const db = drizzle(env.DB);
  const blobs = r2BlobStore(env.BLOBS);
  const registry = d1NodeRegistry(db, blobs);
  const trust = durableTrustStore(placedObjects(env.TRUST_NS, env.LOCATION_HINT));
  const coordinator = durableRunCoordinator(placedObjects(env.RINGS_NS, env.LOCATION_HINT));
  const index = d1RunIndex(db);
  const cache = new RegistryCache(registry, clock);
  const sandbox = quickJsSandbox({ loadModule: workerdModule });
  const router = new HandlerRouter()
    .register(builtinHandler(builtinNodes({ sandbox, registry: cache.writer(), blobs, clock, ids })))
    .register(functionHandler(sandbox))
    .register(noopHandler())
    .freeze();
  const runs = new RunReader({ coordinator, index, blobs });
  const results = d1ResultCache(db);
  const reader = new CacheReader(results, clock, log);
  const executor = { registry: cache, router, blobs, cache: reader, clock, timer: systemTimer, log };
  const retention = d1RunRetention(db);
  const segments = d1SegmentLedger(db);
  const deadLetters = d1DeadLetterStore(db);
  const sequels = d1SequelLedger(db);
  const triggers = d1TriggerStore(db);
  const triggerBus = queuesTriggerBus(env.TRIGGERS, env.RESULTS, PATIENCE);
  const standing = { coordinator, runs, index, clock, sequels, triggers };
  const envelopes = envelopeService(
    { ...executor, coordinator, triggerBus, runs, ids, background: waitUntil },
    { rings: Number(env.RINGS), leases: ringSettings(env).leases },
  );
  const triggering: TriggerPorts = {
    ...{ runs, envelopes, sequels, triggers, triggerBus, registry: cache, blobs, clock, ids, log },
    deadLetters: { coordinator, blobs, deadLetters, clock, log },
    background: waitUntil,
  };
  return {
    services: {
      envelopes,
      nodes: nodeService({ registry: cache.writer(), trust, clock }),
      plans: planService(cache, waitUntil),
      runs: runService(runs, sequels),
      triggers: triggerService(triggering),
      control: runControlService({ ...executor, coordinator, retention, runs, ids }, Number(env.RINGS)),
      search: runSearchService(index),
      removal: runRemovalService({
        ...{ coordinator, index, retention, segments, deadLetters, blobs, clock, log },
        ...{ results, cache: reader },
      }),
      deadLetters: deadLetterService({
        ...standing,
        deadLetters,
        blobs,
        log,
        bus: queuesEventBus(env.EXECUTE, env.EVENTS, PATIENCE),
        triggerBus,
      }),
      cache: cacheService({ results, cache: reader, blobs }),
      metrics: metricsService({ figures: d1Figures(db), results, registry: cache, clock, background: waitUntil }),
      health: keptHealth(
        healthService(
          [
            { name: "registry", check: async () => `version ${await registry.version("default")}` },
            { name: "blobs", check: () => blobs.get("health").then(() => "readable") },
          ],
          systemTimer,
        ),
        clock,
      ),
    },
    execute: {
      ...executor,
      coordinator,
      limiter: durableLimiter(placedObjects(env.LIMITS_NS, env.LOCATION_HINT)),
      tenantSlots: tenantSlots(env),
    },
    triggering,
    archive: {
      triggerBus,
      coordinator,
      blobs,
      index,
      segments,
      trust,
      registry: cache,
      results,
      cache: reader,
      clock,
      ids,
      log,
    },
    deadLetters: { coordinator, blobs, deadLetters, clock, log },
    sweep: {
      ...standing,
      retention,
      segments,
      values: d1ValueLedger(db),
      marks: d1SweepMarks(db),
      deadLetters,
      blobs,
      results,
      log,
    },
    retention: readRetention(env.RETENTION_DAYS),
    token: env.ONEX_TOKEN,
    environment: env.ENVIRONMENT,
  };
}
