import { fault, type Fault } from "../../core/errors.ts";
import { err } from "../../core/result.ts";
import type { ExecuteMessage, ReplanMessage } from "../../core/messages/ring-messages.ts";
import { textOf, type TriggerMessage } from "../../core/trigger/message.ts";
import { refusedBy } from "../../core/trigger/record.ts";
import { refusedResult } from "../../core/trigger/result-message.ts";
import { groupOfTopic } from "../../core/trigger/topic.ts";
import type { Clock } from "../../spi/clock.ts";
import type { RunCoordinator } from "../../spi/run-coordinator.ts";
import type { TriggerBus } from "../../spi/trigger-bus.ts";

export interface LossPorts {
  readonly coordinator: RunCoordinator;
  readonly triggerBus: Pick<TriggerBus, "publishResults">;
  readonly clock: Clock;
}

/** The death of a message, for whoever waits for it. */
export interface Loss {
  /** The dead letter's id. */
  readonly letter: string;
  readonly reason: string;
  /** What its consumer said, where that is known. */
  readonly cause: Fault | null;
}

/** The ring hears it, so its run goes on or ends with the reason. */
export async function lostWorkItem(
  { work: item }: ExecuteMessage,
  loss: Loss,
  { coordinator }: LossPorts,
): Promise<void> {
  const { runId, segment, token } = item;
  await coordinator.undeliverable([{ runId, segment, token, fault: undeliverable("the work item", loss) }]);
}

/** The ring hears that nobody could be asked. */
export async function lostQuestion(
  { runId, token }: ReplanMessage,
  loss: Loss,
  { coordinator }: LossPorts,
): Promise<void> {
  const result = err(undeliverable("the question for another plan", loss));
  await coordinator.replanned({ runId, token, result });
}

/** The sender hears it, if it can be told. */
export async function lostTrigger(
  { trigger }: TriggerMessage,
  loss: Loss,
  { triggerBus, clock }: LossPorts,
): Promise<void> {
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
  const why = refusedBy(loss.cause ?? undeliverable("the message", loss));
  await triggerBus.publishResults([refusedResult(about, why, clock.now())]);
}

const undeliverable = (what: string, { letter, reason }: Loss): Fault =>
  fault("UNDELIVERABLE", `${what} could not be delivered: ${reason}`, {
    place: `dead letter ${letter}`,
    hint: `GET /v1/dead-letters/${letter} shows it`,
  });
