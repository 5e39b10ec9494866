import { readMessage } from "../../core/dead-letters/message.ts";
import { faultOf } from "../../core/errors.ts";
import { textOf, type TriggerMessage } from "../../core/trigger/message.ts";
import { groupOfTopic } from "../../core/trigger/topic.ts";
import { refusedBy } from "../../core/trigger/record.ts";
import { refusedResult } from "../../core/trigger/result-message.ts";
import type { Delivery } from "../../spi/event-bus.ts";
import { buryUnrouted } from "../deliver/dead-letter-consumer.ts";
import { retryOrBury } from "../deliver/retry-or-bury.ts";
import { followRun } from "./run-sequels.ts";
import { takeTrigger, type TriggerPorts } from "./take-trigger.ts";

/** The triggers queue: bus messages are taken, what follows the ends of runs is done, anything else is a dead letter. */
export async function consumeTriggers(
  queue: string,
  deliveries: readonly Delivery<unknown>[],
  ports: TriggerPorts,
): Promise<void> {
  await Promise.all(deliveries.map((delivery) => consume(queue, delivery, ports)));
}

async function consume(queue: string, delivery: Delivery<unknown>, ports: TriggerPorts): Promise<void> {
  const reading = readMessage(delivery.body);
  const message = reading.ok ? reading.message : null;
  if (message?.type !== "trigger" && message?.type !== "sequel") {
    return buryUnrouted(queue, delivery, ports);
  }
  try {
    if (message.type === "trigger") await takeTrigger(queue, delivery, message, ports);
    else await followRun(queue, message, ports);
    delivery.ack();
  } catch (thrown) {
    const buried = await retryOrBury(queue, message.type, delivery, thrown, ports);
    if (buried && message.type === "trigger") await tellOfFailure(message, thrown, ports);
  }
}

/** The sender of a message that is dead is told, if it can be. */
async function tellOfFailure({ trigger }: TriggerMessage, thrown: unknown, ports: TriggerPorts): Promise<void> {
  const group = groupOfTopic(textOf(trigger, "topic") ?? "");
  const id = textOf(trigger, "trigger_id");
  if (group === null || id === null) return;
  const about = {
    id,
    group,
    idempotentKey: textOf(trigger, "idempotent_key"),
    correlationId: textOf(trigger, "correlation_id"),
    node: textOf(trigger, "node"),
    part: null,
  };
  const why = refusedBy(faultOf(thrown, "the message could not be processed"));
  await ports.triggerBus.publishResults([refusedResult(about, why, ports.clock.now())]).catch(() => undefined);
}
