import type { QueueMessage } from "../../core/dead-letters/message.ts";

/** How often each kind of message is delivered again before it is dead. Equal to `max_retries` in wrangler.toml. */
export const QUEUE_RETRIES: Readonly<Record<QueueMessage["type"], number>> = {
  work: 3,
  replan: 3,
  archive: 5,
  started: 5,
  sequel: 5,
  trigger: 5,
};

/** Whether a failure of this delivery is the last one the queue allows. */
export const isLastAttempt = (type: QueueMessage["type"], attempts: number): boolean => attempts > QUEUE_RETRIES[type];
