import { fault, RuntimeHostError } from "../../core/errors.ts";
import { MAX_CHAR_BYTES, utf8Bytes } from "../../core/run/model/utf8.ts";
import type { Timer } from "../../spi/timer.ts";
import { packBatches, QUEUE_LIMITS, type SizedMessage } from "./batches.ts";

/** The part of a Queues binding that sending needs. */
export interface QueueSender<T> {
  sendBatch(messages: Iterable<{ readonly body: T; readonly contentType: "json" }>): Promise<unknown>;
}

/** What sending patiently needs. */
export interface Patience {
  readonly timer: Timer;
  /** At least 0, below 1; spreads the pauses of many senders. */
  readonly random?: () => number;
}

/** How often a batch is sent before its sender is told, and how long each try may take, in milliseconds. */
export const SEND_TRIES = 3;
export const SEND_MS = 2_000;
/** The longest pause before the second try; twice as long before the third. */
export const SEND_PAUSE_MS = 200;
/** A queue that says it is overloaded is left alone for so long, in seconds. */
const OVERLOADED_SECONDS = 10;

/**
 * Sends messages in batches within the platform's limits; `nameOf` says which one is too large for any. A batch that is
 * not taken, or not within two seconds, is sent again after a short pause, three times in all; it may then arrive twice,
 * as any message may. A queue that is overloaded is not asked again at once.
 */
export async function publish<T>(
  queue: QueueSender<T>,
  messages: readonly T[],
  nameOf: (message: T) => string,
  patience: Patience,
): Promise<void> {
  const packed = packBatches(sized(messages));
  if (!packed.ok) {
    const { body, bytes } = packed.error;
    const message = `${nameOf(body)} takes ${bytes} bytes, more than a queue message may`;
    throw new RuntimeHostError(fault("EVENT_BUS_ERROR", message, { retryable: false, details: { bytes } }));
  }
  for (const batch of packed.value) await send(queue, batch, patience);
}

async function send<T>(queue: QueueSender<T>, batch: readonly T[], { timer, random = Math.random }: Patience) {
  for (let tried = 1; ; tried++) {
    try {
      return await within(timer, queue.sendBatch(batch.map((body) => ({ body, contentType: "json" }))));
    } catch (cause) {
      const isOverloaded = cause instanceof Error && OVERLOADED.test(cause.message);
      if (isOverloaded || tried === SEND_TRIES) throw refusal(cause, isOverloaded);
    }
    const pauseMs = SEND_PAUSE_MS * tried * (0.5 + 0.5 * random());
    await new Promise<void>((resume) => void timer.after(pauseMs, resume));
  }
}

/** How Queues say so: their errors have a text only. */
const OVERLOADED = /overloaded|too many requests/i;

const refusal = (cause: unknown, isOverloaded: boolean): RuntimeHostError =>
  new RuntimeHostError(
    isOverloaded
      ? fault("EVENT_BUS_ERROR", "the queue is overloaded", { retryAfterSeconds: OVERLOADED_SECONDS })
      : fault("EVENT_BUS_ERROR", "the queue did not take the messages"),
    { cause },
  );

/** What was asked for, or a rejection when it takes too long; a queue has been seen to hold its sender for a minute. */
function within<T>(timer: Timer, sending: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = timer.after(SEND_MS, () => reject(new Error(`no answer within ${SEND_MS} ms`)));
    sending.finally(cancel).then(resolve, reject);
  });
}

/** Messages with their sizes, which are counted only where they matter: few small ones go in one batch whatever they are. */
function sized<T>(messages: readonly T[]): readonly SizedMessage<T>[] {
  const texts = messages.map((body) => JSON.stringify(body));
  const most = (text: string): number => text.length * MAX_CHAR_BYTES;
  const total = texts.reduce((sum, text) => sum + most(text) + QUEUE_LIMITS.overheadBytes, 0);
  const bytesOf = total <= QUEUE_LIMITS.messageBytes ? most : utf8Bytes;
  return messages.map((body, place) => ({ body, bytes: bytesOf(texts[place] ?? "") }));
}
