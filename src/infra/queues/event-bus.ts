import type { EventMessage, ExecuteMessage, ReplanMessage } from "../../core/messages/ring-messages.ts";
import type { EventBus } from "../../spi/event-bus.ts";
import { publish, type Patience, type QueueSender } from "./publish.ts";

export type { QueueSender } from "./publish.ts";

/**
 * The event bus on Cloudflare Queues. Messages travel as JSON. A message over the platform's limit is refused by name
 * before anything of the same call is sent, and not retryable: it will not get smaller.
 */
export function queuesEventBus(
  execute: QueueSender<ExecuteMessage | ReplanMessage>,
  events: QueueSender<EventMessage>,
  patience: Patience,
): EventBus {
  return {
    publishWork: (messages) => publish(execute, messages, workName, patience),
    publishEvents: (messages) => publish(events, messages, eventName, patience),
  };
}

const workName = (message: ExecuteMessage | ReplanMessage): string =>
  message.type === "work"
    ? `the work item of run ${message.work.runId}, segment ${message.work.segment}`
    : `the question of run ${message.runId} for another plan`;
const eventName = (event: EventMessage): string =>
  event.type === "archive"
    ? `the archive event of ring ${event.ring}, batch ${event.batch}`
    : `the news of ${event.runs.length} unfinished runs`;
