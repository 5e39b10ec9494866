import type { Received } from "../../src/app/deliver/received.ts";
import type { QueueMessage } from "../../src/core/messages/queue-message.ts";
import type { WorkItem } from "../../src/core/run/dispatch/work-item.ts";
import type { ExecuteMessage, ReplanMessage } from "../../src/core/messages/ring-messages.ts";
import type { Delivery } from "../../src/spi/event-bus.ts";

/** A delivery as its consumer gets it, without a queue of the dead behind it. */
export const received = <M extends QueueMessage>(delivery: Delivery<M>): Received<M> => ({
  id: delivery.id,
  queue: "test",
  message: delivery.body,
  body: delivery.body,
  attempts: delivery.attempts,
  ack: () => delivery.ack(),
  giveBack: async () => delivery.retry(),
});

/** The work items among what the execute queue delivers. */
export const itemsIn = (deliveries: readonly Delivery<ExecuteMessage | ReplanMessage>[]): readonly WorkItem[] =>
  deliveries.flatMap(({ body }) => (body.type === "work" ? [body.work] : []));
