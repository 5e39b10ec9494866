import type { ChainList } from "../../../contracts/documents/chain.ts";
import type { RunView } from "../../../contracts/api/run.ts";
import type { ErrorCode } from "../errors.ts";
import type { Instant, RunHeader, RunId } from "../run/model/state.ts";
import { isoTime } from "../run/model/time.ts";

/** One thing that was done because a run had ended: an envelope of a list was sent, or the run's trigger was answered. */
export interface Sequel {
  readonly tenant: string;
  readonly runId: RunId;
  readonly list: ChainList | "result";
  /** Place in the list; 0 for the answer. */
  readonly index: number;
  /** The run it started; null when it was refused, and for the answer. */
  readonly childId: RunId | null;
  readonly refused: { readonly code: ErrorCode; readonly message: string } | null;
  /** When it was done, as `notedAt` says. */
  readonly at: Instant;
}

/** Well over what clocks differ by, and well under the time after which a key begins another run under the same id. */
const APART_MS = 12 * 60 * 60 * 1_000;
/** With what clocks differ by, still less than the rest of that time. */
const LATEST_MS = 6 * 60 * 60 * 1_000;

/** From this moment on, what followed a run id followed the run that was created then, and no earlier one of that id. */
export const ownSequelsSince = (createdAt: Instant): Instant => createdAt - APART_MS;

/**
 * The moment under which something is noted that is done now. What is done long after the end, as when a dead letter is
 * sent again, is noted as done a while after the end: at its own moment it could be taken for what followed a later run.
 */
export const notedAt = (
  { finishedAt, createdAt }: Pick<RunHeader, "finishedAt" | "createdAt">,
  now: Instant,
): Instant => Math.min(now, (finishedAt ?? createdAt) + LATEST_MS);

const ORDER: readonly Sequel["list"][] = ["on_success", "on_failure", "on_complete", "result"];

/** The order in which the sequels of a run are listed. */
export const inOrder = (a: Sequel, b: Sequel): number =>
  ORDER.indexOf(a.list) - ORDER.indexOf(b.list) || a.index - b.index;

/** The envelopes a run has sent, as clients see them. */
export const chainedView = (sequels: readonly Sequel[]): RunView["chained"] =>
  sequels
    .toSorted(inOrder)
    .flatMap(({ list, index, childId, refused, at }) =>
      list === "result"
        ? []
        : [{ on: list, index, run_id: childId, error: refused && { ...refused }, at: isoTime(at) }],
    );
