import type { Delivery } from "../../src/spi/event-bus.ts";

/** The messages of a queue batch as the host's consumers know them. */
export const deliveries = <T>(batch: MessageBatch<T>): readonly Delivery<T>[] =>
  batch.messages.map((message) => ({
    id: message.id,
    body: message.body,
    attempts: message.attempts,
    ack: () => message.ack(),
    retry: () => message.retry(),
  }));
