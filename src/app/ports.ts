import type { BlobStore } from "../spi/blob-store.ts";
import type { BreakerBoard } from "../spi/breaker-board.ts";
import type { Clock, Ids } from "../spi/clock.ts";
import type { DeadLetterStore } from "../spi/dead-letter-store.ts";
import type { HandlerBinding } from "../spi/envelope-handler.ts";
import type { EventBus } from "../spi/event-bus.ts";
import type { Figures } from "../spi/books/figures.ts";
import type { BoundWorkers, Handler } from "../spi/handler.ts";
import type { Limiter } from "../spi/limiter.ts";
import type { Log } from "../spi/log.ts";
import type { NodeRegistry } from "../spi/node-registry.ts";
import type { QuarantineIndex } from "../spi/books/quarantine-index.ts";
import type { Pools } from "../spi/pools.ts";
import type { Secrets } from "../spi/secrets.ts";
import type { ResultCache } from "../spi/result-cache.ts";
import type { RunCoordinator } from "../spi/run-coordinator.ts";
import type { RunIndex } from "../spi/run-index.ts";
import type { RunParts } from "../spi/books/run-parts.ts";
import type { RunRetention } from "../spi/books/run-retention.ts";
import type { ArchiveBook } from "../spi/books/archive-book.ts";
import type { SequelBook } from "../spi/books/sequel-book.ts";
import type { SweepMarks } from "../spi/books/sweep-marks.ts";
import type { Timer } from "../spi/timer.ts";
import type { TriggerBus } from "../spi/trigger-bus.ts";
import type { TriggerStore } from "../spi/trigger-store.ts";
import type { TrustStore } from "../spi/trust-store.ts";
import type { ValueBook } from "../spi/books/value-book.ts";

/** Where an engine runs: time, chance, and who hears of it. */
export interface Surroundings {
  readonly clock: Clock;
  readonly timer: Timer;
  readonly ids: Ids;
  readonly log: Log;
  /** Keeps work alive after the answer. */
  readonly background: (work: Promise<unknown>) => void;
}

/**
 * Everything an engine stands on. The Worker, the command, the tests and the simulator each bring all of it: a port that
 * one of them lacks does not compile there.
 */
export interface Ports extends Surroundings {
  readonly registry: NodeRegistry;
  readonly trust: TrustStore;
  readonly blobs: BlobStore;
  readonly bus: EventBus;
  readonly triggerBus: TriggerBus;
  readonly coordinator: RunCoordinator;
  readonly limiter: Limiter;
  readonly deadLetters: DeadLetterStore;
  readonly triggers: TriggerStore;
  readonly sequels: SequelBook;
  /** Runs that have index rows of their own. */
  readonly index: RunIndex;
  /** Runs that are found by the indices of their archive objects. */
  readonly parts: RunParts;
  readonly retention: RunRetention;
  readonly archiveBook: ArchiveBook;
  readonly values: ValueBook;
  readonly marks: SweepMarks;
  /** Where work waits for runners; null where there are none, and their nodes are no part of any plan. */
  readonly pools: Pools | null;
  /** Other Workers; null where none can be bound, and their nodes are no part of any plan. */
  readonly workers: BoundWorkers | null;
  readonly results: ResultCache;
  readonly figures: Figures;
  readonly quarantine: QuarantineIndex;
  /** Who serves envelopes, one a type of handler. */
  readonly bindings: readonly HandlerBinding[];
  readonly breakerBoard: BreakerBoard;
  /** Secrets by name, for the calls that need them. */
  readonly secrets: Secrets;
  /** Who executes nodes, one a type of entrypoint. Called once. */
  readonly handlers: (world: HandlerWorld) => readonly Handler[];
}

/** What handlers get of the engine they work for. */
export interface HandlerWorld extends Pick<Ports, "blobs" | "clock" | "ids"> {
  /** What is written through it is seen by this engine at once. */
  readonly registry: NodeRegistry;
}
