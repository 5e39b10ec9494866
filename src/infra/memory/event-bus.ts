import type { EventMessage, ExecuteMessage } from "../../core/run/work.ts";
import type { EventBus } from "../../spi/event-bus.ts";
import { MemoryQueue } from "./queue.ts";

/** The event bus in process, with its queues in the open: whoever owns it delivers. */
export interface MemoryEventBus extends EventBus {
  readonly work: MemoryQueue<ExecuteMessage>;
  readonly events: MemoryQueue<EventMessage>;
  readonly deadWork: MemoryQueue<ExecuteMessage>;
  readonly deadEvents: MemoryQueue<EventMessage>;
}

export interface MemoryEventBusOptions {
  readonly workRetries?: number;
  readonly eventRetries?: number;
}

/** Retries default to what wrangler.toml configures for the real queues. */
export function memoryEventBus({ workRetries = 3, eventRetries = 5 }: MemoryEventBusOptions = {}): MemoryEventBus {
  const deadWork = new MemoryQueue<ExecuteMessage>("dead-work", { maxRetries: 5 });
  const deadEvents = new MemoryQueue<EventMessage>("dead-events", { maxRetries: 5 });
  const work = new MemoryQueue<ExecuteMessage>("work", { maxRetries: workRetries }, deadWork);
  const events = new MemoryQueue<EventMessage>("event", { maxRetries: eventRetries }, deadEvents);
  return {
    work,
    events,
    deadWork,
    deadEvents,
    publishWork: async (messages) => work.send(messages),
    publishEvents: async (messages) => events.send(messages),
  };
}
