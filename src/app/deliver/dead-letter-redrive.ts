import { parseJson } from "../../../contracts/json/narrow.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";
import type { DeadLetter } from "../../core/dead-letters/dead-letter.ts";
import { redriven } from "../../core/messages/queue-message.ts";
import { readMessage } from "../../core/messages/read-message.ts";
import { fault, faultOf, type Fault } from "../../core/errors.ts";
import type { BlobStore } from "../../spi/blob-store.ts";
import type { DeadLetterStore } from "../../spi/dead-letter-store.ts";
import type { Log } from "../../spi/log.ts";
import type { StandingPorts } from "./dead-letter-standing.ts";
import { rowOf, standingOf, type Buses } from "./message-table.ts";

export interface RedrivePorts extends StandingPorts, Buses {
  readonly deadLetters: DeadLetterStore;
  readonly blobs: BlobStore;
  readonly log: Log;
}

/**
 * What came of a redrive. `redriven`: sent again. `pending`: sent again a moment ago, nothing was sent now. `stale`,
 * `ended`: nothing waits for the message, see Standing; the entry is resolved. `failing`: it could not be sent now and
 * stays open. `refused`: it can never be sent.
 */
export type RedriveOutcome =
  | { readonly kind: "redriven" | "pending" | "stale" | "ended"; readonly reason: string }
  | { readonly kind: "failing" | "refused"; readonly reason: string; readonly fault: Fault };

/** A message sent again is given this long to arrive before it may be sent once more. Milliseconds. */
const ARRIVAL_MS = 10 * 60 * 1_000;

/**
 * Sends a dead letter's message again if anything still waits for it. Published first and noted afterwards, so a crash in
 * between sends it twice rather than never; every consumer can bear that.
 */
export async function redriveLetter(letter: DeadLetter, ports: RedrivePorts): Promise<RedriveOutcome> {
  try {
    return await attempt(letter, ports);
  } catch (thrown) {
    const problem = faultOf(thrown, "the message could not be sent again");
    ports.log.warn("a dead letter could not be redriven; it stays open", {
      correlation_id: letter.correlationId ?? letter.id,
      dead_letter: letter.id,
      code: problem.code,
    });
    return { kind: "failing", reason: problem.message, fault: problem };
  }
}

async function attempt(letter: DeadLetter, ports: RedrivePorts): Promise<RedriveOutcome> {
  const { tenant, id, redrives } = letter;
  const now = ports.clock.now();
  const payload = await payloadOf(letter, ports);
  if (payload === undefined) return refused("its message is not stored any more");
  const reading = readMessage(payload);
  if (!reading.ok) return refused(reading.reason);
  const row = rowOf(reading.message);
  const standing = await standingOf(reading.message, ports);
  if (standing.kind !== "waiting") {
    await ports.deadLetters.resolve(tenant, id, redrives, standing.reason, now);
    return { kind: standing.kind, reason: standing.reason };
  }
  if (letter.status === "redriven" && letter.redrivenAt !== null && now - letter.redrivenAt < ARRIVAL_MS) {
    return { kind: "pending", reason: "it was sent again a moment ago and has not come back" };
  }
  const lineage = { id, count: redrives + 1, retryCount: letter.retryCount };
  await row.redrive(redriven(reading.message, lineage), ports);
  await ports.deadLetters.redriven(tenant, id, lineage.count, now);
  ports.log.info("a dead letter was redriven", {
    correlation_id: letter.correlationId ?? id,
    dead_letter: id,
    redrives: lineage.count,
  });
  return { kind: "redriven", reason: standing.reason };
}

/** The message as it arrived; undefined when it is not there any more. */
export async function payloadOf(
  { payloadKey }: DeadLetter,
  { blobs }: { readonly blobs: BlobStore },
): Promise<JsonValue | undefined> {
  const text = await blobs.get(payloadKey);
  return text === null ? undefined : parseJson(text);
}

const refused = (reason: string): RedriveOutcome => ({
  kind: "refused",
  reason,
  fault: fault("DEAD_LETTER_UNREADABLE", `the message cannot be sent again: ${reason}`, {
    hint: "GET its payload to see what arrived",
  }),
});
