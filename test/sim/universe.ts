import type { Decisions } from "./decisions.ts";
import type { Timeline } from "./timeline.ts";

/** What everything in a simulated world shares. */
export interface Universe {
  readonly timeline: Timeline;
  readonly decisions: Decisions;
  /** Notes what happened, for the reader of a failing trace. */
  readonly note: (who: string, what: string) => void;
}
