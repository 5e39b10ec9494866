import { consumeDeadLetters } from "../../src/app/deliver/dead-letter-consumer.ts";
import { consumeEvents } from "../../src/app/deliver/events-consumer.ts";
import { consumeWork } from "../../src/app/execute/execute-consumer.ts";
import { consumeReplans } from "../../src/app/plan/replan-consumer.ts";
import { consumeTriggers } from "../../src/app/triggers/trigger-consumer.ts";
import type { MemoryQueue } from "../../src/infra/memory/queues/queue.ts";
import type { RunCoordinator } from "../../src/spi/run-coordinator.ts";
import type { HandOverAudit } from "./audit/hand-over.ts";
import type { MessageAudit } from "./audit/messages.ts";
import type { Backends } from "./backends.ts";
import { changed, type Plant } from "./bugs/bug.ts";
import { Courier } from "./courier.ts";
import type { ExecutionLog } from "./execution-log.ts";
import type { Isolate } from "./isolate.ts";
import type { Isolates } from "./isolates.ts";
import type { Process } from "./process.ts";
import type { Universe } from "./universe.ts";

export interface Employment {
  readonly backends: Backends;
  readonly isolates: Isolates;
  readonly executions: ExecutionLog;
  readonly messages: MessageAudit;
  readonly handOvers: HandOverAudit;
  readonly plant: Plant;
}

const unwatched = (): void => undefined;

/** Puts a courier on every queue; those of the living have two consumers each, taking turns. */
export function employ(universe: Universe, employment: Employment): void {
  const { backends, isolates, executions, messages, handOvers, plant } = employment;
  const { bus, triggerBus } = backends;
  const consume = plant.consumeWork?.(consumeWork) ?? consumeWork;
  let turn = 0;
  const next = (role: string): Isolate => isolates.get(`${role}-${turn++ % 2 === 0 ? "a" : "b"}`);
  /** What a ring hands over is executed as if it had been delivered. */
  const handing = (coordinator: RunCoordinator, { clock }: Process): RunCoordinator =>
    changed(coordinator, {
      async answer(...asked) {
        const works = await coordinator.answer(...asked);
        handOvers.taken(works);
        for (const work of works) executions.delivered(work, clock.now());
        return works;
      },
    });
  new Courier(universe, {
    name: "work",
    queue: bus.work,
    settled: (delivery, verdict) => messages.workSettled(delivery, verdict),
    consumer() {
      const { process, parts } = next("executor");
      return {
        process,
        consume(batch) {
          for (const { id, body } of batch) {
            executions.delivered(body.work, process.clock.now());
            messages.workDelivered(id, body.work, process.clock.now());
          }
          return consume(batch, { ...parts, coordinator: handing(parts.coordinator, process) });
        },
      };
    },
  });
  new Courier(universe, {
    name: "replans",
    queue: bus.replans,
    settled: unwatched,
    consumer() {
      const { process, parts } = next("executor");
      return { process, consume: (batch) => consumeReplans(batch, parts) };
    },
  });
  new Courier(universe, {
    name: "events",
    queue: bus.events,
    settled: (delivery, verdict) => messages.eventSettled(delivery, verdict),
    consumer() {
      const { process, parts } = next("archiver");
      const archive = plant.archivePorts?.(parts) ?? parts;
      return { process, consume: (batch) => consumeEvents("events", batch, { ...parts, ...archive }) };
    },
  });
  new Courier<unknown>(universe, {
    name: "triggers",
    queue: triggerBus.triggers,
    // Whoever sends a bus message relies on its queue.
    keeps: true,
    settled: unwatched,
    consumer() {
      const { process, parts } = next("trigger");
      return { process, consume: (batch) => consumeTriggers("triggers", batch, parts) };
    },
  });
  const bury = (name: string, queue: MemoryQueue<unknown>, of: string): void =>
    void new Courier<unknown>(universe, {
      name,
      queue,
      keeps: queue === triggerBus.deadTriggers,
      settled: unwatched,
      consumer() {
        const { process, parts } = isolates.get("undertaker");
        return { process, consume: (batch) => consumeDeadLetters(of, batch, parts) };
      },
    });
  bury("dead work", bus.deadWork, "execute-dlq");
  bury("dead replans", bus.deadReplans, "execute-dlq");
  bury("dead events", bus.deadEvents, "events-dlq");
  bury("dead triggers", triggerBus.deadTriggers, "triggers-dlq");
}
