import { mayHaveCacheNews } from "../cache/news.ts";
import { hasSequel } from "../chain/links.ts";
import type { RunState } from "./state.ts";
import { summaryOf, type RunSummary } from "./summary.ts";

/** What the archive has to know of a finished run besides its record, so that it need not read that. */
export interface Parting {
  /** The run's index row; archived nowhere yet. */
  readonly summary: RunSummary;
  /** Whether something follows its end (core/chain). */
  readonly sequel: boolean;
  /** Whether the record may hold something for the result cache. */
  readonly cacheable: boolean;
}

/** A finished run on its way from its ring to the archive. */
export interface Departure extends Parting {
  /** The encoded run (core/run/codec). */
  readonly record: string;
}

export const partingOf = (state: RunState): Parting => ({
  summary: summaryOf(state),
  sequel: hasSequel(state.header),
  cacheable: mayHaveCacheNews(state),
});
