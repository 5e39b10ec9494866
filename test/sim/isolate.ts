import { CacheReader } from "../../src/app/cache/cache-reader.ts";
import { deadLetterService, type DeadLetterService } from "../../src/app/deliver/dead-letter-service.ts";
import { envelopeService, type EnvelopeService } from "../../src/app/operations/envelope-service.ts";
import type { EventPorts } from "../../src/app/deliver/events-consumer.ts";
import type { ExecuteConsumerPorts } from "../../src/app/execute/execute-consumer.ts";
import { silentLog } from "../../src/infra/memory/silent-log.ts";
import { RegistryCache } from "../../src/app/registry/registry-cache.ts";
import type { ReplanPorts } from "../../src/app/plan/replan-consumer.ts";
import type { SweepPorts } from "../../src/app/sweep/ports.ts";
import type { RingSettings } from "../../src/app/ring/ports.ts";
import { runControlService, type RunControlService } from "../../src/app/runs/run-control-service.ts";
import { RunReader } from "../../src/app/runs/run-reader.ts";
import { runRemovalService, type RunRemovalService } from "../../src/app/archive/run-removal.ts";
import { runService, type RunService } from "../../src/app/runs/run-service.ts";
import type { TriggerPorts } from "../../src/app/triggers/take-trigger.ts";
import type { NodeRegistry } from "../../src/spi/node-registry.ts";
import type { Backends } from "./backends.ts";
import type { Plant } from "./bugs/bug.ts";
import type { ExecutionLog } from "./execution-log.ts";
import { routerFor } from "./nodes.ts";
import { overNetwork, Process } from "./process.ts";
import type { SimNode } from "./sim-node.ts";
import type { Universe } from "./universe.ts";

export interface IsolateOptions {
  readonly backends: Backends;
  readonly nodes: readonly SimNode[];
  readonly executions: ExecutionLog;
  readonly settings: RingSettings;
  readonly rings: number;
  readonly tenantSlots: number | null;
  readonly plant: Plant;
}

/** One life of a Worker isolate: its own clock, caches and handlers, and every port over the network. */
export interface Isolate {
  readonly process: Process;
  readonly registry: NodeRegistry;
  readonly envelopes: EnvelopeService;
  readonly runs: RunService;
  readonly control: RunControlService;
  readonly removal: RunRemovalService;
  readonly deadLetters: DeadLetterService;
  readonly execute: ExecuteConsumerPorts;
  readonly replan: ReplanPorts;
  readonly events: EventPorts;
  readonly triggers: TriggerPorts;
  readonly sweep: SweepPorts;
}

export function bootIsolate(name: string, universe: Universe, options: IsolateOptions): Isolate {
  const { nodes, executions, settings, rings, tenantSlots, plant } = options;
  const process = new Process(name, universe);
  const { clock, timer } = process;
  const { ids } = options.backends;
  const log = silentLog;
  const far = farPorts(options.backends, process);
  const { coordinator, blobs, index, triggerBus } = far;
  const registry = new RegistryCache(far.registry, clock);
  const cache = new CacheReader(far.results, clock, log);
  const runs = new RunReader({ coordinator, index, blobs });
  const router = routerFor(process, nodes, executions, universe);
  const seen = plant.registry?.(registry) ?? registry;
  const executor = { registry: seen, router, blobs, cache, clock, timer, log };
  const sweep: SweepPorts = { ...far, runs, clock, log };
  const deadLetters = { ...far, clock, log };
  const background = (work: Promise<unknown>): void => void work.catch(() => undefined);
  const right = envelopeService(
    { ...executor, coordinator, runs, ids, background, triggerBus },
    { rings, leases: settings.leases },
  );
  const envelopes = plant.envelopes?.(right) ?? right;
  return {
    process,
    registry: registry.writer(),
    envelopes,
    runs: runService(runs, far.sequels),
    control: runControlService({ ...executor, coordinator, runs, ids, retention: far.retention }, rings),
    removal: runRemovalService({ ...sweep, cache }),
    deadLetters: deadLetterService({ ...sweep, bus: far.bus, triggerBus }),
    execute: { ...executor, coordinator, limiter: far.limiter, tenantSlots },
    replan: { coordinator, registry, log },
    events: { archive: { ...far, registry, cache, clock, ids, log }, deadLetters },
    triggers: { ...far, runs, envelopes, registry, clock, ids, log, background, deadLetters },
    sweep,
  };
}

/** Everything that lasts, as an isolate reaches it. */
function farPorts(backends: Backends, process: Process): Backends {
  const names = { deadLetters: "dead letters", coordinator: "rings", triggerBus: "trigger bus", limiter: "limits" };
  const far = (name: string, port: unknown): unknown =>
    typeof port === "object" && port !== null && name !== "ids"
      ? overNetwork(port, (names as Readonly<Record<string, string>>)[name] ?? name, process)
      : port;
  return Object.fromEntries(Object.entries(backends).map(([name, port]) => [name, far(name, port)])) as never;
}
