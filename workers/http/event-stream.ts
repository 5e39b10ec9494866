import type { JsonObject } from "../../contracts/json.ts";
import { nextPause, type Sleep } from "./pace.ts";

/** What a run has to tell after a number. */
export interface EventPage {
  readonly events: readonly JsonObject[];
  readonly finished: boolean;
}

export interface EventStreamOptions {
  readonly runId: string;
  /** Signals up to this number are known to the reader. */
  readonly after: number;
  /** The page that was read to see that the run exists. */
  readonly first: EventPage;
  /** Null when the run is gone. */
  readonly read: (after: number) => Promise<EventPage | null>;
  readonly sleep: Sleep;
  /** Logs what was thrown and says what the reader may know of it. */
  readonly explain: (thrown: unknown) => JsonObject;
}

/** A stream asks this often at most; then it ends and the reader, who knows the last number, may open the next one. */
const MAX_READS = 1_000;
/** So many fruitless reads in a row, and a comment keeps the connection open: about 16 seconds. */
const READS_PER_COMMENT = 8;
/** How long a reader waits before it connects again, in milliseconds. */
const RECONNECT_MS = 2_000;

/**
 * A run's signals as server-sent events: `id` is the signal's number, `event` its type, `data` the signal. Ends with an
 * event `end` once the run has ended and everything is told, or with `error` and a problem document. Asks only while
 * somebody reads.
 */
export function eventStream(options: EventStreamOptions): ReadableStream<Uint8Array> {
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
async function* framesOf(options: EventStreamOptions, listening: () => boolean): AsyncGenerator<string, void, void> {
  yield `retry: ${RECONNECT_MS}\n\n`;
  let { after } = options;
  let page: EventPage | null = options.first;
  let pause: number | null = null;
  let idle = 0;
  try {
    for (let reads = 1; page !== null; reads++) {
      const news = lastNumber(page.events, after) > after;
      after = lastNumber(page.events, after);
      for (const event of page.events) yield frameOf(event);
      if (page.finished) {
        yield `event: end\ndata: ${JSON.stringify({ run_id: options.runId, after })}\n\n`;
        return;
      }
      if (reads >= MAX_READS) return;
      idle = news ? 0 : idle + 1;
      if (idle > 0 && idle % READS_PER_COMMENT === 0) yield ": still running\n\n";
      pause = nextPause(news ? null : pause);
      await options.sleep(pause);
      if (!listening()) return;
      page = await options.read(after);
    }
  } catch (thrown) {
    yield `event: error\ndata: ${JSON.stringify(options.explain(thrown))}\n\n`;
  }
}

function frameOf(event: JsonObject): string {
  const id = typeof event.seq === "number" ? `id: ${event.seq}\n` : "";
  const type = typeof event.type === "string" ? `event: ${event.type.replaceAll(/[\r\n]/g, " ")}\n` : "";
  return `${id}${type}data: ${JSON.stringify(event)}\n\n`;
}

/** The highest number among the signals, or `after` when there is none. */
export const lastNumber = (events: readonly JsonObject[], after: number): number =>
  events.reduce((last, { seq }) => (typeof seq === "number" && seq > last ? seq : last), after);
