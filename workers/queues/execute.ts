import { buryUnrouted, isReplan, isWork } from "../../src/infra/host/dead-letter-consumer.ts";
import { consumeWork } from "../../src/infra/host/execute-consumer.ts";
import { consumeReplans } from "../../src/infra/host/replan-consumer.ts";
import type { Delivery } from "../../src/spi/event-bus.ts";
import type { ExecuteMessage, ReplanMessage } from "../../src/core/run/work.ts";
import type { Wiring } from "../wiring.ts";
import { deliveries } from "./deliveries.ts";

/** The execute queue: works are executed, questions for another plan are answered, anything else is a dead letter at once. */
export async function executeQueue(batch: MessageBatch, { execute, deadLetters }: Wiring): Promise<void> {
  const all = deliveries(batch);
  const works = all.filter((one): one is Delivery<ExecuteMessage> => isWork(one.body));
  const replans = all.filter((one): one is Delivery<ReplanMessage> => isReplan(one.body));
  const others = all.filter(({ body }) => !isWork(body) && !isReplan(body));
  await Promise.all([
    consumeWork(works, execute),
    consumeReplans(replans, execute),
    ...others.map((one) => buryUnrouted(batch.queue, one, deadLetters)),
  ]);
}
