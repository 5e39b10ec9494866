import { consumeDeadLetters } from "../../src/app/deliver/dead-letter-consumer.ts";
import type { Wiring } from "../wiring.ts";
import { deliveries } from "./deliveries.ts";

/** Both dead-letter queues: what nobody could process is recorded, and the ring of a lost work is told. */
export const deadLetterQueue = (batch: MessageBatch, { deadLetters }: Wiring): Promise<void> =>
  consumeDeadLetters(batch.queue, deliveries(batch), deadLetters);
