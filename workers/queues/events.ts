import type { EventMessage } from "../../src/core/run/work.ts";
import { consumeArchive } from "../../src/infra/host/archive-consumer.ts";
import { bury } from "../../src/infra/host/dead-letter-consumer.ts";
import type { Delivery } from "../../src/spi/event-bus.ts";
import type { Wiring } from "../wiring.ts";
import { deliveries } from "./deliveries.ts";

const isArchive = (body: unknown): body is EventMessage =>
  typeof body === "object" &&
  body !== null &&
  (body as EventMessage).type === "archive" &&
  (body as EventMessage).version === 1;

/** The events queue: finished runs are archived, anything else is a dead letter at once. */
export async function eventsQueue(batch: MessageBatch, { archive, deadLetters }: Wiring): Promise<void> {
  const all = deliveries(batch);
  const archives = all.filter((one): one is Delivery<EventMessage> => isArchive(one.body));
  await consumeArchive(archives, archive);
  for (const one of all) {
    if (isArchive(one.body)) continue;
    await bury(
      batch.queue,
      one,
      "publisher_malformed",
      "the message is no event this version understands",
      deadLetters,
    );
    one.ack();
  }
}
