import { ringOf } from "../../core/run/run-id.ts";
import type { Answer, ExecuteMessage, SourceId } from "../../core/run/work.ts";
import type { StoredValue } from "../../core/run/value.ts";
import type { Delivery } from "../../spi/event-bus.ts";
import type { RunCoordinator } from "../../spi/run-coordinator.ts";
import { executeWork, type ExecutorPorts } from "./executor.ts";

export interface ExecuteConsumerPorts extends ExecutorPorts {
  readonly coordinator: RunCoordinator;
}

/**
 * Executes a batch of works and answers each ring once. A message whose answer could not be given is redelivered; one
 * whose lease is over is dropped, because its ring has sent or will send another.
 */
export async function consumeWork(
  deliveries: readonly Delivery<ExecuteMessage>[],
  ports: ExecuteConsumerPorts,
): Promise<void> {
  const byRing = Map.groupBy(deliveries, ({ body }) => ringOf(body.work.runId));
  await Promise.all([...byRing.values()].map((group) => consumeRing(group, ports)));
}

async function consumeRing(
  deliveries: readonly Delivery<ExecuteMessage>[],
  ports: ExecuteConsumerPorts,
): Promise<void> {
  const done = await Promise.all(
    deliveries.map(async (delivery) => ({ delivery, answer: await answerOf(delivery, ports) })),
  );
  const answers = done.flatMap(({ answer }) => (answer === null || answer === "retry" ? [] : [answer]));
  const answered = await give(answers, ports);
  for (const { delivery, answer } of done) {
    if (answer === "retry" || (answer !== null && !answered)) delivery.retry();
    else delivery.ack();
  }
}

/** Null when the work is stale. */
async function answerOf(
  { body }: Delivery<ExecuteMessage>,
  ports: ExecuteConsumerPorts,
): Promise<Answer | "retry" | null> {
  const { work } = body;
  if (work.expiresAt <= ports.clock.now()) return null;
  let values: Readonly<Record<SourceId, StoredValue>> | null = work.values;
  try {
    values ??= await ports.coordinator.values(work.runId, work.segment, work.token);
  } catch {
    return "retry";
  }
  if (values === null) return null;
  const results = await executeWork(work, values, ports);
  return { runId: work.runId, segment: work.segment, token: work.token, results };
}

async function give(answers: readonly Answer[], ports: ExecuteConsumerPorts): Promise<boolean> {
  if (answers.length === 0) return true;
  try {
    await ports.coordinator.answer(answers);
    return true;
  } catch {
    for (const { runId } of answers) {
      ports.log.warn("the ring did not take an answer; the message is redelivered", {
        correlation_id: runId,
        run_id: runId,
      });
    }
    return false;
  }
}
