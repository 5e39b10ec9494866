import type { StartedMessage } from "../../core/run/dispatch/work.ts";
import type { RunIndex } from "../../spi/run-index.ts";
import type { Received } from "../deliver/received.ts";

/** Tells the index of unfinished runs: all news of a batch in one write. */
export async function consumeStarted(
  received: readonly Received<StartedMessage>[],
  { index }: { readonly index: RunIndex },
): Promise<void> {
  await index.put(received.flatMap(({ message }) => message.runs));
  for (const one of received) one.ack();
}
