import type { TriggerResult } from "../../../../contracts/messages/trigger-result.ts";
import type { TriggerBus, TriggerQueueMessage } from "../../../spi/trigger-bus.ts";
import { DEAD_QUEUE, QUEUES } from "../../../core/messages/queues.ts";
import { MemoryQueue } from "./queue.ts";

/** The queues of triggers and results in process, in the open: whoever owns them delivers. */
export interface MemoryTriggerBus extends TriggerBus {
  /** Takes anything, as the real queue does. */
  readonly triggers: MemoryQueue<unknown>;
  readonly deadTriggers: MemoryQueue<unknown>;
  /** Nobody here consumes it. */
  readonly results: MemoryQueue<TriggerResult>;
}

export function memoryTriggerBus(): MemoryTriggerBus {
  const deadTriggers = new MemoryQueue<unknown>("dead-triggers", DEAD_QUEUE);
  const triggers = new MemoryQueue<unknown>("trigger", QUEUES.triggers, deadTriggers);
  const results = new MemoryQueue<TriggerResult>("result", { maxRetries: 0 });
  return {
    triggers,
    deadTriggers,
    results,
    publishTriggers: async (messages: readonly TriggerQueueMessage[]) => triggers.send(messages),
    publishResults: async (messages) => results.send(messages),
  };
}
