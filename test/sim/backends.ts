import type { Ring } from "../../src/app/ring/ring.ts";
import { memoryBlobStore } from "../../src/infra/memory/blob-store.ts";
import { memoryDeadLetterStore } from "../../src/infra/memory/dead-letter-store.ts";
import { memoryEventBus, type MemoryEventBus } from "../../src/infra/memory/queues/event-bus.ts";
import { seededIds } from "../../src/infra/memory/ids.ts";
import { memoryLimiter } from "../../src/infra/memory/limiter.ts";
import { memoryNodeRegistry } from "../../src/infra/memory/node-registry.ts";
import { memoryRunBooks, type RunBooks } from "../../src/infra/memory/runs/run-books.ts";
import { memoryRunCoordinator } from "../../src/infra/memory/runs/run-coordinator.ts";
import { memorySequelBook } from "../../src/infra/memory/runs/sequel-book.ts";
import { memoryTriggerBus, type MemoryTriggerBus } from "../../src/infra/memory/queues/trigger-bus.ts";
import { memoryTriggerStore } from "../../src/infra/memory/trigger-store.ts";
import { memoryTrustScores } from "../../src/infra/memory/trust-scores.ts";
import { memoryTrustStore } from "../../src/infra/memory/trust-store.ts";
import type { BlobStore } from "../../src/spi/blob-store.ts";
import type { Ids } from "../../src/spi/clock.ts";
import type { DeadLetterStore } from "../../src/spi/dead-letter-store.ts";
import type { Limiter } from "../../src/spi/limiter.ts";
import type { NodeRegistry } from "../../src/spi/node-registry.ts";
import type { RunCoordinator } from "../../src/spi/run-coordinator.ts";
import type { SequelBook } from "../../src/spi/books/sequel-book.ts";
import type { TriggerStore } from "../../src/spi/trigger-store.ts";
import type { TrustStore } from "../../src/spi/trust-store.ts";
import type { RingCalls } from "./bugs/bug.ts";
import { Process } from "./process.ts";
import type { Universe } from "./universe.ts";

/** What lasts: everything behind the network. */
export interface Backends extends RunBooks {
  readonly registry: NodeRegistry;
  readonly blobs: BlobStore;
  readonly trust: TrustStore;
  readonly coordinator: RunCoordinator;
  readonly deadLetters: DeadLetterStore;
  readonly bus: MemoryEventBus;
  readonly triggerBus: MemoryTriggerBus;
  readonly triggers: TriggerStore;
  readonly sequels: SequelBook;
  readonly limiter: Limiter;
  readonly ids: Ids;
}

/** Everything that lasts, with nobody watching it yet. @param doors the rings as others reach them */
export function openBackends(seed: number, universe: Universe, doors: readonly RingCalls[]): Backends {
  const scores = memoryTrustScores();
  const deadLetters = memoryDeadLetterStore();
  return {
    ...memoryRunBooks(deadLetters),
    registry: memoryNodeRegistry(scores),
    blobs: memoryBlobStore(),
    trust: memoryTrustStore(scores),
    coordinator: memoryRunCoordinator((number) => doors[number] as Ring, doors.length),
    deadLetters,
    bus: memoryEventBus(),
    triggerBus: memoryTriggerBus(),
    triggers: memoryTriggerStore(),
    sequels: memorySequelBook(),
    limiter: memoryLimiter(new Process("limits", universe).clock),
    ids: seededIds(seed),
  };
}
