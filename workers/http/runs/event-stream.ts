import { eventFeed, type EventFeedOptions, type FeedItem } from "./event-feed.ts";

/** How long a reader waits before it connects again, in milliseconds. */
const RECONNECT_MS = 2_000;

/**
 * A run's signals as server-sent events: `id` is the signal's number, `event` its type, `data` the signal. Ends with an
 * event `end` once the run has ended and everything is told, or with `error` and a problem document. Asks only while
 * somebody reads.
 */
export function eventStream(options: EventFeedOptions): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let listening = true;
  const frames = framesOf(options, () => listening);
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const frame = await frames.next();
        if (!listening) return;
        if (frame.done) controller.close();
        else controller.enqueue(encoder.encode(frame.value));
      },
      cancel: () => {
        listening = false;
      },
    },
    { highWaterMark: 0 },
  );
}

/** The text of the stream, piece by piece. */
async function* framesOf(options: EventFeedOptions, listening: () => boolean): AsyncGenerator<string, void, void> {
  yield `retry: ${RECONNECT_MS}\n\n`;
  for await (const item of eventFeed(options, listening)) yield frameOf(item);
}

function frameOf(item: FeedItem): string {
  if (item.kind === "heartbeat") return ": still running\n\n";
  const data = `data: ${JSON.stringify(item.data)}\n\n`;
  if (item.kind !== "signal") return `event: ${item.kind}\n${data}`;
  return `id: ${item.data.seq}\nevent: ${item.data.type}\n${data}`;
}
