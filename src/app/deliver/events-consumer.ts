import { readMessage } from "../../core/dead-letters/message.ts";
import type { ArchiveMessage, EventMessage, StartedMessage } from "../../core/run/dispatch/work.ts";
import type { Delivery } from "../../spi/event-bus.ts";
import { consumeArchive, type ArchivePorts } from "../archive/archive-consumer.ts";
import { buryUnrouted, type DeadLetterPorts } from "./dead-letter-consumer.ts";
import { retryOrBury } from "./retry-or-bury.ts";

export type EventPorts = ArchivePorts & DeadLetterPorts;

/** The events queue: finished runs are archived, news of unfinished ones goes to the index, the rest is a dead letter. */
export async function consumeEvents(
  queue: string,
  deliveries: readonly Delivery<unknown>[],
  ports: EventPorts,
): Promise<void> {
  const archives: Delivery<ArchiveMessage>[] = [];
  const started: Delivery<StartedMessage>[] = [];
  const others: Delivery<unknown>[] = [];
  for (const delivery of deliveries) {
    const reading = readMessage(delivery.body);
    const type = reading.ok ? reading.message.type : null;
    if (type === "archive") archives.push(delivery as Delivery<ArchiveMessage>);
    else if (type === "started") started.push(delivery as Delivery<StartedMessage>);
    else others.push(delivery);
  }
  const giveBack = async (delivery: Delivery<EventMessage>, thrown: unknown): Promise<void> => {
    await retryOrBury(queue, delivery.body.type, delivery, thrown, ports);
  };
  await consumeStarted(started, ports, giveBack);
  await consumeArchive(archives, ports, giveBack);
  for (const delivery of others) await buryUnrouted(queue, delivery, ports);
}

type Retry = (delivery: Delivery<EventMessage>, thrown: unknown) => Promise<void>;

/** All news of a batch in one write. */
async function consumeStarted(
  deliveries: readonly Delivery<StartedMessage>[],
  ports: EventPorts,
  giveBack: Retry,
): Promise<void> {
  if (deliveries.length === 0) return;
  try {
    await ports.index.put(deliveries.flatMap(({ body }) => body.runs));
  } catch (thrown) {
    for (const delivery of deliveries) await giveBack(delivery, thrown);
    return;
  }
  for (const delivery of deliveries) delivery.ack();
}
