import { buryUnrouted, isWork } from "../../src/infra/host/dead-letter-consumer.ts";
import { consumeWork } from "../../src/infra/host/execute-consumer.ts";
import type { Delivery } from "../../src/spi/event-bus.ts";
import type { ExecuteMessage } from "../../src/core/run/work.ts";
import type { Wiring } from "../wiring.ts";
import { deliveries } from "./deliveries.ts";

/** The execute queue: works are executed, anything else is a dead letter at once. */
export async function executeQueue(batch: MessageBatch, { execute, deadLetters }: Wiring): Promise<void> {
  const all = deliveries(batch);
  const works = all.filter((one): one is Delivery<ExecuteMessage> => isWork(one.body));
  const others = all.filter((one) => !isWork(one.body));
  await Promise.all([consumeWork(works, execute), ...others.map((one) => buryUnrouted(batch.queue, one, deadLetters))]);
}
