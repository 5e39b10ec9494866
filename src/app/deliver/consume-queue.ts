import { keysOf } from "../../../contracts/json/narrow.ts";
import { faultOf } from "../../core/errors.ts";
import type { MessageOf, MessageType, QueueMessage } from "../../core/messages/queue-message.ts";
import { livingName, queueNamed, QUEUES } from "../../core/messages/queues.ts";
import { readMessage, type Reading, type Unread } from "../../core/messages/read-message.ts";
import type { Delivery } from "../../spi/event-bus.ts";
import { CpuAllowance } from "../execute/cpu-allowance.ts";
import { bury, type BuryPorts, type Death } from "./bury.ts";
import type { LossPorts } from "./losses.ts";
import { MESSAGES, rowOf, type ConsumerPorts, type MessageTable } from "./message-table.ts";
import type { Received } from "./received.ts";

type Ports = BuryPorts & LossPorts;

/**
 * Takes a batch of any queue of ours: each message goes to the consumer of its type, all types at once; what no consumer
 * of this queue takes is a dead letter, and so is everything on a queue of the dead. Never rejects: what cannot be
 * settled otherwise is delivered again.
 */
export async function consumeQueue(
  queue: string,
  deliveries: readonly Delivery<unknown>[],
  ports: ConsumerPorts,
  table: MessageTable = MESSAGES,
): Promise<void> {
  const role = queueNamed(queue);
  if (role?.isDead) return buryDead(queue, deliveries, ports);
  const taken: Received<QueueMessage>[] = [];
  const others: (() => Promise<void>)[] = [];
  for (const delivery of deliveries) {
    const reading = readMessage(delivery.body);
    if (reading.ok && rowOf(reading.message).queue === role?.queue)
      taken.push(received(queue, delivery, reading.message, ports));
    else others.push(() => buryUntaken(queue, delivery, reading, ports));
  }
  const types = keysOf(table);
  // A batch is one invocation of the platform.
  const shared = { ...ports, cpu: new CpuAllowance() };
  await Promise.all([
    ...types.map((type) => consumeType(type, taken, shared, table)),
    ...others.map((settle) => settle()),
  ]);
}

/** A consumer that throws has failed for the messages that it has not settled. */
async function consumeType<T extends MessageType>(
  type: T,
  all: readonly Received<QueueMessage>[],
  ports: ConsumerPorts,
  table: MessageTable,
): Promise<void> {
  const own = all.filter((one): one is Received<MessageOf<T>> => one.message.type === type);
  if (own.length === 0) return;
  try {
    await table[type].consume(own, ports);
  } catch (thrown) {
    await Promise.all(own.map((one) => one.giveBack(thrown)));
  }
}

/**
 * The last failure the queue allows is buried here, where its cause is known; the queue of the dead takes what cannot even
 * be buried.
 */
function received<M extends QueueMessage>(
  queue: string,
  delivery: Delivery<unknown>,
  message: M,
  ports: Ports,
): Received<M> {
  const { id, body, attempts } = delivery;
  let isSettled = false;
  return {
    ...{ id, queue, body, message, attempts },
    ack() {
      isSettled = true;
      delivery.ack();
    },
    async giveBack(thrown) {
      if (isSettled) return;
      isSettled = true;
      if (rowOf(message).triedAgainBy === "ring") return leaveToRing(delivery, message, ports);
      if (attempts <= QUEUES[rowOf(message).queue].maxRetries) return delivery.retry();
      const cause = faultOf(thrown, "its consumer failed unexpectedly");
      const reason = "its consumer kept failing";
      await lay(queue, delivery, message, { errorType: "consumer_error", reason, cause, retries: attempts - 1 }, ports);
    },
  };
}

/** The ring sends it again when its pause is over: here it is done with. */
function leaveToRing(delivery: Delivery<unknown>, message: QueueMessage, { log }: Ports): void {
  log.warn("a message could not be processed; its ring sends it again, after an ever longer pause", {
    correlation_id: message.type === "archive" ? `ring-${message.ring}` : message.type,
    message_type: message.type,
    attempts: delivery.attempts,
  });
  delivery.ack();
}

/** What the queue's consumers do not take, whatever it is. */
export async function buryUntaken(
  queue: string,
  delivery: Delivery<unknown>,
  reading: Reading,
  ports: Ports,
): Promise<void> {
  const retries = delivery.attempts - 1;
  const misplaced = { errorType: "valid_unrouted", reason: "it belongs on another queue", cause: null } as const;
  if (reading.ok) return lay(queue, delivery, reading.message, { ...misplaced, retries }, ports);
  await lay(queue, delivery, null, unread(reading, retries), ports);
}

/** Records what nobody could process. */
async function buryDead(queue: string, deliveries: readonly Delivery<unknown>[], ports: Ports): Promise<void> {
  const spent = { errorType: "consumer_error", reason: "the queue gave up redelivering it", cause: null } as const;
  for (const delivery of deliveries) {
    const reading = readMessage(delivery.body);
    const of = livingName(queue);
    if (reading.ok && rowOf(reading.message).triedAgainBy === "ring") leaveToRing(delivery, reading.message, ports);
    else if (reading.ok) {
      const retries = QUEUES[rowOf(reading.message).queue].maxRetries;
      await lay(of, delivery, reading.message, { ...spent, retries }, ports);
    } else await lay(of, delivery, null, unread(reading, delivery.attempts - 1), ports);
  }
}

const unread = ({ errorType, messageType, reason, cause }: Unread, retries: number): Death => ({
  ...{ errorType, messageType, reason, cause, retries },
});

/** Buries a message, tells whoever waits for it, and settles it: with an ack, or for another delivery when that failed. */
async function lay(
  queue: string,
  delivery: Delivery<unknown>,
  message: QueueMessage | null,
  death: Death,
  ports: Ports,
): Promise<void> {
  try {
    const letter = await bury({ id: delivery.id, queue, body: delivery.body, message }, death, ports);
    const { reason, cause } = death;
    if (message) await rowOf(message).lost?.(message, { letter, reason, cause }, ports);
    delivery.ack();
  } catch {
    delivery.retry();
  }
}
