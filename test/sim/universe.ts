import type { Decisions } from "./decisions.ts";
import type { Timeline } from "./timeline.ts";
import type { Weather } from "./weather.ts";

/** What everything in a simulated world shares. */
export interface Universe {
  readonly timeline: Timeline;
  readonly decisions: Decisions;
  readonly weather: Weather;
  /** Notes what happened, for the reader of a failing trace. */
  readonly note: (who: string, what: string) => void;
}
