import type { EventMessage, ExecuteMessage, ReplanMessage } from "../../../core/run/dispatch/work.ts";
import type { EventBus } from "../../../spi/event-bus.ts";
import { MemoryQueue } from "./queue.ts";

/**
 * The event bus in process, with its queues in the open: whoever owns it delivers. Questions for another plan, which
 * travel on the execute queue, wait apart from works here.
 */
export interface MemoryEventBus extends EventBus {
  readonly work: MemoryQueue<ExecuteMessage>;
  readonly replans: MemoryQueue<ReplanMessage>;
  readonly events: MemoryQueue<EventMessage>;
  readonly deadWork: MemoryQueue<ExecuteMessage>;
  readonly deadReplans: MemoryQueue<ReplanMessage>;
  readonly deadEvents: MemoryQueue<EventMessage>;
}

export interface MemoryEventBusOptions {
  readonly workRetries?: number;
  readonly eventRetries?: number;
}

/** Retries default to what wrangler.toml configures for the real queues. */
export function memoryEventBus({ workRetries = 3, eventRetries = 5 }: MemoryEventBusOptions = {}): MemoryEventBus {
  const deadWork = new MemoryQueue<ExecuteMessage>("dead-work", { maxRetries: 5 });
  const deadReplans = new MemoryQueue<ReplanMessage>("dead-replans", { maxRetries: 5 });
  const deadEvents = new MemoryQueue<EventMessage>("dead-events", { maxRetries: 5 });
  const work = new MemoryQueue<ExecuteMessage>("work", { maxRetries: workRetries }, deadWork);
  const replans = new MemoryQueue<ReplanMessage>("replan", { maxRetries: workRetries }, deadReplans);
  const events = new MemoryQueue<EventMessage>("event", { maxRetries: eventRetries }, deadEvents);
  return {
    work,
    replans,
    events,
    deadWork,
    deadReplans,
    deadEvents,
    publishWork: async (messages) => {
      work.send(messages.filter((message) => message.type === "work"));
      replans.send(messages.filter((message) => message.type === "replan"));
    },
    publishEvents: async (messages) => events.send(messages),
  };
}
