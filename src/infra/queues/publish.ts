import { fault, RuntimeHostError } from "../../core/errors.ts";
import { packBatches, type SizedMessage } from "./batches.ts";

/** The part of a Queues binding that sending needs. */
export interface QueueSender<T> {
  sendBatch(messages: Iterable<{ readonly body: T; readonly contentType: "json" }>): Promise<unknown>;
}

/** Sends messages in batches within the platform's limits; `nameOf` says which one is too large for any. */
export async function publish<T>(
  queue: QueueSender<T>,
  messages: readonly T[],
  nameOf: (message: T) => string,
): Promise<void> {
  const sized = messages.map((body): SizedMessage<T> => ({
    body,
    bytes: new TextEncoder().encode(JSON.stringify(body)).byteLength,
  }));
  const packed = packBatches(sized);
  if (!packed.ok) {
    const { body, bytes } = packed.error;
    const message = `${nameOf(body)} takes ${bytes} bytes, more than a queue message may`;
    throw new RuntimeHostError(fault("EVENT_BUS_ERROR", message, { retryable: false, details: { bytes } }));
  }
  for (const batch of packed.value) {
    try {
      await queue.sendBatch(batch.map((body) => ({ body, contentType: "json" })));
    } catch (cause) {
      throw new RuntimeHostError(fault("EVENT_BUS_ERROR", "the queue did not take the messages"), { cause });
    }
  }
}
