import { consumeEvents } from "../../src/app/deliver/events-consumer.ts";
import type { Deployment } from "../env.ts";
import { deliveries } from "./deliveries.ts";

/** The events queue: what rings have to tell. */
export const eventsQueue = (batch: MessageBatch, { parts }: Deployment): Promise<void> =>
  consumeEvents(batch.queue, deliveries(batch), parts);
