import { consumeDeadLetters } from "../../src/app/deliver/dead-letter-consumer.ts";
import type { Deployment } from "../env.ts";
import { deliveries } from "./deliveries.ts";

/** Both dead-letter queues: what nobody could process is recorded, and the ring of a lost work is told. */
export const deadLetterQueue = (batch: MessageBatch, { parts }: Deployment): Promise<void> =>
  consumeDeadLetters(batch.queue, deliveries(batch), parts);
