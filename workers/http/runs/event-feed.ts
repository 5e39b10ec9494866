import type { JsonObject } from "../../../contracts/json/json.ts";
import { nextPause, type Sleep } from "./pace.ts";

/** What a run has to tell after a number. */
export interface EventPage {
  readonly events: readonly JsonObject[];
  readonly finished: boolean;
}

export interface EventFeedOptions {
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

/** One thing told to a reader, whatever it travels in. */
export type FeedItem =
  | { readonly kind: "signal"; readonly id: number | null; readonly event: string | null; readonly data: JsonObject }
  /** The run has ended and everything is told. */
  | { readonly kind: "end"; readonly data: JsonObject }
  /** What went wrong, as a problem document. */
  | { readonly kind: "error"; readonly data: JsonObject }
  /** Nothing has happened for a while; the connection is kept open. */
  | { readonly kind: "heartbeat" };

/** A feed asks this often at most; then it ends and the reader, who knows the last number, may open the next one. */
const MAX_READS = 1_000;
/** So many fruitless reads in a row, and a heartbeat keeps the connection open: about 16 seconds. */
const READS_PER_HEARTBEAT = 8;

/**
 * A run's signals, each once and in order, as they come. Its last item is `end`, or `error`; without either the reader may
 * ask again. Asks only while somebody reads, and no more once `listening` says no.
 */
export async function* eventFeed(
  options: EventFeedOptions,
  listening: () => boolean,
): AsyncGenerator<FeedItem, void, void> {
  let { after } = options;
  let page: EventPage | null = options.first;
  let pause: number | null = null;
  let idle = 0;
  try {
    for (let reads = 1; page !== null; reads++) {
      const news = lastNumber(page.events, after) > after;
      after = lastNumber(page.events, after);
      for (const event of page.events) yield signalOf(event);
      if (page.finished) {
        yield { kind: "end", data: { run_id: options.runId, after } };
        return;
      }
      if (reads >= MAX_READS) return;
      idle = news ? 0 : idle + 1;
      if (idle > 0 && idle % READS_PER_HEARTBEAT === 0) yield { kind: "heartbeat" };
      pause = nextPause(news ? null : pause);
      await options.sleep(pause);
      if (!listening()) return;
      page = await options.read(after);
    }
  } catch (thrown) {
    yield { kind: "error", data: options.explain(thrown) };
  }
}

const signalOf = (data: JsonObject): FeedItem => ({
  kind: "signal",
  id: typeof data.seq === "number" ? data.seq : null,
  event: typeof data.type === "string" ? data.type : null,
  data,
});

/** The highest number among the signals, or `after` when there is none. */
export const lastNumber = (events: readonly JsonObject[], after: number): number =>
  events.reduce((last, { seq }) => (typeof seq === "number" && seq > last ? seq : last), after);
