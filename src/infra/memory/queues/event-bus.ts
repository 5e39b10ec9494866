import { DEAD_QUEUE, QUEUES } from "../../../core/messages/queues.ts";
import type { EventMessage, ExecuteMessage, ReplanMessage } from "../../../core/messages/ring-messages.ts";
import type { EventBus } from "../../../spi/event-bus.ts";
import { MemoryQueue } from "./queue.ts";

/** The event bus in process, with its queues in the open: whoever owns it delivers. */
export interface MemoryEventBus extends EventBus {
  readonly execute: MemoryQueue<ExecuteMessage | ReplanMessage>;
  readonly events: MemoryQueue<EventMessage>;
  readonly deadExecute: MemoryQueue<ExecuteMessage | ReplanMessage>;
  readonly deadEvents: MemoryQueue<EventMessage>;
}

export function memoryEventBus(): MemoryEventBus {
  const deadExecute = new MemoryQueue<ExecuteMessage | ReplanMessage>("dead-execute", DEAD_QUEUE);
  const deadEvents = new MemoryQueue<EventMessage>("dead-events", DEAD_QUEUE);
  const execute = new MemoryQueue<ExecuteMessage | ReplanMessage>("execute", QUEUES.execute, deadExecute);
  const events = new MemoryQueue<EventMessage>("event", QUEUES.events, deadEvents);
  return {
    execute,
    events,
    deadExecute,
    deadEvents,
    publishWork: async (messages) => execute.send(messages),
    publishEvents: async (messages) => events.send(messages),
  };
}
