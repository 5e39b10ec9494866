import { mayHaveCacheNews } from "../../cache/news.ts";
import { hasSequel } from "../../chain/links.ts";
import { trustOf, type NodeTrust } from "./observations.ts";
import type { RunState } from "../model/state.ts";
import { summaryOf, type RunSummary } from "../model/summary.ts";

/** What the archive has to know of a finished run besides its record, so that it need not read that. */
interface ArchiveNotes {
  /** The run's index row; archived nowhere yet. */
  readonly summary: RunSummary;
  /** Whether something follows its end (core/chain). */
  readonly sequel: boolean;
  /** Whether the record may hold something for the result cache. */
  readonly cacheable: boolean;
}

/** All that anybody wants to know of a finished run without reading its record. */
export interface Parting extends ArchiveNotes {
  /** The request hash its ring must remember when the run has left; null when it has no key. */
  readonly keyed: string | null;
  /** What it says about its nodes. */
  readonly trust: readonly NodeTrust[];
}

/** A finished run on its way from its ring to the archive. */
export interface Departure extends ArchiveNotes {
  /** The encoded run (core/run/codec). */
  readonly record: string;
}

export const partingOf = (state: RunState): Parting => ({
  summary: summaryOf(state),
  sequel: hasSequel(state.header),
  cacheable: mayHaveCacheNews(state),
  keyed: state.header.idempotencyKey === null ? null : state.header.requestHash,
  trust: trustOf(state),
});
