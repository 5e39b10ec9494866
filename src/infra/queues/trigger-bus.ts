import type { TriggerResult } from "../../../contracts/messages/trigger-result.ts";
import type { TriggerBus, TriggerQueueMessage } from "../../spi/trigger-bus.ts";
import { publish, type Patience, type QueueSender } from "./publish.ts";

/** The queues of triggers and results on Cloudflare Queues. Limits and refusals are those of the event bus. */
export function queuesTriggerBus(
  triggers: QueueSender<TriggerQueueMessage>,
  results: QueueSender<TriggerResult>,
  patience: Patience,
): TriggerBus {
  return {
    publishTriggers: (messages) => publish(triggers, messages, nameOf, patience),
    publishResults: (messages) => publish(results, messages, ({ result_id: id }) => `the result ${id}`, patience),
  };
}

const nameOf = (message: TriggerQueueMessage): string =>
  message.type === "sequel" ? `the news of the end of run ${message.runId}` : "the trigger";
