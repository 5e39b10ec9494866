import { consumeDeadLetters, type DeadLetterPorts } from "../../../app/deliver/dead-letter-consumer.ts";
import type { TriggerPorts } from "../../../app/triggers/take-trigger.ts";
import { consumeTriggers } from "../../../app/triggers/trigger-consumer.ts";
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
