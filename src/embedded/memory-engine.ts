import { compose, type App } from "../app/compose.ts";
import { driverOf, type Driver, type LocalQueues } from "../app/drive/driver.ts";
import { LocalPools } from "../app/drive/local-pools.ts";
import { LocalRings } from "../app/drive/local-rings.ts";
import type { PoolPorts } from "../app/pools/pool.ts";
import type { Ports, Surroundings } from "../app/ports.ts";
import { DEFAULT_RING, type RingSettings } from "../app/ring/ports.ts";
import { memoryBreakerBoard } from "../infra/memory/breaker-board.ts";
import { memoryBlobStore } from "../infra/memory/blob-store.ts";
import { memoryDeadLetterStore } from "../infra/memory/dead-letter-store.ts";
import { memoryLimiter } from "../infra/memory/limiter.ts";
import { memoryNodeRegistry } from "../infra/memory/node-registry.ts";
import { memoryEventBus, type MemoryEventBus } from "../infra/memory/queues/event-bus.ts";
import { memoryTriggerBus, type MemoryTriggerBus } from "../infra/memory/queues/trigger-bus.ts";
import { memoryRingStore } from "../infra/memory/runs/ring-store.ts";
import { memoryRunBooks } from "../infra/memory/runs/run-books.ts";
import { memoryRunCoordinator } from "../infra/memory/runs/run-coordinator.ts";
import { memorySequelBook } from "../infra/memory/runs/sequel-book.ts";
import { silentLog } from "../infra/memory/silent-log.ts";
import { memorySecrets } from "../infra/memory/secrets.ts";
import { memoryTriggerStore } from "../infra/memory/trigger-store.ts";
import { memoryTrustScores } from "../infra/memory/trust-scores.ts";
import { memoryTrustStore } from "../infra/memory/trust-store.ts";
import type { Pools } from "../spi/pools.ts";

/** The ports of an engine in memory; any of them can be replaced, by a failing one for instance. */
export interface MemoryPorts extends Ports {
  readonly bus: MemoryEventBus;
  readonly triggerBus: MemoryTriggerBus;
}

export interface MemoryEngineOptions extends Pick<Surroundings, "clock" | "timer" | "ids"> {
  readonly handlers: Ports["handlers"];
  /** Who serves envelopes; nobody when absent. */
  readonly bindings?: Ports["bindings"];
  /** None when absent. */
  readonly secrets?: Ports["secrets"];
  readonly log?: Surroundings["log"];
  readonly rings?: number;
  readonly settings?: RingSettings;
  /** How many queued work items of a tenant may be under way at once; absent for any number. */
  readonly tenantSlots?: number;
  /** Whether work may wait for runners here; absent where there are none. */
  readonly pools?: true | Pick<PoolPorts, "book">;
  /** Other Workers, where there are some. */
  readonly workers?: Ports["workers"];
  /** Wraps or replaces ports. */
  readonly ports?: (ports: MemoryPorts) => MemoryPorts;
}

/** The whole system in this process: the same graph as on the platform, over memory adapters and driven by hand. */
export interface MemoryEngine extends App, Driver {
  readonly ports: MemoryPorts;
}

export function memoryEngine(options: MemoryEngineOptions): MemoryEngine {
  const { rings: count = 4, settings = DEFAULT_RING, tenantSlots = null } = options;
  const { clock, timer, log = silentLog } = options;
  const bare = memoryPorts(
    options,
    (number) => rings.open(number),
    () => pools,
  );
  const ports = options.ports?.(bare) ?? bare;
  const rings = new LocalRings(memoryRingStore, ports, settings);
  const pools = new LocalPools(memoryRingStore, {
    ...(typeof options.pools === "object" ? options.pools : {}),
    ...{ coordinator: ports.coordinator, clock, timer, log },
  });
  const app = compose(ports, { rings: count, leases: settings.leases, tenantSlots });
  return { ...app, ...driverOf(app, rings, queuesOf(ports), pools), ports };
}

const queuesOf = ({ bus, triggerBus }: MemoryPorts): LocalQueues => ({
  execute: bus.execute,
  events: bus.events,
  triggers: triggerBus.triggers,
  "execute-dlq": bus.deadExecute,
  "events-dlq": bus.deadEvents,
  "triggers-dlq": triggerBus.deadTriggers,
});

function memoryPorts(
  {
    clock,
    timer,
    ids,
    handlers,
    bindings = [],
    log = silentLog,
    pools,
    workers = null,
    secrets = memorySecrets(),
  }: MemoryEngineOptions,
  open: Parameters<typeof memoryRunCoordinator>[0],
  poolsOf: () => Pools,
): MemoryPorts {
  const scores = memoryTrustScores();
  const deadLetters = memoryDeadLetterStore();
  return {
    ...{ clock, timer, ids, log, handlers, bindings, secrets, deadLetters, workers },
    breakerBoard: memoryBreakerBoard(),
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
    sequels: memorySequelBook(),
    pools: pools ? { at: (id) => poolsOf().at(id) } : null,
  };
}
