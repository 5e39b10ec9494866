import type { QueueMessage } from "../../core/dead-letters/message.ts";
import { faultOf } from "../../core/errors.ts";
import type { Delivery } from "../../spi/event-bus.ts";
import { bury, type DeadLetterPorts } from "./dead-letter-consumer.ts";
import { isLastAttempt } from "./queue-retries.ts";

/**
 * Gives a message back that could not be processed now. The last failure the queue allows is buried here, where its
 * cause is known; the dead-letter queue takes what cannot even be buried. Answers whether it was buried.
 */
export async function retryOrBury(
  queue: string,
  type: QueueMessage["type"],
  delivery: Delivery<unknown>,
  thrown: unknown,
  ports: DeadLetterPorts,
): Promise<boolean> {
  if (!isLastAttempt(type, delivery.attempts)) {
    delivery.retry();
    return false;
  }
  const cause = faultOf(thrown, "its consumer failed unexpectedly");
  const retries = delivery.attempts - 1;
  try {
    await bury(
      queue,
      delivery,
      { errorType: "consumer_error", reason: "its consumer kept failing", cause, retries },
      ports,
    );
    delivery.ack();
    return true;
  } catch {
    delivery.retry();
    return false;
  }
}
