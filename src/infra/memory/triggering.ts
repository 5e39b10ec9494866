import { consumeDeadLetters, type DeadLetterPorts } from "../host/dead-letter-consumer.ts";
import type { TriggerPorts } from "../host/take-trigger.ts";
import { consumeTriggers } from "../host/trigger-consumer.ts";
import type { MemoryTriggerBus } from "./trigger-bus.ts";

/** The consumers of an engine's triggers queue and its dead letters. Answers whether a message was waiting. */
export async function deliverTriggers(
  { triggers, deadTriggers }: MemoryTriggerBus,
  ports: TriggerPorts,
  buried: DeadLetterPorts,
): Promise<boolean> {
  const waiting = triggers.size + deadTriggers.size;
  await triggers.drain((batch) => consumeTriggers("triggers", batch, ports));
  await deadTriggers.drain((batch) => consumeDeadLetters("triggers", batch, buried));
  return waiting > 0;
}
