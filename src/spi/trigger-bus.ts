import type { TriggerResult } from "../../contracts/messages/trigger-result.ts";
import type { SequelMessage } from "../core/chain/message.ts";
import type { TriggerMessage } from "../core/trigger/message.ts";

/** What travels on the triggers queue. */
export type TriggerQueueMessage = TriggerMessage | SequelMessage;

/** The queues of bus triggers and their results. At-least-once delivery, in no order. Rejects with EVENT_BUS_ERROR. */
export interface TriggerBus {
  publishTriggers(messages: readonly TriggerQueueMessage[]): Promise<void>;
  /** Whoever asked may listen; when nobody does, results are kept for the queue's time and dropped. */
  publishResults(results: readonly TriggerResult[]): Promise<void>;
}
