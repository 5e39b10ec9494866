import type { TriggerResult } from "../../../contracts/messages/trigger-result.ts";
import type { TriggerBus, TriggerQueueMessage } from "../../spi/trigger-bus.ts";
import { publish, type QueueSender } from "./publish.ts";

/** The queues of triggers and results on Cloudflare Queues. Limits and refusals are those of the event bus. */
export function queuesTriggerBus(
  triggers: QueueSender<TriggerQueueMessage>,
  results: QueueSender<TriggerResult>,
): TriggerBus {
  return {
    publishTriggers: (messages) => publish(triggers, messages, nameOf),
    publishResults: (messages) => publish(results, messages, ({ result_id: id }) => `the result ${id}`),
  };
}

const nameOf = (message: TriggerQueueMessage): string =>
  message.type === "sequel" ? `the news of the end of run ${message.runId}` : "the trigger";
