import type { RunSignal } from "../../../contracts/api/signals.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { Sleep } from "./pace.ts";

/** What a run has to tell after a number. */
export interface EventPage {
  readonly events: readonly RunSignal[];
  readonly finished: boolean;
}

export interface EventFeedOptions {
  readonly runId: string;
  /** Signals up to this number are known to the reader. */
  readonly after: number;
  /** The page that was read to see that the run exists. */
  readonly first: EventPage;
  /** Held until there is something to tell, at most so many milliseconds. Null when the run is gone. */
  readonly read: (after: number, waitMs: number) => Promise<EventPage | null>;
  readonly sleep: Sleep;
  /** Logs what was thrown and says what the reader may know of it. */
  readonly explain: (thrown: unknown) => JsonObject;
}

/** One thing told to a reader, whatever it travels in. */
export type FeedItem =
  | { readonly kind: "signal"; readonly data: RunSignal }
  /** The run has ended and everything is told. */
  | { readonly kind: "end"; readonly data: JsonObject }
  /** What went wrong, as a problem document. */
  | { readonly kind: "error"; readonly data: JsonObject }
  /** Nothing has happened for a while; the connection is kept open. */
  | { readonly kind: "heartbeat" };

/**
 * A feed asks this often at most, half as often as an invocation may call others; then it ends and the reader, who knows
 * the last number, may open the next one.
 */
export const MAX_READS = 5_000;
/** A question is held this long; then a heartbeat keeps the connection open. */
export const HOLD_MS = 15_000;
/** After news, what else happens within this time is told together. */
export const GATHER_MS = 25;

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
  try {
    for (let reads = 1; page !== null; reads++) {
      const news = lastNumber(page.events, after) > after;
      after = lastNumber(page.events, after);
      for (const event of page.events) yield { kind: "signal", data: event };
      if (page.finished) {
        yield { kind: "end", data: { run_id: options.runId, after } };
        return;
      }
      if (reads >= MAX_READS) return;
      if (news) await options.sleep(GATHER_MS);
      else if (reads > 1) yield { kind: "heartbeat" };
      if (!listening()) return;
      page = await options.read(after, HOLD_MS);
    }
  } catch (thrown) {
    yield { kind: "error", data: options.explain(thrown) };
  }
}

/** The highest number among the signals, or `after` when there is none. */
export const lastNumber = (events: readonly RunSignal[], after: number): number =>
  events.reduce((last, { seq }) => Math.max(last, seq), after);
