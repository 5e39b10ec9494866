import type { LeaseSettings } from "../core/run/model/event.ts";
import type { Delivery } from "../spi/event-bus.ts";
import type { Services } from "./services.ts";
import { ArchiveIndex } from "./archive/archive-index.ts";
import { runRemovalService } from "./archive/run-removal.ts";
import { RunStarter } from "./begin/run-starter.ts";
import { CacheReader } from "./cache/cache-reader.ts";
import { cacheService } from "./cache/cache-service.ts";
import { consumeQueue } from "./deliver/consume-queue.ts";
import { MESSAGES, type MessageTable } from "./deliver/message-table.ts";
import { deadLetterService } from "./deliver/dead-letter-service.ts";
import { HandlerRouter } from "./execute/handler-router.ts";
import type { RuntimeHost } from "./host/runtime-host.ts";
import { serviceHandler } from "./host/service-handler.ts";
import { runtimeHost } from "./host/runtime-host.ts";
import { handlerService } from "./insight/handler-service.ts";
import { healthService, keptHealth } from "./insight/health-service.ts";
import { metricsService } from "./insight/metrics-service.ts";
import { envelopeService, type EnvelopeService } from "./operations/envelope-service.ts";
import { Planner } from "./plan/planner.ts";
import { planService } from "./plan/plan-service.ts";
import type { Ports } from "./ports.ts";
import { quarantineService } from "./quarantine/quarantine-service.ts";
import { POOL_KINDS, poolHandler } from "./pools/pool-handler.ts";
import { poolService } from "./pools/pool-service.ts";
import { stepLogService } from "./pools/step-log-service.ts";
import { workItemService } from "./pools/work-item-service.ts";
import { nodeService } from "./registry/node-service.ts";
import { RegistryCache } from "./registry/registry-cache.ts";
import { runControlService } from "./runs/run-control-service.ts";
import { RunReader } from "./runs/run-reader.ts";
import { runSearchService } from "./runs/run-search.ts";
import { runService } from "./runs/run-service.ts";
import { triggerService } from "./triggers/trigger-service.ts";

export interface Settings {
  /** How many rings there are, 1 to 256. */
  readonly rings: number;
  readonly leases: LeaseSettings;
  /** How many queued work items of one tenant may be under way at once; null for any number. */
  readonly tenantSlots: number | null;
}

/** The ports, and what an isolate has made of them for itself. Every loop and service takes what it needs from here. */
export interface Parts extends Omit<Ports, "registry" | "handlers" | "index"> {
  /** The index of all runs. */
  readonly index: ArchiveIndex;
  readonly registry: RegistryCache;
  readonly cache: CacheReader;
  readonly runs: RunReader;
  readonly router: HandlerRouter;
  readonly host: RuntimeHost;
  readonly planner: Planner;
  readonly starter: RunStarter;
  readonly envelopes: EnvelopeService;
  readonly tenantSlots: number | null;
}

/** One engine. */
export interface App {
  readonly services: Services;
  /** Takes a batch of a queue of ours. Never rejects: what cannot be settled otherwise is delivered again. */
  readonly consume: (queue: string, deliveries: readonly Delivery<unknown>[]) => Promise<void>;
  readonly parts: Parts;
}

/** Stand-ins for parts of the graph, each made from the right one: for whoever watches an engine, or breaks it. */
export interface Seams {
  readonly registry?: (right: RegistryCache) => RegistryCache;
  readonly envelopes?: (right: EnvelopeService) => EnvelopeService;
  readonly messages?: (right: MessageTable) => MessageTable;
}

/** The one graph of services, whatever its ports are made of. */
export function compose(ports: Ports, settings: Settings, seams: Seams = {}): App {
  const parts = partsOf(ports, settings, seams);
  const { registry, index, runs, envelopes, planner, timer, clock } = parts;
  const services: Services = {
    envelopes,
    nodes: nodeService({ ...parts, registry: registry.writer(), remembered: registry }),
    plans: planService(planner),
    runs: runService(runs, parts),
    control: runControlService(parts),
    search: runSearchService(index),
    removal: runRemovalService(parts),
    deadLetters: deadLetterService(parts),
    quarantine: quarantineService(parts),
    triggers: triggerService(parts),
    pools: poolService(parts),
    workItems: workItemService(parts),
    logs: stepLogService(parts),
    cache: cacheService(parts),
    metrics: metricsService(parts),
    handlers: handlerService(parts),
    health: keptHealth(healthService([...probes(ports), handlersProbe(parts.host)], timer), clock),
  };
  const table = seams.messages?.(MESSAGES) ?? MESSAGES;
  return { services, parts, consume: (queue, deliveries) => consumeQueue(queue, deliveries, parts, table) };
}

function partsOf(ports: Ports, { rings, leases, tenantSlots }: Settings, seams: Seams): Parts {
  const { clock, log, blobs, ids } = ports;
  const cached = new RegistryCache(ports.registry, clock, ports.timer, log, spreadOf(ids));
  const registry = seams.registry?.(cached) ?? cached;
  const router = new HandlerRouter();
  const host = runtimeHost(ports);
  const { pools, workers } = ports;
  const index = new ArchiveIndex(ports);
  const served = [
    ...ports.handlers({ registry: registry.writer(), blobs, clock, ids }),
    ...host.handlers,
    ...(workers === null ? [] : [serviceHandler({ ...ports, workers, breakers: host.breakers })]),
    ...(pools === null ? [] : POOL_KINDS.map((kind) => poolHandler(kind, pools, clock))),
  ];
  for (const handler of served) router.register(handler);
  const made = {
    ...ports,
    index,
    registry,
    router: router.freeze(),
    host,
    planner: new Planner(registry, router.served, ports.background),
    cache: new CacheReader(ports.results, clock, log),
    runs: new RunReader({ ...ports, index }),
    tenantSlots,
  };
  const started = { ...made, starter: new RunStarter(made, { rings, leases }) };
  const envelopes = envelopeService(started);
  return { ...started, envelopes: seams.envelopes?.(envelopes) ?? envelopes };
}

/** A share of one that stays with this engine, drawn when it is first needed: no isolate may draw while it starts. */
function spreadOf(ids: Ports["ids"]): () => number {
  let share: number | null = null;
  return () => (share ??= ids.ring(SHARES) / SHARES);
}

const SHARES = 1_024;

/** The handlers that are bound. A target that is left alone is its own trouble, not the deployment's. */
const handlersProbe = ({ router, breakers }: RuntimeHost) => ({
  name: "handlers",
  check: async () => `${router.types.join(", ") || "none"}; ${breakers.refusing} targets left alone`,
});

/** What must answer for anything else to work. Rings are left out: there are many, and each is asked by its own runs. */
const probes = ({ registry, blobs }: Ports) => [
  { name: "registry", check: async () => `version ${await registry.version("default")}` },
  { name: "blobs", check: () => blobs.get("health").then(() => "readable") },
];
