import type { DeadLetter, LostWork } from "../../core/dead-letters/dead-letter.ts";
import { readMessage, type QueueMessage, type Reading } from "../../core/dead-letters/message.ts";
import { subjectOf } from "../../core/dead-letters/subject.ts";
import { fault, type Fault } from "../../core/errors.ts";
import { payloadKey } from "../../core/retention/keys.ts";
import { err } from "../../core/result.ts";
import type { Work } from "../../core/run/dispatch/work.ts";
import type { BlobStore } from "../../spi/blob-store.ts";
import type { Clock } from "../../spi/clock.ts";
import type { DeadLetterClass, DeadLetterStore } from "../../spi/dead-letter-store.ts";
import type { Delivery } from "../../spi/event-bus.ts";
import type { Log } from "../../spi/log.ts";
import type { RunCoordinator } from "../../spi/run-coordinator.ts";
import { QUEUE_RETRIES } from "./queue-retries.ts";

export interface DeadLetterPorts {
  readonly coordinator: RunCoordinator;
  readonly blobs: BlobStore;
  readonly deadLetters: DeadLetterStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** Why a message is dead. */
export interface Death {
  readonly errorType: DeadLetterClass;
  readonly reason: string;
  /** What its consumer said, where that is known. */
  readonly cause: Fault | null;
  /** Deliveries after the first, in this life. */
  readonly retries: number;
}

/** Records messages nobody could process and tells the ring of a lost work, so its run goes on or ends with the reason. */
export async function consumeDeadLetters(
  queue: string,
  deliveries: readonly Delivery<unknown>[],
  ports: DeadLetterPorts,
): Promise<void> {
  for (const delivery of deliveries) {
    try {
      const reading = readMessage(delivery.body);
      const death: Death = reading.ok
        ? {
            errorType: "consumer_error",
            reason: "the queue gave up redelivering it",
            cause: null,
            retries: QUEUE_RETRIES[reading.message.type],
          }
        : unread(reading, delivery);
      await bury(queue.replace(/-dlq$/, ""), delivery, death, ports);
      delivery.ack();
    } catch {
      delivery.retry();
    }
  }
}

/**
 * Buries a message its queue's consumer cannot take, whatever it is, and acknowledges it; one that cannot be buried now
 * is redelivered.
 */
export async function buryUnrouted(queue: string, delivery: Delivery<unknown>, ports: DeadLetterPorts): Promise<void> {
  const reading = readMessage(delivery.body);
  const misplaced = { errorType: "valid_unrouted", reason: "it belongs on another queue", cause: null } as const;
  const death = reading.ok ? { ...misplaced, retries: delivery.attempts - 1 } : unread(reading, delivery);
  try {
    await bury(queue, delivery, death, ports);
    delivery.ack();
  } catch {
    delivery.retry();
  }
}

/** Writes one dead letter: payload first, then the entry, then the ring. Safe to repeat. */
export async function bury(
  queue: string,
  delivery: Delivery<unknown>,
  death: Death,
  ports: DeadLetterPorts,
): Promise<void> {
  const reading = readMessage(delivery.body);
  const message = reading.ok ? reading.message : null;
  const work = message?.type === "work" ? message.work : null;
  const entry = letterOf(queue, delivery, death, reading, ports.clock.now());
  await ports.blobs.put(entry.payloadKey, payloadText(delivery.body));
  await ports.deadLetters.record(entry);
  ports.log.error("a message went to the dead letters", {
    correlation_id: entry.correlationId ?? entry.id,
    dead_letter: entry.id,
    queue,
    error_type: entry.errorType,
    reason: entry.failureReason,
    code: entry.cause?.code ?? null,
  });
  if (!work && message?.type !== "replan") return;
  const what = work ? "the work" : "the question for another plan";
  const problem = fault("UNDELIVERABLE", `${what} could not be delivered: ${death.reason}`, {
    place: `dead letter ${entry.id}`,
    hint: `GET /v1/dead-letters/${entry.id} shows it`,
  });
  if (message?.type === "replan") {
    const { runId, token } = message;
    await ports.coordinator.replanned({ runId, token, result: err(problem) });
  }
  if (!work) return;
  await ports.coordinator.undeliverable([
    { runId: work.runId, segment: work.segment, token: work.token, fault: problem },
  ]);
}

/** A body is whatever a publisher put on the queue; one that is no JSON must not keep its letter from being written. */
function payloadText(body: unknown): string {
  try {
    return JSON.stringify(body) ?? "null";
  } catch {
    return JSON.stringify({ unreadable: "the message holds what JSON cannot carry" });
  }
}

const unread = (reading: Extract<Reading, { ok: false }>, delivery: Delivery<unknown>): Death => ({
  errorType: reading.errorType,
  reason: reading.reason,
  cause: null,
  retries: delivery.attempts - 1,
});

function letterOf(queue: string, delivery: Delivery<unknown>, death: Death, reading: Reading, now: number): DeadLetter {
  const message = reading.ok ? reading.message : null;
  const work = message?.type === "work" ? message.work : null;
  const redrive = message?.redrive ?? null;
  const id = redrive?.id ?? letterId(message, delivery.id);
  const subject = message && subjectOf(message);
  const tenant = subject?.tenant ?? "default";
  return {
    id,
    tenant,
    queue,
    errorType: death.errorType,
    messageType: reading.ok ? reading.message.type : reading.messageType,
    failureReason: death.reason,
    cause: death.cause === null ? null : { code: death.cause.code, message: death.cause.message },
    correlationId: subject?.correlationId ?? null,
    runId: subject?.runId ?? null,
    work: work && lostWork(work),
    retryCount: (redrive?.retryCount ?? 0) + death.retries,
    failedAt: now,
    payloadKey: payloadKey(now, tenant, id),
    status: "open",
    redrives: redrive?.count ?? 0,
    redrivenAt: null,
    resolution: null,
  };
}

/** What is asked for again under another delivery is one matter. */
const letterId = (message: QueueMessage | null, deliveryId: string): string =>
  (message && subjectOf(message).letterId) ?? deliveryId;

const lostWork = ({ segment, epoch, steps }: Work): LostWork => ({
  segment,
  epoch,
  steps: steps.map(({ id, attempt }) => ({ id, attempt })),
});
