import type { Delivery } from "../../src/spi/event-bus.ts";

/** A store that is down is not asked again at once: 2 s after the first delivery, doubling to a minute. */
export const retryDelaySeconds = (attempts: number): number => Math.min(60, 2 ** Math.min(attempts, 6));

/** The messages of a queue batch as an engine takes them. */
export const deliveries = <T>(batch: MessageBatch<T>): readonly Delivery<T>[] =>
  batch.messages.map((message) => ({
    id: message.id,
    body: message.body,
    attempts: message.attempts,
    ack: () => message.ack(),
    retry: () => message.retry({ delaySeconds: retryDelaySeconds(message.attempts) }),
  }));
