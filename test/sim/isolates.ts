import type { ArchivePorts } from "../../src/infra/host/archive-consumer.ts";
import type { DeadLetterPorts } from "../../src/infra/host/dead-letter-consumer.ts";
import { envelopeService } from "../../src/infra/host/envelope-service.ts";
import type { ExecuteConsumerPorts } from "../../src/infra/host/execute-consumer.ts";
import { silentLog } from "../../src/infra/host/log.ts";
import { RegistryCache } from "../../src/infra/host/registry-cache.ts";
import type { RingSettings } from "../../src/infra/host/ring.ts";
import { RunReader } from "../../src/infra/host/run-reader.ts";
import { runService } from "../../src/infra/host/run-service.ts";
import type { EnvelopeService, RunService } from "../../src/infra/host/services.ts";
import type { BlobStore } from "../../src/spi/blob-store.ts";
import type { Ids } from "../../src/spi/clock.ts";
import type { DeadLetterStore } from "../../src/spi/dead-letter-store.ts";
import type { NodeRegistry } from "../../src/spi/node-registry.ts";
import type { RunCoordinator } from "../../src/spi/run-coordinator.ts";
import type { RunIndex } from "../../src/spi/run-index.ts";
import type { TrustStore } from "../../src/spi/trust-store.ts";
import type { ExecutionLog } from "./execution-log.ts";
import { routerFor } from "./nodes.ts";
import { overNetwork, Process } from "./process.ts";
import type { SimNode } from "./scenario.ts";
import type { Universe } from "./universe.ts";

/** What lasts: everything behind the network. */
export interface Backends {
  readonly registry: NodeRegistry;
  readonly blobs: BlobStore;
  readonly index: RunIndex;
  readonly trust: TrustStore;
  readonly coordinator: RunCoordinator;
  readonly deadLetters: DeadLetterStore;
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
  readonly coordinator: RunCoordinator;
  readonly execute: ExecuteConsumerPorts;
  readonly archive: ArchivePorts;
  readonly deadLetters: DeadLetterPorts;
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

function boot(name: string, universe: Universe, { backends, nodes, executions, settings, rings }: IsolateOptions): Isolate {
  const process = new Process(name, universe);
  const { clock, timer } = process;
  const { ids } = backends;
  const log = silentLog;
  const registry = new RegistryCache(overNetwork(backends.registry, "registry", process), clock);
  const blobs = overNetwork(backends.blobs, "blobs", process);
  const index = overNetwork(backends.index, "index", process);
  const trust = overNetwork(backends.trust, "trust", process);
  const coordinator = overNetwork(backends.coordinator, "rings", process);
  const router = routerFor(process, nodes, executions, universe);
  const executor = { registry, router, blobs, clock, timer, log };
  const runs = new RunReader({ coordinator, index, blobs });
  const background = (work: Promise<unknown>): void => void work.catch(() => undefined);
  return {
    process,
    envelopes: envelopeService(
      { ...executor, coordinator, runs, ids, background },
      { rings, leases: settings.leases },
    ),
    runs: runService(runs),
    coordinator,
    execute: { ...executor, coordinator },
    archive: { coordinator, blobs, index, trust, registry, clock, ids, log },
    deadLetters: {
      coordinator,
      blobs,
      deadLetters: overNetwork(backends.deadLetters, "dead letters", process),
      clock,
      log,
    },
  };
}
