import { consumeTriggers } from "../../src/app/triggers/trigger-consumer.ts";
import type { Deployment } from "../env.ts";
import { deliveries } from "./deliveries.ts";

/** The triggers queue: messages that ask for something, and the ends of runs that something follows. */
export const triggersQueue = (batch: MessageBatch, { parts }: Deployment): Promise<void> =>
  consumeTriggers(batch.queue, deliveries(batch), parts);
