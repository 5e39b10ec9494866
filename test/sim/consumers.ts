import { consumeDeadLetters } from "../../src/infra/host/dead-letter-consumer.ts";
import { consumeEvents } from "../../src/infra/host/events-consumer.ts";
import { consumeWork } from "../../src/infra/host/execute-consumer.ts";
import type { MemoryEventBus } from "../../src/infra/memory/event-bus.ts";
import type { MessageAudit } from "./audit/messages.ts";
import type { Plant } from "./bugs/bug.ts";
import { Courier } from "./courier.ts";
import type { ExecutionLog } from "./execution-log.ts";
import type { Isolate, Isolates } from "./isolates.ts";
import type { Universe } from "./universe.ts";

export interface Employment {
  readonly bus: MemoryEventBus;
  readonly isolates: Isolates;
  readonly executions: ExecutionLog;
  readonly messages: MessageAudit;
  readonly plant: Plant;
}

/** Puts a courier on every queue; works and events have two consumers each, taking turns. */
export function employ(universe: Universe, { bus, isolates, executions, messages, plant }: Employment): void {
  const consume = plant.consumeWork?.(consumeWork) ?? consumeWork;
  let turn = 0;
  const next = (role: string): Isolate => isolates.get(`${role}-${turn++ % 2 === 0 ? "a" : "b"}`);
  new Courier(universe, {
    name: "work",
    queue: bus.work,
    settled: (delivery, verdict) => messages.workSettled(delivery, verdict),
    consumer() {
      const { process, execute } = next("executor");
      return {
        process,
        consume(batch) {
          for (const { id, body } of batch) {
            executions.delivered(body.work, process.clock.now());
            messages.workDelivered(id, body.work, process.clock.now());
          }
          return consume(batch, execute);
        },
      };
    },
  });
  new Courier(universe, {
    name: "events",
    queue: bus.events,
    settled: (delivery, verdict) => messages.eventSettled(delivery, verdict),
    consumer() {
      const { process, events } = next("archiver");
      const archive = plant.archivePorts?.(events.archive) ?? events.archive;
      return { process, consume: (batch) => consumeEvents("events", batch, { ...events, archive }) };
    },
  });
  const bury = (name: string) => () => {
    const { process, events } = isolates.get("undertaker");
    return {
      process,
      consume: (batch: Parameters<typeof consumeDeadLetters>[1]) => consumeDeadLetters(name, batch, events.deadLetters),
    };
  };
  const settled = (): void => undefined;
  new Courier<unknown>(universe, { name: "dead work", queue: bus.deadWork, settled, consumer: bury("execute-dlq") });
  new Courier<unknown>(universe, { name: "dead events", queue: bus.deadEvents, settled, consumer: bury("events-dlq") });
}
