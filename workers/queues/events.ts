import { consumeEvents } from "../../src/app/deliver/events-consumer.ts";
import type { Wiring } from "../wiring.ts";
import { deliveries } from "./deliveries.ts";

/** The events queue: what rings have to tell. */
export const eventsQueue = (batch: MessageBatch, { archive, deadLetters }: Wiring): Promise<void> =>
  consumeEvents(batch.queue, deliveries(batch), { archive, deadLetters });
