import { fault, RuntimeHostError } from "../../core/errors.ts";
import { MAX_CHAR_BYTES, utf8Bytes } from "../../core/run/model/utf8.ts";
import { packBatches, QUEUE_LIMITS, type SizedMessage } from "./batches.ts";

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
  const packed = packBatches(sized(messages));
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

/** Messages with their sizes, which are counted only where they matter: few small ones go in one batch whatever they are. */
function sized<T>(messages: readonly T[]): readonly SizedMessage<T>[] {
  const texts = messages.map((body) => JSON.stringify(body));
  const most = (text: string): number => text.length * MAX_CHAR_BYTES;
  const total = texts.reduce((sum, text) => sum + most(text) + QUEUE_LIMITS.overheadBytes, 0);
  const bytesOf = total <= QUEUE_LIMITS.messageBytes ? most : utf8Bytes;
  return messages.map((body, place) => ({ body, bytes: bytesOf(texts[place] ?? "") }));
}
