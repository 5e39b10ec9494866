import { fault } from "../../core/errors.ts";
import type { ExecuteMessage } from "../../core/run/work.ts";
import type { BlobStore } from "../../spi/blob-store.ts";
import type { Clock } from "../../spi/clock.ts";
import type { DeadLetter, DeadLetterClass, DeadLetterStore } from "../../spi/dead-letter-store.ts";
import type { Delivery } from "../../spi/event-bus.ts";
import type { Log } from "../../spi/log.ts";
import type { RunCoordinator } from "../../spi/run-coordinator.ts";

export interface DeadLetterPorts {
  readonly coordinator: RunCoordinator;
  readonly blobs: BlobStore;
  readonly deadLetters: DeadLetterStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** Records messages nobody could process and tells the ring of a lost work, so its run goes on or ends with the reason. */
export async function consumeDeadLetters(
  queue: string,
  deliveries: readonly Delivery<unknown>[],
  ports: DeadLetterPorts,
): Promise<void> {
  for (const delivery of deliveries) {
    try {
      await bury(
        queue,
        delivery,
        isWork(delivery.body) ? "consumer_error" : "valid_unrouted",
        "the queue gave up redelivering it",
        ports,
      );
      delivery.ack();
    } catch {
      delivery.retry();
    }
  }
}

/** Writes one dead letter: payload first, then the entry, then the ring. Safe to repeat. */
export async function bury(
  queue: string,
  delivery: Delivery<unknown>,
  errorType: DeadLetterClass,
  failureReason: string,
  ports: DeadLetterPorts,
): Promise<void> {
  const work = isWork(delivery.body) ? delivery.body.work : null;
  const tenant = work?.tenant ?? "default";
  const entry: DeadLetter = {
    id: delivery.id,
    tenant,
    queue,
    errorType,
    failureReason,
    correlationId: work?.correlationId ?? null,
    runId: work?.runId ?? null,
    retryCount: delivery.attempts,
    failedAt: ports.clock.now(),
    payloadKey: `dead-letters/${tenant}/${delivery.id}.json`,
  };
  await ports.blobs.put(entry.payloadKey, JSON.stringify(delivery.body) ?? "null");
  await ports.deadLetters.record(entry);
  ports.log.error("a message went to the dead letters", {
    correlation_id: entry.correlationId ?? entry.id,
    queue,
    error_type: errorType,
    payload_key: entry.payloadKey,
  });
  if (!work) return;
  const problem = fault("UNDELIVERABLE", `the work could not be delivered: ${failureReason}`, {
    place: entry.payloadKey,
  });
  await ports.coordinator.undeliverable([
    { runId: work.runId, segment: work.segment, token: work.token, fault: problem },
  ]);
}

/** Whether a message body is a work this version understands. */
export function isWork(body: unknown): body is ExecuteMessage {
  if (typeof body !== "object" || body === null) return false;
  const { type, version, work } = body as Partial<ExecuteMessage>;
  return (
    type === "work" &&
    version === 1 &&
    typeof work === "object" &&
    typeof work.runId === "string" &&
    Array.isArray(work.steps)
  );
}
