import { deadLetterService, type DeadLetterService } from "../../src/infra/host/dead-letter-service.ts";
import { envelopeService } from "../../src/infra/host/envelope-service.ts";
import type { EventPorts } from "../../src/infra/host/events-consumer.ts";
import type { ExecuteConsumerPorts } from "../../src/infra/host/execute-consumer.ts";
import { silentLog } from "../../src/infra/host/log.ts";
import { RegistryCache } from "../../src/infra/host/registry-cache.ts";
import type { SweepPorts } from "../../src/infra/host/retention/ports.ts";
import type { RingSettings } from "../../src/infra/host/ring.ts";
import { runControlService } from "../../src/infra/host/run-control-service.ts";
import { RunReader } from "../../src/infra/host/run-reader.ts";
import { runRemovalService, type RunRemovalService } from "../../src/infra/host/run-removal.ts";
import { runService } from "../../src/infra/host/run-service.ts";
import type { EnvelopeService, RunControlService, RunService } from "../../src/infra/host/services.ts";
import type { RunBooks } from "../../src/infra/memory/run-books.ts";
import type { BlobStore } from "../../src/spi/blob-store.ts";
import type { Ids } from "../../src/spi/clock.ts";
import type { DeadLetterStore } from "../../src/spi/dead-letter-store.ts";
import type { EventBus } from "../../src/spi/event-bus.ts";
import type { NodeRegistry } from "../../src/spi/node-registry.ts";
import type { RunCoordinator } from "../../src/spi/run-coordinator.ts";
import type { TrustStore } from "../../src/spi/trust-store.ts";
import type { ExecutionLog } from "./execution-log.ts";
import { routerFor } from "./nodes.ts";
import { overNetwork, Process } from "./process.ts";
import type { SimNode } from "./sim-node.ts";
import type { Universe } from "./universe.ts";

/** What lasts: everything behind the network. */
export interface Backends extends RunBooks {
  readonly registry: NodeRegistry;
  readonly blobs: BlobStore;
  readonly trust: TrustStore;
  readonly coordinator: RunCoordinator;
  readonly deadLetters: DeadLetterStore;
  readonly bus: EventBus;
  readonly ids: Ids;
}

export interface IsolateOptions {
  readonly backends: Backends;
  readonly nodes: readonly SimNode[];
  readonly executions: ExecutionLog;
  readonly settings: RingSettings;
  readonly rings: number;
}

/** One life of a Worker isolate: its own clock, caches and handlers, and every port over the network. */
export interface Isolate {
  readonly process: Process;
  readonly envelopes: EnvelopeService;
  readonly runs: RunService;
  readonly control: RunControlService;
  readonly removal: RunRemovalService;
  readonly deadLetters: DeadLetterService;
  readonly execute: ExecuteConsumerPorts;
  readonly events: EventPorts;
  readonly sweep: SweepPorts;
}

/** Isolates by name; the dead are replaced when they are next needed. */
export class Isolates {
  readonly #universe: Universe;
  readonly #options: IsolateOptions;
  readonly #alive = new Map<string, Isolate>();

  constructor(universe: Universe, options: IsolateOptions) {
    this.#universe = universe;
    this.#options = options;
  }

  get(name: string): Isolate {
    const known = this.#alive.get(name);
    if (known && !known.process.dead) return known;
    const isolate = boot(name, this.#universe, this.#options);
    this.#alive.set(name, isolate);
    return isolate;
  }
}

function boot(
  name: string,
  universe: Universe,
  { backends, nodes, executions, settings, rings }: IsolateOptions,
): Isolate {
  const process = new Process(name, universe);
  const { clock, timer } = process;
  const { ids } = backends;
  const log = silentLog;
  const remote = <Port extends object>(port: Port, called: string): Port => overNetwork(port, called, process);
  const cache = new RegistryCache(remote(backends.registry, "registry"), clock);
  const blobs = remote(backends.blobs, "blobs");
  const index = remote(backends.index, "index");
  const coordinator = remote(backends.coordinator, "rings");
  const segments = remote(backends.segments, "segments");
  const deadLetters = remote(backends.deadLetters, "dead letters");
  const bus = remote(backends.bus, "bus");
  const runs = new RunReader({ coordinator, index, blobs });
  const router = routerFor(process, nodes, executions, universe);
  const executor = { registry: cache, router, blobs, clock, timer, log };
  const sweep: SweepPorts = {
    coordinator,
    runs,
    index,
    blobs,
    segments,
    deadLetters,
    retention: remote(backends.retention, "retention"),
    values: remote(backends.values, "values"),
    marks: remote(backends.marks, "marks"),
    clock,
    log,
  };
  const background = (work: Promise<unknown>): void => void work.catch(() => undefined);
  return {
    process,
    envelopes: envelopeService({ ...executor, coordinator, runs, ids, background }, { rings, leases: settings.leases }),
    runs: runService(runs),
    control: runControlService({ ...executor, coordinator, runs, ids }, rings),
    removal: runRemovalService(sweep),
    deadLetters: deadLetterService({ ...sweep, bus }),
    execute: { ...executor, coordinator },
    events: {
      archive: {
        coordinator,
        blobs,
        index,
        segments,
        trust: remote(backends.trust, "trust"),
        registry: cache,
        clock,
        ids,
        log,
      },
      deadLetters: { coordinator, blobs, deadLetters, clock, log },
    },
    sweep,
  };
}
