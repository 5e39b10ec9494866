import { readMessage } from "../../src/core/dead-letters/message.ts";
import type { ExecuteMessage, ReplanMessage } from "../../src/core/run/dispatch/work.ts";
import { buryUnrouted } from "../../src/app/deliver/dead-letter-consumer.ts";
import { consumeWork } from "../../src/app/execute/execute-consumer.ts";
import { consumeReplans } from "../../src/app/plan/replan-consumer.ts";
import type { Delivery } from "../../src/spi/event-bus.ts";
import type { Deployment } from "../env.ts";
import { deliveries } from "./deliveries.ts";

/** The execute queue: works are executed, questions for another plan are answered, anything else is a dead letter at once. */
export async function executeQueue(batch: MessageBatch, { parts }: Deployment): Promise<void> {
  const works: Delivery<ExecuteMessage>[] = [];
  const replans: Delivery<ReplanMessage>[] = [];
  const others: Delivery<unknown>[] = [];
  for (const delivery of deliveries(batch)) {
    const reading = readMessage(delivery.body);
    const type = reading.ok ? reading.message.type : null;
    if (type === "work") works.push(delivery as Delivery<ExecuteMessage>);
    else if (type === "replan") replans.push(delivery as Delivery<ReplanMessage>);
    else others.push(delivery);
  }
  await Promise.all([
    consumeWork(works, parts),
    consumeReplans(replans, parts),
    ...others.map((one) => buryUnrouted(batch.queue, one, parts)),
  ]);
}
