import { DEFAULT_LEASES } from "../../core/run/model/event.ts";
import type { BlobStore } from "../../spi/blob-store.ts";
import type { Clock, Ids } from "../../spi/clock.ts";
import type { DeadLetterStore } from "../../spi/dead-letter-store.ts";
import type { Log } from "../../spi/log.ts";
import type { ArchivePorts } from "../../app/archive/archive-consumer.ts";
import { CacheReader } from "../../app/cache/cache-reader.ts";
import { cacheService } from "../../app/cache/cache-service.ts";
import { consumeDeadLetters, type DeadLetterPorts } from "../../app/deliver/dead-letter-consumer.ts";
import { deadLetterService } from "../../app/deliver/dead-letter-service.ts";
import { consumeEvents } from "../../app/deliver/events-consumer.ts";
import { envelopeService } from "../../app/operations/envelope-service.ts";
import { consumeWork } from "../../app/execute/execute-consumer.ts";
import type { ExecutorPorts } from "../../app/execute/executor.ts";
import type { HandlerRouter } from "../../app/execute/handler-router.ts";
import { healthService } from "../../app/insight/health-service.ts";
import { silentLog } from "./silent-log.ts";
import { metricsService } from "../../app/insight/metrics-service.ts";
import { nodeService } from "../../app/registry/node-service.ts";
import { planService } from "../../app/plan/plan-service.ts";
import { RegistryCache } from "../../app/registry/registry-cache.ts";
import { consumeReplans } from "../../app/plan/replan-consumer.ts";
import { Ring } from "../../app/ring/ring.ts";
import { DEFAULT_RING, type RingSettings } from "../../app/ring/ports.ts";
import { sweep, type SweepReport, type SweepSettings } from "../../app/sweep/sweep.ts";
import type { SweepPorts } from "../../app/sweep/ports.ts";
import { RunReader } from "../../app/runs/run-reader.ts";
import { runControlService } from "../../app/runs/run-control-service.ts";
import { runRemovalService } from "../../app/archive/run-removal.ts";
import { runSearchService } from "../../app/runs/run-search.ts";
import { runService } from "../../app/runs/run-service.ts";
import type { Services } from "../../app/services.ts";
import type { TriggerPorts } from "../../app/triggers/take-trigger.ts";
import { triggerService } from "../../app/triggers/trigger-service.ts";
import type { Limiter } from "../../spi/limiter.ts";
import type { NodeRegistry } from "../../spi/node-registry.ts";
import type { RingStore } from "../../spi/ring-store.ts";
import type { RunCoordinator } from "../../spi/run-coordinator.ts";
import type { Timer } from "../../spi/timer.ts";
import type { SequelLedger } from "../../spi/sequel-ledger.ts";
import type { TriggerStore } from "../../spi/trigger-store.ts";
import type { TrustStore } from "../../spi/trust-store.ts";
import { memoryBlobStore } from "./blob-store.ts";
import { memoryDeadLetterStore } from "./dead-letter-store.ts";
import { memoryEventBus, type MemoryEventBus } from "./queues/event-bus.ts";
import { memoryLimiter } from "./limiter.ts";
import { memoryNodeRegistry } from "./node-registry.ts";
import { memoryRingStore } from "./runs/ring-store.ts";
import { memoryRunCoordinator } from "./runs/run-coordinator.ts";
import { memoryRunBooks, type RunBooks } from "./runs/run-books.ts";
import { memorySequelLedger } from "./runs/sequel-ledger.ts";
import { memoryTriggerBus, type MemoryTriggerBus } from "./queues/trigger-bus.ts";
import { deliverTriggers } from "./queues/triggering.ts";
import { memoryTriggerStore } from "./trigger-store.ts";
import { memoryTrustScores } from "./trust-scores.ts";
import { memoryTrustStore } from "./trust-store.ts";

/** The ports an engine runs on; any of them can be replaced, by a failing one for instance. */
export interface EnginePorts extends RunBooks {
  readonly registry: NodeRegistry;
  readonly blobs: BlobStore;
  readonly bus: MemoryEventBus;
  readonly deadLetters: DeadLetterStore;
  readonly trust: TrustStore;
  readonly coordinator: RunCoordinator;
  readonly triggerBus: MemoryTriggerBus;
  readonly triggers: TriggerStore;
  readonly sequels: SequelLedger;
  readonly limiter: Limiter;
}

export interface EngineOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log?: Log;
  readonly rings?: number;
  readonly settings?: RingSettings;
  /** How many queued works of a tenant may be under way at once; absent for any number. */
  readonly tenantSlots?: number;
  /** What ends attempts and waits. */
  readonly timer: Timer;
  /** Handlers over the engine's own ports; frozen. */
  readonly router: (ports: EnginePorts) => HandlerRouter;
  /** Wraps or replaces ports. */
  readonly ports?: (ports: EnginePorts) => EnginePorts;
}

/** The whole system in process: the same core and host loops as on the platform, over memory adapters. */
export interface MemoryEngine {
  readonly ports: EnginePorts;
  readonly services: Services;
  readonly deadLetters: DeadLetterStore;
  /** Delivers every waiting message; true when there was one. */
  deliver(): Promise<boolean>;
  /** When the next alarm of any ring is due, or null. */
  nextAlarm(): number | null;
  /** Fires the alarms that are due. */
  fireAlarms(): Promise<void>;
  /** Forgets a ring's memory, as an eviction does; its storage stays. */
  evict(ring: number): void;
  /** The clock's turn: deletes what is over. */
  sweep(settings: SweepSettings): Promise<SweepReport>;
}

interface RingSlot {
  readonly store: RingStore;
  alarmAt: number | null;
  ring: Ring | null;
}

export function memoryEngine(options: EngineOptions): MemoryEngine {
  const { clock, timer, ids, log = silentLog, rings = 4, settings = DEFAULT_RING } = options;
  const slots = new Map<number, RingSlot>();
  const scores = memoryTrustScores();
  const deadLetters = memoryDeadLetterStore();
  const bare: EnginePorts = {
    registry: memoryNodeRegistry(scores),
    blobs: memoryBlobStore(),
    bus: memoryEventBus(),
    ...memoryRunBooks(deadLetters),
    deadLetters,
    trust: memoryTrustStore(scores),
    coordinator: memoryRunCoordinator((ring) => open(ring)),
    triggerBus: memoryTriggerBus(),
    triggers: memoryTriggerStore(),
    sequels: memorySequelLedger(),
    limiter: memoryLimiter(clock),
  };
  const ports = options.ports?.(bare) ?? bare;

  function open(number: number): Ring {
    const slot = slots.get(number) ?? { store: memoryRingStore(), alarmAt: null, ring: null };
    slots.set(number, slot);
    const alarm = { arm: (at: number) => void (slot.alarmAt = at) };
    slot.ring ??= new Ring(
      number,
      { store: slot.store, alarm, bus: ports.bus, triggerBus: ports.triggerBus, clock, timer, log },
      settings,
    );
    return slot.ring;
  }

  const cache = new RegistryCache(ports.registry, clock);
  const reader = new CacheReader(ports.results, clock, log);
  const executor: ExecutorPorts = {
    registry: cache,
    router: options.router({ ...ports, registry: cache.writer() }),
    blobs: ports.blobs,
    cache: reader,
    clock,
    timer,
    log,
  };
  const runs = new RunReader(ports);
  const background = (work: Promise<unknown>): void => void work.catch(() => undefined);
  const archive: ArchivePorts = { ...ports, registry: cache, cache: reader, clock, ids, log };
  const kept: SweepPorts = { ...ports, runs, clock, log };
  const buried: DeadLetterPorts = { ...ports, clock, log };
  const { triggerBus } = ports;
  const envelopes = envelopeService(
    { ...executor, coordinator: ports.coordinator, triggerBus, runs, ids, background },
    { rings, leases: settings.leases ?? DEFAULT_LEASES },
  );
  const triggering: TriggerPorts = {
    ...ports,
    registry: cache,
    runs,
    envelopes,
    clock,
    ids,
    log,
    background,
    deadLetters: buried,
  };
  return {
    ports,
    deadLetters: ports.deadLetters,
    services: {
      envelopes,
      nodes: nodeService({ registry: cache.writer(), trust: ports.trust, clock }),
      plans: planService(cache, background),
      runs: runService(runs, ports.sequels),
      triggers: triggerService(triggering),
      control: runControlService(
        { ...executor, coordinator: ports.coordinator, retention: ports.retention, runs, ids },
        rings,
      ),
      search: runSearchService(ports.index),
      removal: runRemovalService({ ...kept, cache: reader }),
      deadLetters: deadLetterService({ ...kept, bus: ports.bus }),
      cache: cacheService({ ...ports, cache: reader }),
      metrics: metricsService({ ...ports, registry: cache, clock, background }),
      health: healthService([], timer),
    },
    async deliver() {
      const { work, replans, events, deadWork, deadReplans, deadEvents } = ports.bus;
      const queues = [work, replans, events, deadWork, deadReplans, deadEvents];
      const waiting = queues.reduce((sum, { size }) => sum + size, 0);
      const { coordinator, limiter } = ports;
      const { tenantSlots = null } = options;
      await work.drain((batch) => consumeWork(batch, { ...executor, coordinator, limiter, tenantSlots }));
      await replans.drain((batch) => consumeReplans(batch, { ...executor, coordinator: ports.coordinator }));
      await events.drain((batch) => consumeEvents("events", batch, { archive, deadLetters: buried }));
      await deadWork.drain((batch) => consumeDeadLetters("execute", batch, buried));
      await deadReplans.drain((batch) => consumeDeadLetters("execute", batch, buried));
      await deadEvents.drain((batch) => consumeDeadLetters("events", batch, buried));
      const triggered = await deliverTriggers(triggerBus, triggering, buried);
      return waiting > 0 || triggered;
    },
    nextAlarm() {
      const armed = [...slots.values()].flatMap(({ alarmAt }) => (alarmAt === null ? [] : [alarmAt]));
      return armed.length === 0 ? null : Math.min(...armed);
    },
    async fireAlarms() {
      for (const [number, slot] of slots) {
        if (slot.alarmAt === null || slot.alarmAt > clock.now()) continue;
        slot.alarmAt = null;
        await open(number).tick();
      }
    },
    evict(number) {
      const slot = slots.get(number);
      if (slot) slot.ring = null;
    },
    sweep: (settings) => sweep(kept, settings, clock.now()),
  };
}
