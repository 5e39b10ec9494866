import { fault, RuntimeHostError } from "../../core/errors.ts";
import type { EventMessage, ExecuteMessage } from "../../core/run/work.ts";
import type { EventBus } from "../../spi/event-bus.ts";
import { packBatches, type SizedMessage } from "./batches.ts";

/** The part of a Queues binding that sending needs. */
export interface QueueSender<T> {
  sendBatch(messages: Iterable<{ readonly body: T; readonly contentType: "json" }>): Promise<unknown>;
}

/**
 * The event bus on Cloudflare Queues. Messages travel as JSON. A message over the platform's limit is refused by name
 * before anything of the same call is sent, and not retryable: it will not get smaller.
 */
export function queuesEventBus(execute: QueueSender<ExecuteMessage>, events: QueueSender<EventMessage>): EventBus {
  return {
    publishWork: (messages) => publish(execute, messages, workName),
    publishEvents: (messages) => publish(events, messages, eventName),
  };
}

const workName = ({ work }: ExecuteMessage): string => `the work of run ${work.runId}, segment ${work.segment}`;
const eventName = (event: EventMessage): string =>
  event.type === "archive"
    ? `the archive event of ring ${event.ring}, batch ${event.batch}`
    : `the news of ${event.runs.length} unfinished runs`;

async function publish<T>(
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
