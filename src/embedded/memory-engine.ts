import { compose, type Parts } from "../app/compose.ts";
import { consumeDeadLetters } from "../app/deliver/dead-letter-consumer.ts";
import { consumeEvents } from "../app/deliver/events-consumer.ts";
import { LocalRings } from "../app/drive/local-rings.ts";
import { consumeWork } from "../app/execute/execute-consumer.ts";
import { consumeReplans } from "../app/plan/replan-consumer.ts";
import type { Ports, Surroundings } from "../app/ports.ts";
import { DEFAULT_RING, type RingSettings } from "../app/ring/ports.ts";
import type { Services } from "../app/services.ts";
import { sweep, type SweepReport, type SweepSettings } from "../app/sweep/sweep.ts";
import { consumeTriggers } from "../app/triggers/trigger-consumer.ts";
import { memoryBlobStore } from "../infra/memory/blob-store.ts";
import { memoryDeadLetterStore } from "../infra/memory/dead-letter-store.ts";
import { memoryLimiter } from "../infra/memory/limiter.ts";
import { memoryNodeRegistry } from "../infra/memory/node-registry.ts";
import { memoryEventBus, type MemoryEventBus } from "../infra/memory/queues/event-bus.ts";
import { memoryTriggerBus, type MemoryTriggerBus } from "../infra/memory/queues/trigger-bus.ts";
import { memoryRingStore } from "../infra/memory/runs/ring-store.ts";
import { memoryRunBooks } from "../infra/memory/runs/run-books.ts";
import { memoryRunCoordinator } from "../infra/memory/runs/run-coordinator.ts";
import { memorySequelLedger } from "../infra/memory/runs/sequel-ledger.ts";
import { silentLog } from "../infra/memory/silent-log.ts";
import { memoryTriggerStore } from "../infra/memory/trigger-store.ts";
import { memoryTrustScores } from "../infra/memory/trust-scores.ts";
import { memoryTrustStore } from "../infra/memory/trust-store.ts";

/** The ports of an engine in memory; any of them can be replaced, by a failing one for instance. */
export interface MemoryPorts extends Ports {
  readonly bus: MemoryEventBus;
  readonly triggerBus: MemoryTriggerBus;
}

export interface MemoryEngineOptions extends Pick<Surroundings, "clock" | "timer" | "ids"> {
  readonly handlers: Ports["handlers"];
  readonly log?: Surroundings["log"];
  readonly rings?: number;
  readonly settings?: RingSettings;
  /** How many queued work items of a tenant may be under way at once; absent for any number. */
  readonly tenantSlots?: number;
  /** Wraps or replaces ports. */
  readonly ports?: (ports: MemoryPorts) => MemoryPorts;
}

/** The whole system in this process: the same graph as on the platform, over memory adapters and driven by hand. */
export interface MemoryEngine {
  readonly ports: MemoryPorts;
  readonly parts: Parts;
  readonly services: Services;
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

export function memoryEngine(options: MemoryEngineOptions): MemoryEngine {
  const { rings: count = 4, settings = DEFAULT_RING, tenantSlots = null } = options;
  const bare = memoryPorts(options, (number) => rings.open(number));
  const ports = options.ports?.(bare) ?? bare;
  const rings = new LocalRings(memoryRingStore, ports, settings);
  const { services, parts } = compose(ports, { rings: count, leases: settings.leases, tenantSlots });
  return {
    ports,
    parts,
    services,
    deliver: () => deliver(ports, parts),
    nextAlarm: () => rings.nextAlarm(),
    fireAlarms: () => rings.fireAlarms(),
    evict: (number) => rings.evict(number),
    sweep: (settings) => sweep(parts, settings, parts.clock.now()),
  };
}

function memoryPorts(
  { clock, timer, ids, handlers, log = silentLog }: MemoryEngineOptions,
  open: Parameters<typeof memoryRunCoordinator>[0],
): MemoryPorts {
  const scores = memoryTrustScores();
  const deadLetters = memoryDeadLetterStore();
  return {
    ...{ clock, timer, ids, log, handlers, deadLetters },
    ...memoryRunBooks(deadLetters),
    background: (work) => void work.catch(() => undefined),
    registry: memoryNodeRegistry(scores),
    trust: memoryTrustStore(scores),
    blobs: memoryBlobStore(),
    bus: memoryEventBus(),
    triggerBus: memoryTriggerBus(),
    coordinator: memoryRunCoordinator(open),
    limiter: memoryLimiter(clock),
    triggers: memoryTriggerStore(),
    sequels: memorySequelLedger(),
  };
}

async function deliver({ bus, triggerBus }: MemoryPorts, parts: Parts): Promise<boolean> {
  const { work, replans, events, deadWork, deadReplans, deadEvents } = bus;
  const { triggers, deadTriggers } = triggerBus;
  const queues = [work, replans, events, deadWork, deadReplans, deadEvents, triggers, deadTriggers];
  const waiting = queues.reduce((sum, { size }) => sum + size, 0);
  await work.drain((batch) => consumeWork(batch, parts));
  await replans.drain((batch) => consumeReplans(batch, parts));
  await events.drain((batch) => consumeEvents("events", batch, parts));
  await deadWork.drain((batch) => consumeDeadLetters("execute", batch, parts));
  await deadReplans.drain((batch) => consumeDeadLetters("execute", batch, parts));
  await deadEvents.drain((batch) => consumeDeadLetters("events", batch, parts));
  const triggered = triggers.size + deadTriggers.size > 0;
  await triggers.drain((batch) => consumeTriggers("triggers", batch, parts));
  await deadTriggers.drain((batch) => consumeDeadLetters("triggers", batch, parts));
  return waiting > 0 || triggered;
}
