import type { StartedMessage } from "../../core/messages/ring-messages.ts";
import type { Log } from "../../spi/log.ts";
import type { RunIndex } from "../../spi/run-index.ts";
import type { Received } from "../deliver/received.ts";
import { apart } from "./apart.ts";

/**
 * Tells the index of unfinished runs: all news of a batch in one write. A run that the index cannot take is left out: it
 * goes on in its ring, and is set aside there when it cannot be archived either.
 */
export async function consumeStarted(
  received: readonly Received<StartedMessage>[],
  { index, log }: { readonly index: RunIndex; readonly log: Log },
): Promise<void> {
  const runs = received.flatMap(({ message }) => message.runs);
  const refused = await apart(runs, async (some) => void (await index.put(some)));
  for (const { item, fault } of refused)
    log.error("the index cannot take a run; it takes the others", {
      ...{ correlation_id: item.correlationId ?? item.runId, run_id: item.runId },
      ...{ code: fault.code, reason: fault.message },
    });
  for (const one of received) one.ack();
}
