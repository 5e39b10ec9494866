import type { MemoryQueue } from "../../src/infra/memory/queues/queue.ts";
import type { Delivery } from "../../src/spi/event-bus.ts";
import type { MessageAudit } from "./audit/messages.ts";
import type { Backends } from "./backends.ts";
import { Courier } from "./courier.ts";
import type { ExecutionLog } from "./execution-log.ts";
import type { Isolate } from "./isolate.ts";
import type { Isolates } from "./isolates.ts";
import type { Universe } from "./universe.ts";

export interface Employment {
  readonly backends: Backends;
  readonly isolates: Isolates;
  readonly executions: ExecutionLog;
  readonly messages: MessageAudit;
}

/** A queue of the world: its messages are taken by an isolate of a role, whose engine knows it by its name. */
interface Post<T> {
  readonly name: string;
  readonly queue: MemoryQueue<T>;
  readonly role: string;
  /** True for a queue that loses nothing. */
  readonly keeps?: boolean;
  /** Sees each batch that reaches a consumer, and each word a consumer says that counts. */
  readonly delivered?: (batch: readonly Delivery<T>[], isolate: Isolate) => void;
  readonly settled?: (delivery: Delivery<T>, verdict: "ack" | "retry") => void;
}

/** Puts a courier on every queue; those of the living have two consumers each, taking turns. */
export function employ(universe: Universe, { backends, isolates, executions, messages }: Employment): void {
  const { bus, triggerBus } = backends;
  let turn = 0;
  const next = (role: string): Isolate => isolates.get(`${role}-${turn++ % 2 === 0 ? "a" : "b"}`);
  const post = <T>({ name, queue, role, keeps = false, delivered, settled }: Post<T>): void =>
    void new Courier<T>(universe, {
      name,
      queue,
      keeps,
      settled: settled ?? (() => undefined),
      consumer() {
        const isolate = role === "undertaker" ? isolates.get(role) : next(role);
        return {
          process: isolate.process,
          consume(batch) {
            delivered?.(batch, isolate);
            return isolate.consume(name, batch);
          },
        };
      },
    });
  post({
    name: "execute",
    queue: bus.execute,
    role: "executor",
    delivered(batch, { process: { clock } }) {
      const now = clock.now();
      for (const { id, body } of batch) {
        if (body.type !== "work") continue;
        executions.delivered(body.work, now);
        messages.workDelivered(id, body.work, now);
      }
    },
    settled: (delivery, verdict) => messages.workSettled(delivery, verdict),
  });
  post({
    name: "events",
    queue: bus.events,
    role: "archiver",
    settled: (delivery, verdict) => messages.eventSettled(delivery, verdict),
  });
  // Whoever sends a bus message relies on its queue.
  post({ name: "triggers", queue: triggerBus.triggers, role: "trigger", keeps: true });
  post({ name: "execute-dlq", queue: bus.deadExecute, role: "undertaker" });
  post({ name: "events-dlq", queue: bus.deadEvents, role: "undertaker" });
  post({ name: "triggers-dlq", queue: triggerBus.deadTriggers, role: "undertaker", keeps: true });
}
