import { consumeTriggers } from "../../src/app/triggers/trigger-consumer.ts";
import type { Wiring } from "../wiring.ts";
import { deliveries } from "./deliveries.ts";

/** The triggers queue: messages that ask for something, and the ends of runs that something follows. */
export const triggersQueue = (batch: MessageBatch, { triggering }: Wiring): Promise<void> =>
  consumeTriggers(batch.queue, deliveries(batch), triggering);
