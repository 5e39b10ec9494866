import type { DeadLetter } from "../../core/dead-letters/dead-letter.ts";
import type { Fault } from "../../core/errors.ts";
import type { QueueMessage } from "../../core/messages/queue-message.ts";
import { subjectOfAny } from "../../core/messages/subject.ts";
import { payloadKey } from "../../core/retention/keys.ts";
import type { BlobStore } from "../../spi/blob-store.ts";
import type { Clock } from "../../spi/clock.ts";
import type { DeadLetterClass, DeadLetterStore } from "../../spi/dead-letter-store.ts";
import type { Log } from "../../spi/log.ts";

export interface BuryPorts {
  readonly blobs: BlobStore;
  readonly deadLetters: DeadLetterStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** What arrived and is dead. */
export interface Remains {
  /** The delivery's. */
  readonly id: string;
  readonly queue: string;
  readonly body: unknown;
  /** Null for what could not be read. */
  readonly message: QueueMessage | null;
}

/** Why a message is dead. */
export interface Death {
  readonly errorType: DeadLetterClass;
  readonly reason: string;
  /** What its reader or consumer said, where that is known. */
  readonly cause: Fault | null;
  /** The type it says it is of; the message's own when absent. */
  readonly messageType?: string | null;
  /** Deliveries after the first, in this life. */
  readonly retries: number;
}

/** Writes one dead letter, payload first, and answers its id. Safe to repeat. Who waits for the message is not told. */
export async function bury(remains: Remains, death: Death, ports: BuryPorts): Promise<string> {
  const entry = letterOf(remains, death, ports.clock.now());
  await ports.blobs.put(entry.payloadKey, payloadText(remains.body));
  await ports.deadLetters.record(entry);
  ports.log.error("a message went to the dead letters", {
    correlation_id: entry.correlationId ?? entry.id,
    dead_letter: entry.id,
    queue: entry.queue,
    error_type: entry.errorType,
    reason: entry.failureReason,
    code: entry.cause?.code ?? null,
  });
  return entry.id;
}

/** A body is whatever a publisher put on the queue; one that is no JSON must not keep its letter from being written. */
function payloadText(body: unknown): string {
  try {
    return JSON.stringify(body) ?? "null";
  } catch {
    return JSON.stringify({ unreadable: "the message holds what JSON cannot carry" });
  }
}

function letterOf({ id: deliveryId, queue, message }: Remains, death: Death, now: number): DeadLetter {
  const { tenant: owner, runId, correlationId, letterId, work: item } = subjectOfAny(message);
  const redrive = message?.redrive ?? null;
  // What is asked for again under another delivery is one matter.
  const id = redrive?.id ?? letterId ?? deliveryId;
  const tenant = owner ?? "default";
  const { errorType, reason, cause, messageType = message?.type ?? null, retries } = death;
  return {
    id,
    tenant,
    queue,
    errorType,
    messageType,
    failureReason: reason,
    cause: cause && { code: cause.code, message: cause.message },
    correlationId,
    runId,
    work: item,
    retryCount: (redrive?.retryCount ?? 0) + retries,
    failedAt: now,
    payloadKey: payloadKey(now, tenant, id),
    status: "open",
    redrives: redrive?.count ?? 0,
    redrivenAt: null,
    resolution: null,
  };
}
